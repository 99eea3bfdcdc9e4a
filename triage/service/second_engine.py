"""The mark of the second engine: put beside a decision after it was made, before it is written."""

from collections.abc import Sequence

import msgspec

from monitors.notices.message import Message
from triage.ports import Questions, TimelineRow
from triage.ports.engine import SINGLE
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Count, Effects

Members = dict[str, msgspec.Raw]


def ask(questions: Questions, rules: CompiledRulebook, effects: Effects) -> None:
    """Have the second engine evaluate what the step evaluated, if rules ran in it."""
    if effects.evaluated is not None:
        questions.ask(rules, effects.evaluated)


def marked(steps: Sequence[Effects], questions: Questions) -> list[Effects]:
    """The steps, those in which rules ran with their marks, which are waited for within the engine's deadline."""
    marks = iter(questions.marks())
    return [one if one.evaluated is None else with_mark(one, next(marks)) for one in steps]


def with_mark(effects: Effects, mark: str) -> Effects:
    """The effects of a step, with the mark counted and put into the decision that it tells and keeps."""
    effects = msgspec.structs.replace(
        effects, counts=(*effects.counts, Count("engine_decisions_total", {"result": mark}))
    )
    if mark == SINGLE:  # which is what stands there
        return effects
    messages = list(effects.messages)
    if effects.told is not None:
        messages[effects.told] = _marked_message(messages[effects.told], mark)
    timeline = tuple(_marked_row(row, mark) for row in effects.timeline)
    return msgspec.structs.replace(effects, messages=tuple(messages), timeline=timeline)


def _marked_message(told: Message, mark: str) -> Message:
    envelope = _members(told.payload)
    envelope["data"] = _marked(envelope["data"], mark)
    return msgspec.structs.replace(told, payload=msgspec.json.encode(envelope))


def _marked_row(row: TimelineRow, mark: str) -> TimelineRow:
    """Also of a decision that nobody is told: one in which only what is in shadow changed."""
    if row.decision is None:
        return row
    return msgspec.structs.replace(row, decision=bytes(_marked(row.decision.encode(), mark)).decode())


def _members(text: bytes | msgspec.Raw) -> Members:
    return msgspec.json.decode(text, type=Members)


def _marked(text: bytes | msgspec.Raw, mark: str) -> msgspec.Raw:
    """A JSON object with another `engines`; every other byte stays."""
    members = _members(text)
    members["engines"] = msgspec.Raw(msgspec.json.encode(mark))
    return msgspec.Raw(msgspec.json.encode(members))
