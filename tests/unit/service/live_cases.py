"""Random stories of a few cases, and the service without its store that lives through them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.builders_rules import policies_of, with_rules
from tests.unit.service.desk import REGISTERED, at, keep_rows, reading_of, spoken
from triage.codec.decode import Arrival, Codec
from triage.ports import CaseRow, ClockRow, Sibling
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Effects, Moment, Rules
from triage.service.handle_event import sibling_of
from triage.service.replay import REFUSALS
from triage.service.step import apply, fire
from triage.service.verify import Difference, differences

BEGIN = at("2026-03-02 09:00")
END = at("2026-03-20 12:00")

ANSWER = """id: answer, start: complaint.registered, stop: {on: complaint.reply_sent, when: {kind: final}},
        cancel: complaint.withdrawn, restart: {on: complaint.amended, when: {new_facts: true}}, limit: 5 calendar days,
        pause: [appraisal, {mediation: {needs: [complainant_agreed], remind: 2 working days}}],
        extend: [{to: 8 calendar days, needs: [reason]}, {add: 1 working day, from: grant, late: accepted}],
        warn: [50%, 1 working day before], escalate: standard, on_reopen: restart"""
SECOND = """id: second, start: {clock: answer, is: breached}, stop: complaint.reply_sent, limit: 1 working day,
        on_reopen: resume"""
DAILY = """id: daily, start: complaint.assigned, every: 1 working day, reset: complaint.contacted,
        stop: complaint.reply_sent, cancel: complaint.withdrawn, pause: [waiting_customer], on_reopen: restart,
        warn: [80%], escalate: [{after: 1 working day, to: department_head, every: 1 working day}]"""
PAPERS = """id: papers, start: complaint.registered, stop: complaint.assigned, limit: 40 hours,
        counts_against: customer"""
CALL = """id: call, start: complaint.registered, stop: complaint.contacted, warn: [50%], pause: [waiting_customer],
        limit: {by: priority, urgent: 4 working hours, high: 8 working hours, normal: 2 working days, low: 1 week}"""
RUSH = "id: rush, start: complaint.registered, stop: complaint.contacted, limit: 30 hours"


@cache
def rules_in_full() -> CompiledRulebook:
    """Everything that clocks can do: among it what depends on how the case was decided on the way."""
    policies = policies_of({"steady": [ANSWER, SECOND, DAILY, PAPERS], "contact": [CALL]})
    rush = policies_of({"rush": [RUSH]}, more="applies_when: {priority: urgent}\n    detach: cancel")
    return with_rules(
        {"hot": "{priority: high}", "late": "{priority: urgent, department: care}", "open": "{tags: [papers]}",
         "again": "{tags: [again]}"},
        {"hot": "{causes: {contains: claim_delay}}", "late": "{clocks.breached: {contains: steady/answer}}",
         "open": "{clocks.breached: {contains: steady/papers}}", "again": "{history.complaints_90d: {at_least: 1}}"},
        {"sla/policies.yaml": policies + rush.removeprefix("policies:\n")},
    )  # fmt: skip


@cache
def steady_rules() -> CompiledRulebook:
    """Clocks that depend on nothing but the case's events."""
    policies = policies_of({"steady": [ANSWER, SECOND, DAILY, PAPERS]})
    return with_rules(
        {"hot": "{priority: high}"}, {"hot": "{causes: {contains: claim_delay}}"}, {"sla/policies.yaml": policies}
    )


# --- stories

WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "assigned": ("assigned", {"owner": "lin", "by": "wang"}),
    "contacted": ("contacted", {"direction": "to_customer"}),
    "replied": ("reply_sent", {"kind": "final"}),
    "held": ("reply_sent", {"kind": "holding"}),
    "new facts": ("amended", {"patch": {"claim_no": "7"}, "new_facts": True}),
    "hot": ("amended", {"patch": {"causes": ["claim_delay"]}}),
    "cool": ("amended", {"patch": {"causes": ["other"]}}),
    "received earlier": ("amended", {"patch": {"received_at": "2026-03-01T20:00:00+08:00"}}),
    "appraisal": ("paused", {"reason": "appraisal"}),
    "mediation": ("paused", {"reason": "mediation", "agreed_by_complainant": True}),
    "mediation not agreed": ("paused", {"reason": "mediation"}),
    "waiting": ("paused", {"reason": "waiting_customer", "clocks": ["daily"]}),
    "resumed": ("resumed", {}),
    "extended": ("extension_granted", {"clock": "answer", "to": "8 calendar days", "reason": "hospital"}),
    "extended late": ("extension_granted", {"clock": "steady/answer", "to": "1 working day"}),
    "extended for nothing": ("extension_granted", {"clock": "answer", "to": "8 calendar days"}),
    "reopened": ("reopened", {"reason": "not explained"}),
    "withdrawn": ("withdrawn", {"reason": "settled"}),
    "duplicate": ("linked", {"to": "C-9", "relation": "duplicate"}),
    "followed up": ("followup_completed", {"satisfied": True}),
    "to be closed": ("close_requested", {"by": "lin", "outcome": "upheld"}),
    "voided": ("voided", {"reason": "slip", "by": "lin"}),
}
"""What may happen to a registered case: event type and data. A void names one of the events before it."""

moments = st.builds(
    lambda day, second: at("2026-03-02 00:00") + timedelta(days=day, seconds=second),
    st.integers(0, 17),
    st.one_of(st.integers(9, 20).map(lambda hour: hour * 3600), st.sampled_from([0, 1, 86_398, 86_399, 46_800 + 61])),
)
lateness = st.one_of(st.just(0), st.just(0), st.just(0), st.integers(1, 120))


