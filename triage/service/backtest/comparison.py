"""Two endings of one complaint: what changed, and which rules made the difference. A is the proposed rulebook, B the
one that it is compared with; before is under B, after under A."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from monitors.clocks.policy import Against, Policy
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.ending import Decided, EndedClock, Ending
from triage.service.backtest.lens import content_of
from triage.service.case_view import instant

RULEBOOK = "rulebook"
"""Stands for a rule where none came, went or changed: priorities, departments or the fallback did."""

POLICIES, CALENDARS = "sla/", "calendars/"
"""Before the name of a policy or a calendar that made the difference: the folder where it stands."""

FIELDS = ("priority", "department", "team", "handler", "tags", "policies")
STANDS = datetime.max.replace(tzinfo=UTC)
"""The due time of a clock that stands: later than any."""

EARLIER, LATER, NEW, GONE = "earlier", "later", "new", "gone"


class Moved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cycle of a clock that is due at another time, or comes to another end. `moved`: earlier | later | new | gone,
    None when it is due as before. `by_seconds`: None where one of the two has no due time. `statutory`: its policy
    rests on more than the house's own word."""

    clock: str
    cycle: int
    moved: str | None
    by_seconds: int | None
    statutory: bool
    due_before: str | None
    due_after: str | None
    state_before: str | None
    state_after: str | None
    breached_before: bool | None
    breached_after: bool | None

    @property
    def is_laxer(self) -> bool:
        """Whether a statutory deadline moves later, or no longer runs."""
        return self.statutory and self.moved in (LATER, GONE)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint that would end otherwise. `rules`: those that came, went or say something else now, and changed
    policies (`sla/…`) and calendars (`calendars/…`) of the clocks; `rulebook` where it was none of them. `fields`: of
    the decision, those that differ."""

    case: str
    before: Decided
    after: Decided
    fields: tuple[str, ...]
    rules: tuple[str, ...]
    clocks: tuple[Moved, ...]


class Comparison:
    """Compares endings under two rulebooks."""

    def __init__(self, after: CompiledRulebook, before: CompiledRulebook) -> None:
        self._contents = [{rule.id: content_of(rule) for rule in one.rulebook.rules} for one in (after, before)]
        self._changed_policies = _changed_policies(after, before)
        self._statutory = statutory_policies(after) | statutory_policies(before)

    def changed(self, case: str, after: Ending, before: Ending) -> Changed | None:
        """What differs, None when nothing does."""
        fields = tuple(name for name in FIELDS if getattr(after.decided, name) != getattr(before.decided, name))
        clocks = tuple(self._moved(after, before))
        if not (fields or clocks):
            return None
        rules = self._causes(after, before, clocks)
        return Changed(case=case, before=before.decided, after=after.decided, fields=fields, rules=rules, clocks=clocks)

    def _causes(self, after: Ending, before: Ending, clocks: Sequence[Moved]) -> tuple[str, ...]:
        contents_after, contents_before = self._contents
        found = set(after.rules) ^ set(before.rules)
        found |= {
            rule
            for rule in set(after.rules) & set(before.rules)
            if contents_after.get(rule) != contents_before.get(rule)
        }
        for clock in clocks:
            found |= self._changed_policies.get(clock.clock.rpartition("/")[0], set())
        return tuple(sorted(found)) or (RULEBOOK,)

    def _moved(self, after: Ending, before: Ending) -> Iterator[Moved]:
        if after.clocks == before.clocks:
            return
        ours = {(one.clock, one.cycle): one for one in after.clocks}
        theirs = {(one.clock, one.cycle): one for one in before.clocks}
        for name, cycle in sorted({*ours, *theirs}):
            now, then = ours.get((name, cycle)), theirs.get((name, cycle))
            if now != then:
                yield _moved(name, cycle, now, then, statutory=name.rpartition("/")[0] in self._statutory)


def _moved(name: str, cycle: int, now: EndedClock | None, then: EndedClock | None, *, statutory: bool) -> Moved:
    due_now, due_then = now.due_at if now else None, then.due_at if then else None
    by = int((due_now - due_then).total_seconds()) if due_now and due_then else None
    return Moved(
        clock=name,
        cycle=cycle,
        moved=_how(now, then),
        by_seconds=by,
        statutory=statutory,
        due_before=instant(due_then) if due_then else None,
        due_after=instant(due_now) if due_now else None,
        state_before=then.state if then else None,
        state_after=now.state if now else None,
        breached_before=then.breached if then else None,
        breached_after=now.breached if now else None,
    )


def _how(now: EndedClock | None, then: EndedClock | None) -> str | None:
    if now is None:
        return GONE
    if then is None:
        return NEW
    due_now, due_then = now.due_at or STANDS, then.due_at or STANDS
    if due_now == due_then:
        return None
    return LATER if due_now > due_then else EARLIER


def _changed_policies(after: CompiledRulebook, before: CompiledRulebook) -> dict[str, set[str]]:
    """Policy to what about it was changed: itself, or the calendar that it counts by."""
    new, old = after.rulebook, before.rulebook
    found: dict[str, set[str]] = {}
    for name in {*new.policies, *old.policies}:
        now, then = new.policies.get(name), old.policies.get(name)
        if now is None or then is None or _content(now) != _content(then):
            found.setdefault(name, set()).add(f"{POLICIES}{name}")
        calendars = [book.calendars.get(one.calendar) for book, one in ((new, now), (old, then)) if one is not None]
        if len(calendars) == 2 and calendars[0] != calendars[1]:
            found.setdefault(name, set()).add(f"{CALENDARS}{now.calendar if now else ''}")
    return found


def _content(policy: Policy) -> Policy:
    return msgspec.structs.replace(policy, title={}, source={})


def is_statutory(policy: Policy) -> bool:
    """Whether the policy rests on law, regulation or another's rules: its source is graded, and not `internal`."""
    return policy.source.get("grade", "internal") != "internal"


def statutory_policies(rules: CompiledRulebook) -> set[str]:
    """The ids of its statutory policies."""
    return {name for name, policy in rules.rulebook.policies.items() if is_statutory(policy)}


def clocks_against_us(rules: CompiledRulebook) -> frozenset[str]:
    """The full names of the clocks whose breach is ours."""
    policies = rules.rulebook.policies.values()
    return frozenset(
        policy.clock_name(clock) for policy in policies for clock in policy.clocks if clock.against is Against.US
    )
