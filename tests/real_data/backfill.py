"""Cases of past years imported at once: no notice of their old deadlines may leave.

    python -m tests.real_data.backfill CASES DIRECTORY

Cases from 2016 to last year, generated: most answered, in time or late, some forgotten. They are run with
`--once --backfill-before` today under the shipped rules, on files and SQLite. Prints what an independent reader finds.
"""

import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.workers import Worker, count_events, query

FIRST = datetime(2016, 1, 4, 2, 0, tzinfo=UTC)
DESCRIPTIONS = (
    "理赔申请交了一个多月，一直没有结果，打电话也只说在排队。",
    "核定金額比修車廠估價少了一半，請說明計算方式。",
    "Nobody explains what happens next or who is in charge of my case.",
)
LONG = 4 * 3600


def life(number: int, received: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    """The events of one case."""
    steps: list[tuple[str, float, dict[str, Any]]] = [
        (
            "registered",
            0,
            {
                "channel": chance.choice(("phone", "wechat", "counter")),
                "customer": {"id": f"K-{number % 60_000:05d}", "age": chance.randrange(20, 90)},
                "description": chance.choice(DESCRIPTIONS),
                "causes": [chance.choice(("claim_delay", "amount_dispute", "information_gap"))],
            },
        )
    ]
    if chance.random() >= 0.05:  # the others are forgotten
        steps.append(("reply_sent", chance.uniform(1, 25), {"kind": "final"}))
        steps.append(("followup_completed", steps[-1][1] + chance.uniform(1, 9), {"satisfied": True}))
        steps.append(("close_requested", steps[-1][1] + 1, {"by": "desk", "outcome": "settled"}))
    for kind, days, data in steps:
        yield {
            "specversion": "1.0",
            "id": f"H-{number:06d}-{kind}",
            "source": "/test/history",
            "type": f"complaint.{kind}",
            "subject": f"H-{number:06d}",
            "time": (received + timedelta(days=days)).isoformat(),
            "data": data,
        }


def write_history(path: Path, cases: int) -> int:
    """All lives, case by case as an import has them; gives the number of events."""
    chance = random.Random(21)
    last = datetime.now(UTC) - timedelta(days=365)
    events = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(cases):
            for one in life(number, FIRST + (last - FIRST) * (number / cases), chance):
                file.write(f"{json.dumps(one, ensure_ascii=False)}\n")
                events += 1
    return events


def main() -> None:
    cases, directory = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    source, store = directory / "history.jsonl", directory / "history.sqlite"
    events = write_history(source, cases)
    url, today = f"sqlite:///{store}", datetime.now(UTC).date().isoformat()
    began = time.monotonic()
    with Worker(directory, "run", "--source", str(source), "--store", url, "--once", "--backfill-before", today) as run:
        if run.process.wait(timeout=LONG):
            raise SystemExit(run.output())
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{cases} cases, {events} events in {seconds:.0f} s, {events / seconds:.0f} a second, peak {peak:.0f} MB")
    print(f"store {store.stat().st_size / 1e6:.0f} MB, events on the timeline: {count_events(url)}")
    report(url, directory / "out" / "alerts.jsonl")


def report(url: str, alerts: Path) -> None:
    """What an independent reader finds. Ends with exit code 1 when a notice left or a step is not historic."""
    states = dict(query(url, "SELECT state, count(*) FROM notices GROUP BY 1"))
    print(f"open cases: {query(url, OPEN)[0][0]}, steps by state: {states}")
    lines = alerts.read_text(encoding="utf-8").splitlines() if alerts.exists() else []
    kinds = Counter(json.loads(line)["type"] for line in lines)
    print(f"notices sent: {len(lines)} {dict(kinds) or ''}")
    waiting = query(url, "SELECT count(*), min(next_at) FROM clocks WHERE next_at IS NOT NULL")
    print(f"clocks that still wait for a step, and the first: {waiting[0]}")
    if lines or states.keys() != {"historic"}:
        raise SystemExit("a step of the past was not historic")


OPEN = "SELECT count(*) FROM cases WHERE status NOT IN ('closed', 'withdrawn', 'merged')"


if __name__ == "__main__":
    main()
