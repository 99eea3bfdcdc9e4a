"""A case is a fold over its events in event time; the order of arrival never matters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from triage.domain import event as ev
from triage.domain.event import Event, Fault, Person
from triage.domain.lifecycle import FINAL_STATUSES, PROGRESS, REACHES, fits, furthest, missing_for_closing

AUTO = "auto"
"""A human's word that gives a field back to the rules."""

HUMAN_FIELDS = ("priority", "department", "handler")


class Followup(msgspec.Struct, frozen=True):
    """The latest completed follow-up."""

    satisfied: bool | None
    score: int | None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint as its events tell it.

    `events`: those that count (voided ones left out), in order. `data`: the registered data as amended.
    `received_at`: the receipt (UTC); until the registration the earliest event's time stands for it.
    `owner`: the person of the last assignment. `human`: a human's word per field (priority, department,
    handler). `happened`: event types since the last reopening. `missing`: what the refused closing request on
    record still needs, None when there is none. `out_of_order`: (source, id) of events that did not fit the
    status. `faults_of_patches`: by (source, id), why patches that are sound by themselves do not fit the case; `faults`
    has them too.
    """

    id: str
    status: str
    registered: bool
    received_at: datetime
    data: dict[str, Any]
    events: tuple[Event, ...]
    faults: tuple[Fault, ...]
    owner: Person | None
    human: dict[str, str]
    complexity: str | None
    reopened: int
    happened: frozenset[str]
    followup: Followup | None
    closed_at: datetime | None
    outcome: str | None
    missing: tuple[str, ...] | None
    out_of_order: frozenset[tuple[str, str]]
    faults_of_patches: dict[tuple[str, str], tuple[Fault, ...]]

    @property
    def customer(self) -> str | None:
        """The customer's id, None while it is not known."""
        found: str | None = (self.data.get("customer") or {}).get("id")
        return found

    @property
    def is_open(self) -> bool:
        """Whether work is still expected on the case."""
        return self.status not in FINAL_STATUSES


def fold(case_id: str, events: Iterable[Event], zone: tzinfo, opened_at: datetime | None = None) -> Case:
    """The case that the events tell, whatever order they are given in.

    `zone`: the rulebook's, for the dates of follow-up attempts. `opened_at` stands for the receipt of a case
    that has no events (opened for a quarantined one).
    """
    return _Folding(case_id, effective(events), zone, opened_at).result()


