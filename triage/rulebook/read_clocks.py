"""Reading one clock of an SLA policy."""

import re
from typing import TypeGuard

from monitors.clocks.counting import HOUR_UNITS
from monitors.clocks.policy import (
    Against,
    AnyLimit,
    ClockPattern,
    ClockPolicy,
    Counting,
    Escalation,
    EventPattern,
    EventRef,
    Extension,
    Limit,
    Need,
    OnReopen,
    PauseRule,
    Unit,
    Warning_,
)
from monitors.clocks.words import same_limit
from triage.domain.condition import All, Test, passes
from triage.domain.event import PAUSED
from triage.rulebook.faults import suggestion
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar
from triage.rulebook.read_conditions import event_reference, reference
from triage.rulebook.read_limits import UNREAD, any_limit, units
from triage.rulebook.read_rulebook import escalation_steps
from triage.rulebook.reading import (
    Fields,
    each,
    entries,
    fault,
    fields,
    flag,
    items,
    member,
    misfit,
    name,
    shown,
    text,
    word,
)
from triage.rulebook.reading_values import limit, notes, read_limit
from triage.rulebook.schema import (
    CLOCK,
    DELIVER,
    DUES,
    EXTENDED_FROM,
    EXTENSION,
    LATE,
    OWNER,
    PAUSE,
    PAUSE_REASONS,
    START_DAYS,
)
from triage.rulebook.words import Words

_PERCENT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
DUE = Escalation("due", None, (OWNER,))
"""The step that every clock against us has, written or not."""

_COUNTING_KEYS = ("start_day", "due", "roll_forward")


def read_clock(node: Node, words: Words, policy: str) -> ClockPolicy:
    """One clock of the policy."""
    found = fields(node, CLOCK)
    notes(found, None)
    start = reference(found["start"], words, policy)
    stop = reference(found["stop"], words, policy)
    cancel = found.read("cancel", reference, words, policy) or ()
    for ends, key in ((stop, "stop"), (cancel, "cancel")):
        _check_apart(found[key], start, ends)
    counted = _counted(found, words)
    against = found.read("counts_against", member, Against, "a side") or Against.US
    pauses = found.read("pause", _pauses) or ()
    _check_pauses(found, start, pauses)
    counting = _counting(found, counted)
    _check_cycles(found, counting, counted)
    return ClockPolicy(
        id=name(found["id"]),
        start=start,
        stop=stop,
        cancel=cancel,
        restart=found.read("restart", event_reference, words) or (),
        reset=_reset(found, words),
        limit=counted,
        recurring="every" in found,
        counting=counting,
        pauses=pauses,
        extensions=found.read("extend", _extensions, counted, words) or (),
        on_reopen=found.read("on_reopen", member, OnReopen, "a word") or OnReopen.NONE,
        against=against,
        warnings=_warnings(found["warn"], counted) if "warn" in found else (),
        escalations=_escalations(found, against, pauses, words),
        any_time=found.read("deliver", word, DELIVER, "a way of delivery") == DELIVER[0],
    )


def _check_apart(node: Node, start: EventRef, ends: EventRef) -> None:
    for pattern in ends:
        if pattern in start or any(_is_any(one, pattern) or _is_any(pattern, one) for one in start):
            what = pattern.type if isinstance(pattern, EventPattern) else pattern.clock
            fault("stopped-at-start", node, f"{what} starts the clock and ends it at once")


def _is_any(one: EventPattern | ClockPattern, other: EventPattern | ClockPattern) -> bool:
    """Whether the one means every event that the other means."""
    if not (isinstance(one, EventPattern) and isinstance(other, EventPattern)):
        return False
    return one.type == other.type and one.when is None


def _check_pauses(found: Fields, start: EventRef, pauses: tuple[PauseRule, ...]) -> None:
    """A start that asks for a pause of another reason is none that may hold the clock."""
    held = [one for one in start for rule in pauses if _may_start(one, rule)]
    if held:
        fault("paused-at-start", found.key("pause"), "the pause that starts the clock may hold it at once")


