"""Complaints in any number, shaped like real ones: how often each line of business comes with which causes, how long
until the answer, how many in a month. Seeded: the same seed and shape tell the same complaints.

The shape of a real set of complaints is counted at the desk and never kept; the one in here was made up.
"""

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

from triage.service.sample_complaints import CHANNELS, TEXTS

START = datetime(2025, 1, 6, tzinfo=UTC)
SPAN_DAYS = 420
T = TypeVar("T")

LINES = {"motor": 30, "health": 25, "homeowners": 12, "life": 11, "property": 8, "group": 6, "travel": 4, "other": 4}
CAUSES = {
    "claim_delay": 18, "claim_denial": 22, "amount_dispute": 16, "document_review": 4, "assessment_dispute": 8,
    "clause_interpretation": 6, "medical_dispute": 3, "information_gap": 7, "service_attitude": 9, "payment_delay": 5,
    "surrender": 4, "sales_conduct": 4, "data_privacy": 1,
}  # fmt: skip
DAYS = {1: 4, 3: 8, 7: 14, 10: 15, 14: 20, 18: 14, 24: 11, 31: 8, 45: 4, 70: 2}
"""Days until the answer."""


class Weighted(Generic[T]):
    """Draws by weight."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._choices, self._until = list(weights), list(accumulate(weights.values()))

    def draw(self, random: Random) -> T:
        return self._choices[bisect(self._until, random.random() * self._until[-1])]


@dataclass(frozen=True)
class Shape:
    """`kinds`: how often which line of business comes with which causes. `days`: until the answer. `answered`: the
    share that is. `again`: the share that comes from a customer who complained before."""

    kinds: Weighted[tuple[str, tuple[str, ...]]]
    days: Weighted[int]
    answered: float = 0.9
    again: float = 0.05


def made_up() -> Shape:
    kinds: dict[tuple[str, tuple[str, ...]], float] = {}
    for line, often in LINES.items():
        for cause, share in CAUSES.items():
            kinds[line, (cause,)] = often * share
            for other, third in CAUSES.items():
                if other > cause:
                    kinds[line, (cause, other)] = often * share * third / 400
    return Shape(Weighted(kinds), Weighted({days: float(often) for days, often in DAYS.items()}))


def learned(events: Path) -> Shape:
    """The shape of imported events: frequencies alone."""
    kinds: Counter[tuple[str, tuple[str, ...]]] = Counter()
    days: Counter[int] = Counter()
    received: dict[str, datetime] = {}
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            data, at = event["data"], datetime.fromisoformat(event["time"])
            if event["type"] == "complaint.registered":
                kinds[data.get("line_of_business", "other"), tuple(data.get("causes") or ())] += 1
                received[event["subject"]] = at
            elif event["type"] == "complaint.reply_sent" and event["subject"] in received:
                days[(at - received.pop(event["subject"])).days] += 1
    answered = days.total() / kinds.total()
    return Shape(Weighted(dict(kinds)), Weighted(dict(days)), answered=answered)


def write_events(target: Path, complaints: int, shape: Shape, seed: int = 1) -> int:
    """Events in the order of time, one a line; gives how many. Written through a file a day, so that memory stays
    small."""
    days: dict[int, list[tuple[float, str]]] = {}
    written = 0
    with target.open("w", encoding="utf-8") as out:
        today = 0
        for at, line in _events(complaints, shape, Random(seed)):
            day = int(at // 86_400)
            days.setdefault(day, []).append((at, line))
            written += 1
            while today < day - 1 and _is_registration(line):
                out.writelines(text for _, text in sorted(days.pop(today, [])))
                today += 1
        for day in sorted(days):
            out.writelines(text for _, text in sorted(days[day]))
    return written


def _is_registration(line: str) -> bool:
    return '"complaint.registered"' in line


def _events(complaints: int, shape: Shape, random: Random) -> Iterator[tuple[float, str]]:
    """Seconds since the start and the line; registrations in order, each with its answer behind it."""
    channels = Weighted({name: float(often) for name, often in CHANNELS})
    between = SPAN_DAYS * 86_400 / complaints
    at = 0.0
    for number in range(complaints):
        at += between * random.expovariate(1.0)
        line, causes = shape.kinds.draw(random)
        case, registered = f"S-{number:08d}", _registered(number, line, causes, channels.draw(random), shape, random)
        yield at, _line(case, "r", "registered", at, registered)
        if random.random() < shape.answered:
            later = at + shape.days.draw(random) * 86_400 + random.random() * 43_200
            yield later, _line(case, "a", "reply_sent", later, {"kind": "final", "channel": "letter"})


def _registered(
    number: int, line: str, causes: Sequence[str], channel: str, shape: Shape, random: Random
) -> dict[str, Any]:
    customer = random.randrange(number) if number and random.random() < shape.again else number
    texts = TEXTS.get(causes[0]) if causes else None
    data: dict[str, Any] = {
        "channel": channel,
        "customer": {"id": f"K{customer:08d}", "age": random.randrange(18, 92)},
        "line_of_business": line,
        "claim_no": f"CL{random.randrange(10**8):08d}",
        "amount_disputed": {"value": round(random.lognormvariate(8.5, 1.3), 2), "currency": "CNY"},
        "description": f"{random.choice(texts) if texts else 'A complaint.'} ({random.randrange(10**9)})",
    }
    if causes:
        data["causes"] = list(causes)
    return data


def _line(case: str, mark: str, kind: str, at: float, data: dict[str, Any]) -> str:
    time = (START + timedelta(seconds=int(at))).isoformat()
    event = {
        "specversion": "1.0", "id": f"{case}{mark}", "source": "/shaped", "type": f"complaint.{kind}", "subject": case,
        "time": time, "data": data,
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False) + "\n"
