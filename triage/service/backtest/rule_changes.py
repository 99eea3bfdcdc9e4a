"""What was changed in a rulebook, rule by rule, in the reader's words."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from triage.domain.condition import leaf_tests
from triage.rulebook.condition_words import said_test
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Rule
from triage.rulebook.spelled import in_words
from triage.service.backtest.lens import same_rule
from triage.wording.text import Text, Titles, say

OUTCOME_FIELDS = ("priority", "department", "team", "handler", "tags", "policies")


class RuleChange(msgspec.Struct, frozen=True):
    """A rule that came, went or says something else."""

    rule: str
    title: Titles
    what: tuple[Text, ...]


def rule_changes(after: CompiledRulebook, before: CompiledRulebook) -> list[RuleChange]:
    """Every rule that differs, by id."""
    ours = {rule.id: rule for rule in after.rulebook.rules}
    theirs = {rule.id: rule for rule in before.rulebook.rules}
    found = []
    for name in sorted({*ours, *theirs}):
        new, old = ours.get(name), theirs.get(name)
        if new is None and old is not None:
            found.append(RuleChange(name, old.title, (say("taken out"),)))
        elif old is None and new is not None:
            found.append(RuleChange(name, new.title, (say("new"), *_said(new))))
        elif new is not None and old is not None and not same_rule(new, old):
            found.append(RuleChange(name, new.title, tuple(_differences(new, old))))
    return found


def _said(rule: Rule) -> Iterator[Text]:
    for field in OUTCOME_FIELDS:
        value = getattr(rule.then, field)
        if value:
            yield say("{field}: {value}", field=field, value=_shown(value))


def _differences(new: Rule, old: Rule) -> Iterator[Text]:
    for field in OUTCOME_FIELDS:
        yield from _moved(field, getattr(old.then, field), getattr(new.then, field))
    yield from _moved("status", old.status, new.status)
    yield from _moved("effective from", old.effective_from, new.effective_from)
    yield from _moved("effective to", old.effective_to, new.effective_to)
    tests, before = _tests(new), _tests(old)
    yield from (say("condition taken out: {test}", test=said) for one, said in before.items() if one not in tests)
    yield from (say("condition added: {test}", test=said) for one, said in tests.items() if one not in before)
    if new.when != old.when and tests.keys() == before.keys():
        yield say("conditions joined otherwise")


def _tests(rule: Rule) -> dict[tuple[str, str], Text]:
    """What each test says; those that mean the same are one."""
    return {(one.fact, in_words(one)): said_test(one) for one in leaf_tests(rule.when)}


def _moved(field: str, before: Any, after: Any) -> Iterator[Text]:
    if before != after:
        yield say("{field}: {before} → {after}", field=field, before=_shown(before), after=_shown(after))


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "–"
    return value.isoformat() if isinstance(value, date) else str(value or "–")