def _may_start(pattern: EventPattern | ClockPattern, rule: PauseRule) -> bool:
    if not isinstance(pattern, EventPattern) or pattern.type != PAUSED:
        return False
    asked = pattern.when.items if isinstance(pattern.when, All) else (pattern.when,)
    tests = [one for one in asked if isinstance(one, Test) and one.fact == "reason"]
    return all(passes(test, {"reason": rule.reason}) for test in tests)


def _counted(found: Fields, words: Words) -> AnyLimit:
    """The limit of the clock, or of each of its cycles."""
    if ("limit" in found) == ("every" in found):
        if found.node is not ABSENT:
            fault("missing-key", found.node, "a clock needs either limit or every", "write limit: 15 calendar days")
        return UNREAD
    return any_limit(found["limit" if "limit" in found else "every"], words)


def _check_cycles(found: Fields, counting: Counting, counted: AnyLimit) -> None:
    """The next cycle starts in the last second of a missed one: a date that counts from its own, or that closes before
    it began, would be due at once, for ever."""
    if "every" not in found:
        return
    closes = counting.close_of_business and Unit.CALENDAR_DAYS in units(counted)
    for key, is_empty in (("start_day", counting.start_day), ("due", closes)):
        if is_empty:
            fault("empty-cycle", found.key(key), "a cycle behind a missed one would have no length", "take it out")


def _counting(found: Fields, counted: AnyLimit) -> Counting:
    start_day = found.read("start_day", word, START_DAYS, "a word")
    due = found.read("due", word, DUES, "a time of day")
    for key in _COUNTING_KEYS:
        if key in found and units(counted) <= HOUR_UNITS:
            fault("only-for-days", found.key(key), f"{key} means nothing for a limit in hours", "take it out")
    return Counting(
        start_day=start_day is not None,
        close_of_business=due == DUES[1],
        roll_forward=bool(found.read("roll_forward", flag)),
    )


def _reset(found: Fields, words: Words) -> EventRef:
    if "reset" in found and "every" not in found:
        fault("only-for-recurring", found.key("reset"), "only a clock with every begins anew", "write restart:")
    return found.read("reset", event_reference, words) or ()


def _pauses(node: Node) -> tuple[PauseRule, ...]:
    """A list of reasons, each a word or `{REASON: {needs, remind}}`."""
    rules: list[PauseRule] = []
    for item in items(node, "pause", least=1):
        named = entries(item, "pause", least=1) if isinstance(item, Mapping) else [(item, ABSENT)]
        for key, value in named:
            rule = _pause(key, value)
            if any(rule.reason == other.reason for other in rules):
                fault("duplicate-key", key, f"{shown(rule.reason)} stands twice")
            rules.append(rule)
    return tuple(rules)


def _pause(key: Node, value: Node) -> PauseRule:
    reason = word(key, PAUSE_REASONS, "a reason for pausing")
    if value is ABSENT:
        return PauseRule(reason)
    found = fields(value, PAUSE)
    allowed = (Need.COMPLAINANT_INFORMED, Need.COMPLAINANT_AGREED)
    remind = found.read("remind", limit, "a distance")
    return PauseRule(
        reason=reason,
        needs=_needs(found, allowed),
        remind=remind,
        text=f"paused for {text(found['remind'])}" if remind else "",
    )


def _needs(found: Fields, allowed: tuple[Need, ...]) -> tuple[Need, ...]:
    listed = found.read("needs", each, "needs", lambda one: word(one, allowed, "a need"), least=1) or ()
    return tuple(Need(one) for one in listed if one in allowed)


def _extensions(node: Node, counted: AnyLimit, words: Words) -> tuple[Extension, ...]:
    extensions: list[Extension] = []
    for item in items(node, "extend", least=1):
        made = _extension(item, counted, words)
        if any(same_limit(made.text, other.text) for other in extensions if made.text):
            fault("duplicate-key", item, f"two extensions of {shown(made.text)}")
        extensions.append(made)
    return tuple(extensions)


