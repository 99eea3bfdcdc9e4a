"""Term lists: terms that can never add a hit, and terms that send a complaint two ways."""

from collections.abc import Iterator
from datetime import date

from triage.domain.condition import Op, leaf_tests
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Position, TermList
from triage.rulebook.terms import fold_text, stands_alone
from triage.wording.text import say


def term_lists(view: View, on: date) -> Iterator[Finding]:
    """Terms that add nothing, and terms that make rules of different departments fire. `on`: the date of receipt."""
    yield from _needless_terms(view)
    yield from _disputed_terms(view, on)


def _needless_terms(view: View) -> Iterator[Finding]:
    """Terms that hold a shorter one of their list: wherever they stand, that one has hit already."""
    for one in view.rulebook.terms.values():
        places = view.places.terms(one.id)
        for index, shorter in _needless(one):
            yield finding_at(
                "needless-term",
                places[index] if index < len(places) else one.at,
                say("{term} never adds a hit: {shorter} is in it", term=one.terms[index], shorter=shorter),
                say("take the longer one out"),
            )


def _disputed_terms(view: View, on: date) -> Iterator[Finding]:
    """Terms which, as the whole text, make rules of different departments fire: they stand in the lists of both. Each
    is told once, where it stands last."""
    disputed: dict[str, Finding] = {}
    for fact in view.mentioned_in:
        for one in view.rulebook.terms.values():
            places = view.places.terms(one.id)
            for index, term in enumerate(one.terms):
                named = _departments(view, fact, term, on)
                if len({department for department, _ in named}) > 1:
                    at = places[index] if index < len(places) else one.at
                    disputed[fold_text(term)] = _disputed(term, named, at)
    yield from disputed.values()


def _departments(view: View, fact: str, term: str, on: date) -> list[tuple[str, str]]:
    """Department and rule, of the rules that fire because of a text."""
    rules = view.firing(view.compiled.facts.of_example({fact: term}, on), on)
    asking = [rule for rule in rules if any(test.op is Op.MENTIONS for test in leaf_tests(rule.when))]
    return [(rule.then.department, rule.id) for rule in asking if rule.then.department is not None]


def _disputed(term: str, named: list[tuple[str, str]], at: Position) -> Finding:
    return finding_at(
        "shared-term",
        at,
        say(
            "{term} makes rules of different departments fire: {rules}",
            term=term,
            rules=tuple(f"{rule} ({department})" for department, rule in sorted(named)),
        ),
        say("the order of departments in rulebook.yaml decides; keep the term in one of the lists"),
    )


def _needless(one: TermList) -> Iterator[tuple[int, str]]:
    """The index of each such term, and the shorter one. A shorter one that a not_term may keep from counting does not
    stand for the longer one."""
    not_terms = [fold_text(term) for term in one.not_terms]
    folded = [fold_text(term) for term in one.terms]
    sure = [at for at, term in enumerate(folded) if not any(term in other for other in not_terms)]
    for index, term in enumerate(folded):
        inside = next((at for at in sure if at != index and _lies_in(folded[at], term, at < index)), None)
        if inside is not None:
            yield index, one.terms[inside]


def _lies_in(shorter: str, longer: str, is_earlier: bool) -> bool:
    """Whether every hit of the longer one holds one of the shorter. Of two that are the same the later is needless."""
    if shorter == longer:
        return is_earlier
    start = longer.find(shorter)
    while start >= 0:
        if stands_alone(longer, start, start + len(shorter)):
            return True
        start = longer.find(shorter, start + 1)
    return False
