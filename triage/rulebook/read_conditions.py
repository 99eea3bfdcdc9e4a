"""Reading `when`, `applies_when` and event references: nodes in, conditions out, values typed by their fact."""

from collections.abc import Mapping as Specs
from typing import Any

from monitors.clocks.policy import ClockPattern, EventPattern, EventRef, Reached
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.event import EVENT_TYPES
from triage.domain.facts import FactSpec, FactType
from triage.rulebook import nouns
from triage.rulebook.faults import Hint, did_you_mean, hint, suggestion
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar, Sequence
from triage.rulebook.noting import fault, misfit, no_such, shown
from triage.rulebook.nouns import What
from triage.rulebook.reading import day, each, fields, flag, items, member, referred, text, whole, word
from triage.rulebook.reading_values import instant, money, number
from triage.rulebook.schema import CLOCK_REFERENCE, EVENT_REFERENCE
from triage.rulebook.words import Words
from triage.wording.text import Text, say

BLOCKS: dict[str, type[All | AnyOf | NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}
ORDERED = {FactType.NUMBER, FactType.WHOLE, FactType.MONEY, FactType.DATE, FactType.INSTANT}
ONE_OF = (Op.IN, Op.NOT_IN)
COMPARISONS = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN)


class ConditionReader:
    """Reads conditions over the facts of one place."""

    def __init__(self, words: Words, facts: Specs[str, FactSpec], *, closed: bool, what: What = nouns.FACT) -> None:
        """`closed`: a name that is not among `facts` is a fault. `what`: how messages call such a name."""
        self._words, self._facts, self._closed, self._what = words, facts, closed, what

    def read(self, node: Node) -> Condition:
        """A whole condition."""
        if isinstance(node, Scalar):
            if node is not ABSENT and node.text != "always":
                message = say("a condition is a mapping, or the one word always")
                misfit("wrong-type", node, message, say("write {word}", word="fact: value"))
            return Always()
        if isinstance(node, Sequence):
            message = say("a condition is a mapping, not a list")
            fault("wrong-type", node, message, say("put the list under all: or any:"))
            return Always()
        found = [self._entry(key, value) for key, value in node.entries.values()]
        if not found and node.complete:
            message = say("a condition needs at least one test")
            fault("empty-list", node, message, say("write always when it always holds"))
        return found[0] if len(found) == 1 else All(tuple(found))

    def _entry(self, key: Scalar, value: Node) -> Condition:
        block = BLOCKS.get(key.text)
        if block is not None:
            listed = value.items if isinstance(value, Sequence) else [value]
            if isinstance(value, Sequence) and not value.items and value.complete:
                fault("empty-list", key, say("{block} needs at least one condition", block=key.text))
            return block(tuple(self.read(one) for one in listed))
        spec = self._facts.get(key.text)
        if spec is None:
            if self._closed:
                misfit("unknown-key", key, no_such(key.text, self._what), suggestion(key.text, [*self._facts, *BLOCKS]))
            return Always()
        return self._tests(spec, value)

    def _tests(self, spec: FactSpec, value: Node) -> Condition:
        if isinstance(value, Mapping):
            tests = [self._operator(spec, key, operand) for key, operand in value.entries.values()]
            if not tests and value.complete:
                fault("empty-list", value, say("no test of {fact} here", fact=spec.name))
            return tests[0] if len(tests) == 1 else All(tuple(tests))
        op = Op.IN if isinstance(value, Sequence) else Op.IS
        if spec.type is FactType.TEXTS and value is not ABSENT:
            fault("wrong-test", value, say("{fact} is a list", fact=spec.name), _contains(value))
            return Always()
        return self._test(spec, op, value)

    def _operator(self, spec: FactSpec, key: Scalar, operand: Node) -> Condition:
        allowed = [op.value for op in operators(spec)]
        if key.text not in allowed:
            known = key.text in {op.value for op in Op}
            wants_contains = known and spec.type is FactType.TEXTS
            near = did_you_mean(Op.CONTAINS.value, allowed) if wants_contains else suggestion(key.text, allowed)
            message = say(
                "{word} is no test of {fact}, which is {kind}",
                word=shown(key.text), fact=spec.name, kind=_KINDS[spec.type],
            )  # fmt: skip
            misfit("wrong-test" if known else "unknown-key", key, message, near)
            return Always()
        return self._test(spec, Op(key.text), operand)

    def _test(self, spec: FactSpec, op: Op, operand: Node) -> Condition:
        if op is Op.KNOWN:
            return Test(spec.name, op, flag(operand))
        if op is Op.MENTIONS:
            return Test(spec.name, op, self._term_lists(operand))
        if op in ONE_OF or op in (Op.CONTAINS_ANY, Op.CONTAINS_NONE):
            values = tuple(self.value(spec, one) for one in items(operand, op.value, least=1))
            return Test(spec.name, op, values)
        if op is Op.BETWEEN:
            bounds = items(operand, "between")
            if len(bounds) != 2:
                message = say("between takes two values, the lower one first")
                fault("wrong-type", operand, message, say("write {word}", word="[10, 20]"))
                return Always()
            return Test(spec.name, op, (self.value(spec, bounds[0]), self.value(spec, bounds[1])))
        return Test(spec.name, op, self.value(spec, operand))

    def value(self, spec: FactSpec, node: Node) -> Any:
        """One value, typed as the fact's (of a list fact: as an entry's)."""
        match spec.type:
            case FactType.WHOLE:
                return whole(node)
            case FactType.NUMBER:
                return number(node)
            case FactType.MONEY:
                return money(node, self._words.currency)
            case FactType.YES_NO:
                return flag(node)
            case FactType.DATE:
                return day(node)
            case FactType.INSTANT:
                return instant(node, self._words.zone, dates=True)
            case _ if spec.name == "clocks.breached":
                return referred(node, self._words.clocks, self._words, nouns.CLOCK)
            case _:
                return word(node, self._values(spec), nouns.value_of(spec.name))

    def _values(self, spec: FactSpec) -> tuple[str, ...] | None:
        return self._words.event_types if spec.name == "happened" else spec.values

    def _term_lists(self, operand: Node) -> tuple[str, ...]:
        def one(node: Node) -> str:
            return referred(node, self._words.terms, self._words, nouns.TERM_LIST)

        return each(operand, "mentions", one, least=1) if isinstance(operand, Sequence) else (one(operand),)