def effective(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events that count, in order: those that a `complaint.voided` names never happened."""
    ordered = sorted(events, key=lambda event: event.order)
    voided = voided_by(ordered)
    return tuple(e for e in ordered if (e.source, e.id) not in voided) if voided else tuple(ordered)


def voided_by(events: Sequence[Event]) -> frozenset[tuple[str, str]]:
    """(source, id) of the events that one of these voids; a `complaint.voided` itself cannot be voided."""
    named = {_voided_key(event) for event in events if event.type == ev.VOIDED}
    return frozenset(named - {(event.source, event.id) for event in events if event.type == ev.VOIDED})


def _voided_key(event: Event) -> tuple[str, str]:
    named = event.data.get("event") or {}
    return (named.get("source", ""), named.get("id", ""))


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396 JSON merge patch: mappings are merged, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


class _Folding:
    """The fold on its way through the events."""

    def __init__(self, case_id: str, events: Sequence[Event], zone: tzinfo, opened_at: datetime | None) -> None:
        self.case_id, self.events, self.zone = case_id, events, zone
        self.earliest = events[0].time if events else opened_at or datetime.min.replace(tzinfo=UTC)
        self.status = PROGRESS[0]
        self.registered_at: datetime | None = None
        self.data: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.owner: Person | None = None
        self.human: dict[str, str] = {}
        self.complexity: str | None = None
        self.reopened = 0
        self.since_reopening: list[Event] = []
        self.followup: Followup | None = None
        self.closed_at: datetime | None = None
        self.close_request: Event | None = None
        self.out_of_order: set[tuple[str, str]] = set()
        self.faults_of_patches: dict[tuple[str, str], tuple[Fault, ...]] = {}

    def result(self) -> Case:
        for event in self.events:
            self._take(event)
        pending = self.close_request is not None and self.closed_at is None
        return Case(
            id=self.case_id,
            status=self._shown_status(),
            registered=self.registered_at is not None,
            received_at=self._received_at(),
            data=self.data,
            events=tuple(self.events),
            faults=tuple(self.faults),
            owner=self.owner,
            human=self.human,
            complexity=self.complexity,
            reopened=self.reopened,
            happened=frozenset(event.type for event in self.since_reopening),
            followup=self.followup,
            closed_at=self.closed_at,
            outcome=self.close_request.data.get("outcome") if self.close_request else None,
            missing=missing_for_closing(self.since_reopening, self.zone) if pending else None,
            out_of_order=frozenset(self.out_of_order),
            faults_of_patches=self.faults_of_patches,
        )

    def _take(self, event: Event) -> None:
        if not fits(event.type, self.status):
            self.out_of_order.add((event.source, event.id))
        if event.type != ev.REGISTERED or self.registered_at is None:  # a second registration changes nothing
            self.faults.extend(event.faults)
        if event.type == ev.REOPENED:
            self._reopen()
        self.since_reopening.append(event)
        handler = _HANDLERS.get(event.type)
        if handler is not None:
            handler(self, event)
        if self.status not in FINAL_STATUSES and event.type in REACHES:
            self.status = furthest(self.status, REACHES[event.type])
        self._close_when_due(event)

    def _close_when_due(self, event: Event) -> None:
        if self.close_request is None or self.status == "closed":
            return
        exempt = self.status in FINAL_STATUSES
        if exempt or not missing_for_closing(self.since_reopening, self.zone):
            self.status, self.closed_at = "closed", event.time

    def _reopen(self) -> None:
        self.reopened += 1
        self.status = "assigned" if self.owner else "verified"
        self.since_reopening = []
        self.closed_at = self.close_request = None

    def _register(self, event: Event) -> None:
        if self.registered_at is None:
            self.registered_at = event.time
            self.data = dict(event.data)
        else:
            self.out_of_order.add((event.source, event.id))

    def _amend(self, event: Event) -> None:
        patched = merge_patch(self.data, event.data.get("patch") or {})
        found = tuple(self._mend(patched)) if self.registered_at else ()
        if found:
            self.faults_of_patches[event.source, event.id] = found
            self.faults.extend(found)
        self.data = patched

    def _mend(self, patched: dict[str, Any]) -> Iterator[Fault]:
        """What would make the registered case invalid stays as it was told before."""
        told = {field: self.data[field] for field in ("description", "causes") if self.data.get(field)}
        if told and not (patched.get("description") or patched.get("causes")):
            yield from (Fault(f"patch.{field}", "null", "a description or causes must remain") for field in told)
            patched |= told
        amount = patched.get("amount_disputed")
        if isinstance(amount, dict) and not {"value", "currency"} <= amount.keys():
            yield Fault("patch.amount_disputed", "a part of an amount", "value and currency, or both known before")
            patched["amount_disputed"] = self.data.get("amount_disputed")

    def _verify(self, event: Event) -> None:
        for field in HUMAN_FIELDS:
            self._hear_human(field, event)
        self.complexity = event.data.get("complexity") or self.complexity

    def _hear_human(self, field: str, event: Event) -> None:
        """A faulty event has no say in the department."""
        word = None if field == "department" and event.faults else event.data.get(field)
        if word == AUTO:
            self.human.pop(field, None)
        elif word:
            self.human[field] = word

    def _assign(self, event: Event) -> None:
        owner = event.data.get("owner")
        if owner:
            self.owner = Person(owner["id"], owner.get("name") or owner["id"])
        self._hear_human("department", event)

    def _reject_solution(self, _event: Event) -> None:
        if self.status not in FINAL_STATUSES:
            self.status = "investigating"

    def _follow_up(self, event: Event) -> None:
        self.followup = Followup(event.data.get("satisfied"), event.data.get("score"))

    def _request_closing(self, event: Event) -> None:
        self.close_request = event

    def _withdraw(self, _event: Event) -> None:
        if self.status not in FINAL_STATUSES:
            self.status = "withdrawn"

    def _link(self, event: Event) -> None:
        if event.data.get("relation") == "duplicate" and self.status not in FINAL_STATUSES:
            self.status = "merged"

    def _shown_status(self) -> str:
        if self.registered_at is None and self.status not in FINAL_STATUSES:
            return PROGRESS[0]
        return self.status

    def _received_at(self) -> datetime:
        if self.registered_at is None:
            return self.earliest
        stated = self.data.get("received_at")
        return datetime.fromisoformat(stated) if isinstance(stated, str) else self.registered_at


_HANDLERS: dict[str, Callable[[_Folding, Event], None]] = {
    ev.REGISTERED: _Folding._register,
    ev.AMENDED: _Folding._amend,
    ev.VERIFIED: _Folding._verify,
    ev.ASSIGNED: _Folding._assign,
    "complaint.solution_rejected": _Folding._reject_solution,
    ev.FOLLOWUP_COMPLETED: _Folding._follow_up,
    ev.CLOSE_REQUESTED: _Folding._request_closing,
    ev.WITHDRAWN: _Folding._withdraw,
    ev.LINKED: _Folding._link,
}
