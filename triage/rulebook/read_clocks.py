"""Reading one clock of an SLA policy."""

from monitors.clocks.counting import HOUR_UNITS
from monitors.clocks.policy import (
    Against,
    AnyLimit,
    ClockPattern,
    ClockPolicy,
    Counting,
    EventPattern,
    EventRef,
    Extension,
    Need,
    OnReopen,
    PauseRule,
    Unit,
)
from monitors.clocks.words import same_limit
from triage.domain.condition import All, Test, passes
from triage.domain.event import PAUSED
from triage.rulebook import nouns
from triage.rulebook.faults import hint
from triage.rulebook.nodes import ABSENT, Mapping, Node
from triage.rulebook.noting import fault, shown
from triage.rulebook.read_conditions import event_reference, reference
from triage.rulebook.read_limits import UNREAD, any_limit, units
from triage.rulebook.read_steps import is_alike, read_escalations, read_warnings
from triage.rulebook.reading import (
    Fields,
    each,
    entries,
    fields,
    flag,
    items,
    member,
    name,
    text,
    word,
)
from triage.rulebook.reading_values import limit, notes
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
from triage.wording.text import say

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
    against = found.read("counts_against", member, Against, nouns.value_of("counts_against")) or Against.US
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
        on_reopen=found.read("on_reopen", member, OnReopen, nouns.value_of("on_reopen")) or OnReopen.NONE,
        against=against,
        warnings=read_warnings(found["warn"], counted) if "warn" in found else (),
        escalations=read_escalations(found, against, pauses, words),
        any_time=found.read("deliver", word, DELIVER, nouns.value_of("deliver")) == DELIVER[0],
    )


def _check_apart(node: Node, start: EventRef, ends: EventRef) -> None:
    for pattern in ends:
        if pattern in start or any(_is_any(one, pattern) or _is_any(pattern, one) for one in start):
            what = pattern.type if isinstance(pattern, EventPattern) else pattern.clock
            fault("stopped-at-start", node, say("{event} starts the clock and ends it at once", event=what))


def _is_any(one: EventPattern | ClockPattern, other: EventPattern | ClockPattern) -> bool:
    """Whether the one means every event that the other means."""
    if not (isinstance(one, EventPattern) and isinstance(other, EventPattern)):
        return False
    return one.type == other.type and one.when is None


def _check_pauses(found: Fields, start: EventRef, pauses: tuple[PauseRule, ...]) -> None:
    """A start that asks for a pause of another reason is none that may hold the clock."""
    held = [one for one in start for rule in pauses if _may_start(one, rule)]
    if held:
        fault("paused-at-start", found.key("pause"), say("the pause that starts the clock may hold it at once"))


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
            message = say("a clock needs either limit or every")
            fault("missing-key", found.node, message, say("write {word}", word="limit: 15 calendar days"))
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
            message = say("a cycle behind a missed one would have no length")
            fault("empty-cycle", found.key(key), message, say("take it out"))


def _counting(found: Fields, counted: AnyLimit) -> Counting:
    start_day = found.read("start_day", word, START_DAYS, nouns.value_of("start_day"))
    due = found.read("due", word, DUES, nouns.value_of("due"))
    for key in _COUNTING_KEYS:
        if key in found and units(counted) <= HOUR_UNITS:
            message = say("{key} means nothing for a limit in hours", key=key)
            fault("only-for-days", found.key(key), message, say("take it out"))
    return Counting(
        start_day=start_day is not None,
        close_of_business=due == DUES[1],
        roll_forward=bool(found.read("roll_forward", flag)),
    )


def _reset(found: Fields, words: Words) -> EventRef:
    if "reset" in found and "every" not in found:
        message = say("only a clock with every begins anew")
        fault("only-for-recurring", found.key("reset"), message, hint(say("write {word}", word="restart"), "restart"))
    return found.read("reset", event_reference, words) or ()


def _pauses(node: Node) -> tuple[PauseRule, ...]:
    """A list of reasons, each a word or `{REASON: {needs, remind}}`."""
    rules: list[PauseRule] = []
    for item in items(node, "pause", least=1):
        named = entries(item, "pause", least=1) if isinstance(item, Mapping) else [(item, ABSENT)]
        for key, value in named:
            rule = _pause(key, value)
            if any(rule.reason == other.reason for other in rules):
                twice = say("{word} stands twice", word=shown(rule.reason))
                fault("duplicate-key", key, twice, say("keep one of them"))
            rules.append(rule)
    return tuple(rules)


def _pause(key: Node, value: Node) -> PauseRule:
    reason = word(key, PAUSE_REASONS, nouns.PAUSE_REASON)
    if value is ABSENT:
        return PauseRule(reason)
    found = fields(value, PAUSE)
    allowed = (Need.COMPLAINANT_INFORMED, Need.COMPLAINANT_AGREED)
    remind = found.read("remind", limit, nouns.DISTANCE)
    return PauseRule(
        reason=reason,
        needs=_needs(found, allowed),
        remind=remind,
        text=f"paused for {text(found['remind'])}" if remind else "",
    )


def _needs(found: Fields, allowed: tuple[Need, ...]) -> tuple[Need, ...]:
    listed = found.read("needs", each, "needs", lambda one: word(one, allowed, nouns.NEED), least=1) or ()
    return tuple(Need(one) for one in listed if one in allowed)


def _extensions(node: Node, counted: AnyLimit, words: Words) -> tuple[Extension, ...]:
    extensions: list[Extension] = []
    for item in items(node, "extend", least=1):
        made = _extension(item, counted, words)
        if any(same_limit(made.text, other.text) for other in extensions if made.text):
            twice = say("two extensions of {limit}", limit=shown(made.text))
            fault("duplicate-key", item, twice, say("keep one of them"))
        extensions.append(made)
    return tuple(extensions)


def _extension(node: Node, counted: AnyLimit, words: Words) -> Extension:
    found = fields(node, EXTENSION)
    if ("to" in found) == ("add" in found) and node is not ABSENT:
        message = say("an extension needs either to or add")
        fault("missing-key", node, message, say("write {word}", word="to: 30 calendar days"))
    noted = len(node.page.findings)
    to, add = found.read("to", limit), found.read("add", limit)
    if to and len(node.page.findings) == noted and is_alike(counted, to) and to.amount <= counted.amount:
        message = say("{limit} is no longer than the limit itself", limit=text(found["to"]))
        fault("extension-below-limit", found["to"], message)
    since = found.read("from", word, EXTENDED_FROM, nouns.value_of("from"))
    if since is not None and "add" not in found:
        fault("only-for-add", found.key("from"), say("from belongs to add"), say("take it out"))
    approvers = None if words.roles is None else tuple(role for role in words.roles if role != OWNER)
    return Extension(
        text=text(found["to"] if "to" in found else found["add"]) if to or add else "",
        to=to,
        add=add,
        from_grant=since == EXTENDED_FROM[1],
        needs=_needs(found, (Need.REASON, Need.COMPLAINANT_INFORMED, Need.COMPLAINANT_AGREED)),
        approver=found.read("approver", word, approvers, nouns.ROLE),
        late_accepted=found.read("late", word, LATE, nouns.value_of("late")) is not None,
    )