def operators(spec: FactSpec) -> tuple[Op, ...]:
    """The tests that a fact takes."""
    if spec.type is FactType.TEXTS:
        return (Op.CONTAINS, Op.CONTAINS_ANY, Op.CONTAINS_NONE, Op.KNOWN)
    if spec.type is FactType.YES_NO:
        return (Op.IS, Op.IS_NOT, Op.KNOWN)
    equal = (Op.IS, Op.IS_NOT, *ONE_OF, Op.KNOWN)
    if spec.type in ORDERED:
        return (*equal, *COMPARISONS)
    return equal if spec.values is not None else (*equal, Op.MENTIONS)


_KINDS: dict[FactType, Text] = {
    FactType.TEXTS: nouns.LIST,
    FactType.YES_NO: nouns.FLAG,
    FactType.INSTANT: nouns.INSTANT,
    FactType.DATE: nouns.DATE,
    FactType.TEXT: nouns.TEXT,
    FactType.NUMBER: nouns.NUMBER,
    FactType.WHOLE: nouns.WHOLE,
    FactType.MONEY: nouns.MONEY,
}
"""What messages call the types of facts."""


def _contains(value: Node) -> Hint:
    """A hint at the test that list facts take, with the value as it is written."""
    near = did_you_mean(Op.CONTAINS.value, ())
    return hint(near, f"{{contains: {value.text}}}" if isinstance(value, Scalar) and value.plain else "")


def reference(node: Node, words: Words, policy: str) -> EventRef:
    """What starts or ends a clock: event references, or what other clocks have come to. `policy`: whose short names
    count."""
    if isinstance(node, Sequence):
        listed = items(node, nouns.EVENT_REFERENCE, least=1)
        return tuple(pattern for one in listed for pattern in reference(one, words, policy))
    if isinstance(node, Mapping) and any(key in node.entries for key in CLOCK_REFERENCE.keys):
        found = fields(node, CLOCK_REFERENCE)
        reached = member(found["is"], Reached, nouns.value_of("is"))
        return (ClockPattern(_clock(found["clock"], words, policy), reached),)
    return event_reference(node, words)


def _clock(node: Node, words: Words, policy: str) -> str:
    written = text(node, nouns.CLOCK)
    if "/" in written:
        return referred(node, words.clocks, words, nouns.CLOCK)
    full = f"{policy}/{written}"
    if written and words.clocks is not None and full not in words.clocks:
        short = words.short(tuple(name.removeprefix(f"{policy}/") for name in words.clocks))
        misfit("unknown-value", node, no_such(written, nouns.CLOCK), suggestion(written, short))
    return full


def event_reference(node: Node, words: Words) -> EventRef:
    """An event type, a type with a condition over its data, or a list of these."""
    if isinstance(node, Sequence):
        return tuple(
            pattern for one in items(node, nouns.EVENT_REFERENCE, least=1) for pattern in event_reference(one, words)
        )
    if not isinstance(node, Mapping):
        return (EventPattern(_event_type(node, words)),) if node is not ABSENT else ()
    if EVENT_REFERENCE.required[0] not in node.entries and any(key in node.entries for key in CLOCK_REFERENCE.keys):
        fault("wrong-type", node, say("only start, stop and cancel take another clock"), say("name an event"))
        return ()
    found = fields(node, EVENT_REFERENCE)
    event_type = _event_type(found["on"], words)
    specs = words.event_fields.get(event_type, {})
    reader = ConditionReader(words, specs, closed=bool(specs), what=say("a field of {event}", event=event_type))
    return (EventPattern(event_type, found.read("when", reader.read)),)


def _event_type(node: Node, words: Words) -> str:
    found = text(node, nouns.EVENT_TYPE)
    known = words.event_types
    if found and known is not None and found not in known:
        near = f"complaint.{found}"
        meant = did_you_mean(near, known) if near in EVENT_TYPES else suggestion(found, known)
        misfit("unknown-value", node, no_such(found, nouns.EVENT_TYPE), meant)
    return found


def plain_value(node: Node, spec: FactSpec | None, reader: ConditionReader) -> Any:
    """A value of an example: typed by its fact or field, JSON-like where none is declared."""
    if isinstance(node, Sequence):
        return [plain_value(one, spec, reader) for one in node.items]
    if isinstance(node, Mapping):
        return {key.text: plain_value(value, None, reader) for key, value in node.entries.values()}
    return text(node) if spec is None else reader.value(spec, node)