def _extension(node: Node, counted: AnyLimit, words: Words) -> Extension:
    found = fields(node, EXTENSION)
    if ("to" in found) == ("add" in found) and node is not ABSENT:
        fault("missing-key", node, "an extension needs either to or add", "write to: 30 calendar days")
    noted = len(node.page.findings)
    to, add = found.read("to", limit), found.read("add", limit)
    if to and len(node.page.findings) == noted and _is_alike(counted, to) and to.amount <= counted.amount:
        fault("extension-below-limit", found["to"], f"{text(found['to'])} is no longer than the limit itself")
    since = found.read("from", word, EXTENDED_FROM, "a beginning")
    if since is not None and "add" not in found:
        fault("only-for-add", found.key("from"), "from belongs to add", "take it out")
    approvers = None if words.roles is None else tuple(role for role in words.roles if role != OWNER)
    return Extension(
        text=text(found["to"] if "to" in found else found["add"]) if to or add else "",
        to=to,
        add=add,
        from_grant=since == EXTENDED_FROM[1],
        needs=_needs(found, (Need.REASON, Need.COMPLAINANT_INFORMED, Need.COMPLAINANT_AGREED)),
        approver=found.read("approver", word, approvers, "a role"),
        late_accepted=found.read("late", word, LATE, "a word") is not None,
    )


def _is_alike(counted: AnyLimit, other: Limit) -> TypeGuard[Limit]:
    """Whether the limit could be read and is an amount of the other's unit."""
    return isinstance(counted, Limit) and counted.unit is other.unit and counted is not UNREAD


def _warnings(node: Node, counted: AnyLimit) -> tuple[Warning_, ...]:
    warnings: list[Warning_] = []
    for item in items(node, "warn", least=1):
        made = _warning(item, counted)
        if any(made.text == other.text for other in warnings if made.text):
            fault("duplicate-step", item, f"two warnings {shown(made.text)}")
        warnings.append(made)
    return tuple(warnings)


def _warning(node: Node, counted: AnyLimit) -> Warning_:
    written = text(node, "a warning")
    percent = _PERCENT.fullmatch(written)
    if percent:
        share = float(percent[1])
        if share > 100:
            fault("warning-after-due", node, f"{written} lies behind the due time", "write it under escalate")
        return Warning_(written, percent=share)
    distance = written.removesuffix(" before")
    if written and distance == written:
        misfit("wrong-type", node, f"{shown(written)} is no warning", "write 80% or 1 working day before")
        return Warning_(written, percent=50)
    before = read_limit(node, distance, "a distance") if written else UNREAD
    if _is_alike(counted, before) and before.amount > counted.amount:
        fault("warning-before-start", node, f"{written} is further ahead than the limit is long")
    return Warning_(written, before=before)


def _escalations(
    found: Fields, against: Against, pauses: tuple[PauseRule, ...], words: Words
) -> tuple[Escalation, ...]:
    """Only clocks against us alert."""
    written = found.read("escalate", _escalate, words) or ()
    if against is not Against.US:
        steps = [key for key in ("warn", "escalate") if key in found]
        steps += ["pause"] if any(rule.remind for rule in pauses) else []
        for key in steps:
            fault("unreachable-step", found.key(key), f"a clock against the {against} never alerts", "take it out")
        return ()
    return written if any(step.after is None for step in written) else (DUE, *written)


def _escalate(node: Node, words: Words) -> tuple[Escalation, ...]:
    if not isinstance(node, Scalar):
        return escalation_steps(node, words.roles)
    ladder = text(node)
    if words.ladders is None:
        return ()
    if ladder and ladder not in words.ladders:
        misfit("unknown-value", node, f"unknown ladder {shown(ladder)}", suggestion(ladder, list(words.ladders)))
    return words.ladders.get(ladder, ())