@st.composite
def stories(draw: st.DrawFn) -> list[bytes]:
    """The events of up to three cases of one customer, in the order of their arrival, as lines."""
    arrivals: list[tuple[datetime, int, dict[str, Any]]] = []
    for number in range(draw(st.integers(1, 3))):
        happened = [(draw(moments), "registered", REGISTERED)]
        words = draw(st.lists(st.tuples(moments, st.sampled_from(list(WORDS))), min_size=1, max_size=9))
        happened += [(moment, *WORDS[word]) for moment, word in words]
        for place, (moment, kind, data) in enumerate(happened):
            named = (
                {"source": "/test", "id": f"{number}-{draw(st.integers(0, place - 1))}"} if kind == "voided" else None
            )
            envelope = {
                "id": f"{number}-{place}", "source": "/test", "type": f"complaint.{kind}", "subject": f"C-{number}",
                "time": moment.isoformat(), "data": {**data, "event": named} if named else data,
            }  # fmt: skip
            arrivals.append((moment + timedelta(hours=draw(lateness)), len(arrivals), envelope))
    return [json.dumps(envelope).encode() for _, _, envelope in sorted(arrivals, key=lambda one: one[:2])]


# --- the service


class Live:
    """The service without its store: it takes events as they come, keeps every row, and sweeps when the rows say so.

    `rests`: it sweeps only at these instants instead, as one that was down in between. `behind`: its low mark lags so
    far.
    """

    def __init__(
        self, rules: CompiledRulebook, rests: Sequence[datetime] | None = None, behind: timedelta = timedelta(0)
    ) -> None:
        self.rules = Rules(rules, {})
        self.codec = Codec(rules.rulebook.vocabulary)
        self.now, self.rests, self.behind = BEGIN - timedelta(days=3), rests, behind
        self.rows: dict[str, CaseRow] = {}
        self.stored: dict[str, dict[tuple[str, int], ClockRow]] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.seen: set[tuple[str, str]] = set()

    def run(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            arrival = self.codec.decode(line, None)
            assert isinstance(arrival, Arrival)
            happened = arrival.event
            if (happened.source, happened.id) in self.seen:
                continue
            self.seen.add((happened.source, happened.id))
            if happened.time > self.now:
                self.sweep(happened.time - timedelta(microseconds=1))
                self.now = happened.time
            row = self.rows.get(happened.subject)
            self.keep(apply(row, arrival, self.rules, self.moment(), self.siblings))
        self.sweep(END)

    def sweep(self, until: datetime) -> None:
        """Look at what is due, in order, up to the instant."""
        if self.rests is not None:
            for rest in self.rests:
                if self.now < rest <= until:
                    self.now = rest
                    self.sweep_due(rest - self.behind)
            return
        while (found := self.earliest()) and found[0] <= until:
            self.now = max(self.now, found[0])
            self.fire(found[1])
            assert self.earliest() != found, "what was looked at is due no more"
        self.now = max(self.now, until)

    def sweep_due(self, mark: datetime) -> None:
        """Everything that the rows say is due at the low mark, until nothing is."""
        while (found := self.earliest()) and found[0] <= mark:
            self.fire(found[1])
            assert self.earliest() != found, "what was looked at is due no more"

    def earliest(self) -> tuple[datetime, str] | None:
        waiting = [
            (row.next_at, case)
            for case, rows in self.stored.items()
            for row in rows.values()
            if row.next_at is not None
        ]
        return min(waiting, default=None)

    def fire(self, case: str) -> None:
        row = self.rows[case]
        self.keep(fire(row, self.rules, self.moment(), self.siblings(row.customer)))

    def moment(self) -> Moment:
        mark = self.now - self.behind
        return Moment(now=self.now, seen_until=mark, complete_until=mark)

    def siblings(self, customer: str | None) -> list[Sibling]:
        return [sibling_of(row) for row in self.rows.values() if customer and row.customer == customer]

    def keep(self, effects: Effects) -> None:
        case = effects.row.id
        self.rows[case] = effects.row
        keep_rows(self.stored.setdefault(case, {}), effects)
        said = self.said.setdefault(case, [])
        said += [spoken(message) for message in effects.messages]
        ids = [one["id"] for one in said]
        assert len(ids) == len(set(ids)), "the outbox takes each id once"

    def differences(self) -> list[Difference]:
        """What verify finds."""
        clocks = [row for rows in self.stored.values() for row in rows.values()]
        return list(differences(*reading_of(list(self.rows.values()), clocks, self.rules)))

    def alerts(self, case: str) -> list[dict[str, Any]]:
        kinds = {
            "complaint.clock_warning",
            "complaint.clock_breached",
            "complaint.escalated",
            "complaint.alert_resolved",
        }
        return [
            {
                "type": one["type"], "clock": one["data"]["clock"], "cycle": one["data"]["cycle"],
                "step": one["data"]["step"], "at": short(one["time"]), "to": one["data"].get("to", []),
            }
            for one in self.said[case]
            if one["type"] in kinds
        ]  # fmt: skip

    def refused(self, case: str) -> list[tuple[Any, ...]]:
        return [
            (one["type"], short(one["time"]), one["data"].get("clock"), one["data"].get("to"), one["data"]["missing"],
             one["data"].get("late_by_seconds"))
            for one in self.said[case]
            if one["type"] in REFUSALS
        ]  # fmt: skip

    def decision(self, case: str) -> Any:
        return [one["data"] for one in self.said[case] if one["type"] == "complaint.triaged"][-1]


def short(text: str) -> str:
    """An instant cut to seconds."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
