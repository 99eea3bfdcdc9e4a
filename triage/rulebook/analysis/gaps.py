"""Gaps: values of cause, line of business or channel that no rule gives a department."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from triage.domain.facts import Facts, FactType
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.wording.text import say

ROUTED_BY = ("causes", "line_of_business", "channel")


def gaps(view: View, on: date, *, every: bool) -> Iterator[Finding]:
    """Values for which only the fallback answers when nothing else is known. Told are those of facts that the rules
    route by, which is to say that most values have a department; and not those that an example gives alone and expects
    at the fallback, for that is meant. `every`: all of them. `on`: the date of receipt."""
    for fact in ROUTED_BY:
        values = view.rulebook.vocabulary.values_of(fact) or ()
        open_ones = [value for value in values if not _has_department(view, fact, value, on)]
        if every or len(open_ones) * 2 < len(values):
            meant = set() if every else _meant(view, fact)
            left = tuple(value for value in open_ones if value not in meant)
            if left:
                yield _gap(view, fact, left)


def _gap(view: View, fact: str, values: tuple[str, ...]) -> Finding:
    return finding_at(
        "gap",
        view.places.of("desk", "fallback"),
        say(
            "no rule names a department when nothing but {fact} is known, of these values: {values}",
            fact=fact,
            values=values,
        ),
        say("write a rule, or an example that gives one alone and expects fallback: true"),
    )


def _has_department(view: View, fact: str, value: str, on: date) -> bool:
    facts: Facts = view.compiled.facts.of_example({fact: [value] if _is_list(view, fact) else value}, on)
    return any(rule.then.department is not None for rule in view.firing(facts, on))


def _is_list(view: View, fact: str) -> bool:
    return view.rulebook.vocabulary.facts[fact].type is FactType.TEXTS


def _meant(view: View, fact: str) -> set[Any]:
    """Values that an example gives alone and expects at the fallback."""
    examples = [example for _, example in view.examples]
    alone = [one.given[fact] for one in examples if one.expect.get("fallback") is True and one.given.keys() == {fact}]
    return {value for given in alone for value in (given if isinstance(given, list) else [given])}
