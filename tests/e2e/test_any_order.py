"""Whatever order the events of a case arrive in, it ends the same."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders_rules import policies_of, rules_of, sound_rules
from tests.e2e.clock_desk import write_rules
from tests.e2e.desks import Desk, Desks, FilesDesk
from tests.e2e.workers import query
from tests.unit.service.desk import REGISTERED
from tests.unit.service.live_cases import ANSWER, DAILY, PAPERS, SECOND, WORDS

EVENTS_OF_A_CASE, SPOOL_FILES = 12, 4
ZONE = ZoneInfo("Asia/Shanghai")

CASES = "SELECT id, status, priority, department, owner, received_at FROM cases ORDER BY id"
CLOCKS = (
    "SELECT c.id, k.clock, k.cycle, k.state, k.started_at, k.due_at, k.original_due_at, k.ended_at, k.breached "
    "FROM clocks k JOIN cases c ON c.no = k.case_no ORDER BY c.id, k.clock, k.cycle"
)


EXAMPLES = """\
    examples:
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-03-04 09:00, data: {kind: final}}
        expect: {answer: {breached: false}}
      - events:
          - {type: complaint.registered, time: 2026-03-02 10:00}
          - {type: complaint.reply_sent, time: 2026-03-09 09:00, data: {kind: final}}
        expect: {answer: {breached: true}}
"""


def rules() -> dict[str, bytes]:
    """Clocks that start, stop, pause, restart, extend and recur; a cause that decides priority and department."""
    policies = policies_of({"steady": [ANSWER, SECOND, DAILY, PAPERS]})
    hot = rules_of({"hot": "{priority: high, department: claims}"}, {"hot": "{causes: {contains: claim_delay}}"})
    cause = "{given: {causes: [claim_delay]}, expect: {fires: true}}"
    texts = {
        "sla/policies.yaml": policies[: policies.index("    examples:")] + EXAMPLES,
        "triage/rules.yaml": hot[: hot.index("      - {given")]
        + f"      - {cause}\n      - {{given: {{}}, expect: {{fires: false}}}}\n",
    }
    return sound_rules() | {path: text.encode() for path, text in texts.items()}


def stories(cases: int, now: datetime) -> list[dict[str, Any]]:
    """Twelve events a case, all over the weeks before; none of them at the same second. A void names another one."""
    chance = random.Random(10)
    found = []
    for number in range(cases):
        case = f"C-{number:04}"
        kinds = [("registered", REGISTERED | {"customer": {"id": case}})]
        kinds += [WORDS[word] for word in chance.choices(list(WORDS), k=EVENTS_OF_A_CASE - 1)]
        seconds = sorted(chance.sample(range(19 * 86_400), EVENTS_OF_A_CASE - 1))
        for place, (second, (kind, data)) in enumerate(zip([0, *seconds], kinds, strict=True)):
            named = {"event": {"source": "/test", "id": f"{case}-{max(1, place - 1)}"}} if kind == "voided" else {}
            happened = now - timedelta(days=20) + timedelta(seconds=second)
            found.append({
                "specversion": "1.0", "id": f"{case}-{place}", "source": "/test", "type": f"complaint.{kind}",
                "subject": case, "time": happened.isoformat(), "data": data | named,
            })  # fmt: skip
    return found


def ends(desk: Desk, events: list[dict[str, Any]]) -> dict[str, list[tuple[Any, ...]]]:
    """Cases and clocks after these events in this order."""
    write_rules(desk.directory, rules())
    desk.settings["TRIAGE_RULES__DIR"] = str(desk.directory / "rules")
    parts = SPOOL_FILES if isinstance(desk, FilesDesk) else 1
    for number in range(parts):
        desk.send(events[number::parts])
    with desk.run("--once") as worker:
        assert worker.finish(600) == 0, worker.output()
    assert query(desk.url, "SELECT count(*) FROM timeline WHERE kind = 'event'") == [(len(events),)]
    return {"cases": query(desk.url, CASES), "clocks": query(desk.url, CLOCKS)}


def run_orders(desks: Desks, cases: int, orders: int) -> dict[str, Any]:
    """One order after another on a desk of its own, the first being that of time. Days count, and time goes on: when a
    day ends on the way, all are done again."""
    for turn in ("today", "the day after"):
        now = datetime.now(UTC)
        chance, events = random.Random(orders), stories(cases, now)
        found = []
        for order in range(orders):
            found.append(ends(desks.new(f"{turn} {order}"), events))
            chance.shuffle(events)
        if datetime.now(ZONE).date() == now.astimezone(ZONE).date():
            break
    for name, first in found[0].items():
        for number, other in enumerate(found[1:], start=1):
            differing = [pair for pair in zip(first, other[name], strict=False) if pair[0] != pair[1]]
            assert other[name] == first, (name, number, len(differing), differing[:3])
    clocks = found[0]["clocks"]
    states = {clock[3] for clock in clocks}
    assert {"running", "stopped", "cancelled", "missed", "restarted"} <= states, "or it proves little"
    return {"cases": cases, "orders": orders, "clocks": len(clocks), "breached": sum(bool(one[-1]) for one in clocks)}


def test_the_order_of_arrival_changes_no_case_and_no_clock(desks: Desks) -> None:
    """Status, priority, department, owner, due times, met and breached are those of the events in the order of time, in
    whatever order and through whatever parts they come."""
    run_orders(desks, cases=60, orders=3)
