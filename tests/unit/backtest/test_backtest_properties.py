"""A backtest is two replays compared: random streams of events and random changes of a small rulebook."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.builders_rules import compiled, policies_of, rules_of, sound_rules
from tests.unit.backtest.naive import backtested, naive
from tests.unit.service.desk import REGISTERED, at
from tests.unit.service.live_cases import ANSWER, CALL, DAILY, END, PAPERS, RUSH, SECOND, rules_in_full, stories
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.tally import Tally

pytestmark = pytest.mark.long

SETTINGS = settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
COUNTED = {"streams": 0, "cases": 0, "changed": 0, "alike": 0, "alone": 0}

THENS = {
    "hot": ("{priority: high}", "{priority: urgent}", "{priority: high, tags: [hot]}"),
    "late": ("{priority: urgent, department: care}", "{tags: [again]}", "{handler: dedicated}"),
    "open": ("{tags: [papers]}", "{department: claims, team: motor}"),
    "again": ("{tags: [again]}", "{priority: low, department: care}", "{policies: [named]}"),
    "phone": ("{department: claims}", "{priority: low}"),
}
WHENS = {
    "hot": ("{causes: {contains: claim_delay}}", "{causes: {contains_any: [claim_delay, other]}}"),
    "late": ("{clocks.breached: {contains: steady/answer}}", "{clocks.breached: {contains: steady/papers}}"),
    "open": ("{clocks.breached: {contains: steady/papers}}", "{happened: {contains: complaint.contacted}}"),
    "again": ("{history.complaints_90d: {at_least: 1}}", "{history.open: {at_least: 1}}"),
    "phone": ("{channel: phone}", "{amount_disputed: {at_least: 500 CNY}}", "{customer.age: {at_least: 65}}"),
}
LIMITS = ("5 calendar days", "3 working days", "30 hours", "6 working hours", "1 month")


@st.composite
def rulebooks(draw: st.DrawFn) -> CompiledRulebook:
    """The small rulebook in one of its many forms: which rules it has, and how long its clocks run."""
    kept = [name for name in THENS if name == "phone" or draw(st.booleans())]
    thens = {name: draw(st.sampled_from(THENS[name])) for name in kept}
    whens = {name: draw(st.sampled_from(WHENS[name])) for name in kept}
    limit = draw(st.sampled_from(LIMITS))
    steady = [ANSWER.replace("limit: 5 calendar days", f"limit: {limit}"), SECOND, PAPERS]
    if draw(st.booleans()):
        steady.insert(2, DAILY)
    policies = policies_of({"steady": steady, "contact": [CALL]})
    rush = policies_of({"rush": [RUSH]}, more="applies_when: {priority: urgent}\n    detach: cancel")
    named = policies_of({"named": [f"id: some, start: complaint.assigned, stop: complaint.reply_sent, limit: {limit}"]},
                        more="")  # fmt: skip
    files = sound_rules() | {
        "triage/rules.yaml": rules_of(thens, whens).encode(),
        "sla/policies.yaml": (
            policies + rush.removeprefix("policies:\n")
            + (named.removeprefix("policies:\n") if "named" in str(thens) else "")
        ).encode(),
    }  # fmt: skip
    return compiled(files)


moments = st.integers(0, 12 * 24 * 12).map(lambda step: at("2026-03-02 00:00") + timedelta(minutes=5 * step))
FURTHER: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reply_sent", {"kind": "final"}),
    ("reply_sent", {"kind": "holding"}),
    ("assigned", {"owner": "lin"}),
    ("contacted", {"direction": "to_customer"}),
    ("verified", {"priority": "low"}),
    ("withdrawn", {"reason": "settled"}),
    ("followup_completed", {"satisfied": False}),
    ("close_requested", {"by": "lin", "outcome": "upheld"}),
)


@st.composite
def plain_streams(draw: st.DrawFn) -> list[bytes]:
    """Many short lives of customers who sometimes complain again, mostly told in time."""
    arrivals: list[tuple[datetime, int, dict[str, Any]]] = []
    for number in range(draw(st.integers(2, 9))):
        begin = draw(moments)
        data = REGISTERED | {
            "customer": {"id": f"K-{draw(st.integers(0, 5))}", "age": draw(st.sampled_from([30, 64, 65, 80]))},
            "causes": draw(st.lists(st.sampled_from(["claim_delay", "other", "surrender"]), max_size=2, unique=True)),
            "channel": draw(st.sampled_from(["phone", "web"])),
            "amount_disputed": {"value": draw(st.sampled_from([1, 499.5, 500, 9000])), "currency": "CNY"},
        }
        life = [(begin, "registered", data)]
        for kind, more in draw(st.lists(st.sampled_from(FURTHER), max_size=3)):
            begin += timedelta(seconds=draw(st.sampled_from([0, 1, 3600, 21_600, 86_399, 259_200, 432_000])))
            life.append((begin, kind, more))
        late = draw(st.sampled_from([0, 0, 0, 0, 50]))
        for place, (moment, kind, more) in enumerate(life):
            envelope = {
                "id": f"{number}-{place}", "source": "/test", "type": f"complaint.{kind}", "subject": f"C-{number}",
                "time": moment.isoformat(), "data": more,
            }  # fmt: skip
            arrivals.append((moment + timedelta(hours=late), len(arrivals), envelope))
    return [msgspec.json.encode(envelope) for _, _, envelope in sorted(arrivals, key=lambda one: one[:2])]


@pytest.fixture(scope="module", autouse=True)
def told_how_many() -> Iterator[None]:
    """Say how much was compared."""
    yield
    print("\nbacktest = two replays over", ", ".join(f"{number} {name}" for name, number in COUNTED.items()))


def check(after: CompiledRulebook, before: CompiledRulebook, lines: list[bytes]) -> None:
    expected, changes = naive(after, before, lines, END)
    found, changed = backtested(after, before, lines, END)
    COUNTED["streams"] += 1
    COUNTED["cases"] += expected.complaints
    COUNTED["changed"] += len(changes)
    COUNTED["alike"] += found.work.alike
    COUNTED["alone"] += found.work.alone
    assert changed == changes
    assert without_work(found) == without_work(expected)


def without_work(tally: Tally) -> Tally:
    """The figures alone, however they were come by."""
    return msgspec.structs.replace(tally, work=Tally().work)


@settings(SETTINGS, max_examples=40)
@given(lines=plain_streams(), after=rulebooks(), before=rulebooks())
def test_plain_complaints_end_as_two_replays_say(
    lines: list[bytes], after: CompiledRulebook, before: CompiledRulebook
) -> None:
    """Decisions, rules, due times, states and breaches of short lives, of which many are taken over from each other."""
    check(after, before, lines)


@settings(SETTINGS, max_examples=25)
@given(lines=stories(), after=rulebooks())
def test_complaints_of_every_kind_end_as_two_replays_say(lines: list[bytes], after: CompiledRulebook) -> None:
    """Lives with pauses, extensions, voids, reopenings and late arrivals, of one customer."""
    check(after, rules_in_full(), lines)
