"""The mark of the second engine: put beside a decision after it was made, before it is written."""

from collections.abc import Sequence

import msgspec

from triage.ports import Questions
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
    """The effects of a step, with the mark counted and put into the decision that it tells and its timeline row."""
    effects = msgspec.structs.replace(
        effects, counts=(*effects.counts, Count("engine_decisions_total", {"result": mark}))
    )
    if effects.told is None or mark == SINGLE:  # which is what stands there
        return effects
    told = effects.messages[effects.told]
    envelope = _members(told.payload)
    envelope["data"] = _marked(envelope["data"], mark)
    message = msgspec.structs.replace(told, payload=msgspec.json.encode(envelope))
    return msgspec.structs.replace(
        effects,
        messages=(*effects.messages[: effects.told], message, *effects.messages[effects.told + 1 :]),
        timeline=tuple(
            row
            if row.decision is None
            else msgspec.structs.replace(row, decision=bytes(_marked(row.decision.encode(), mark)).decode())
            for row in effects.timeline
        ),
    )


def _members(text: bytes | msgspec.Raw) -> Members:
    return msgspec.json.decode(text, type=Members)


def _marked(text: bytes | msgspec.Raw, mark: str) -> msgspec.Raw:
    """A JSON object with another `engines`; every other byte stays."""
    members = _members(text)
    members["engines"] = msgspec.Raw(msgspec.json.encode(mark))
    return msgspec.Raw(msgspec.json.encode(members))
