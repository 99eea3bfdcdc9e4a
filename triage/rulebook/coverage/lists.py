"""How much of the term lists their sentences show."""

from collections.abc import Iterator

from triage.rulebook.analysis.view import View
from triage.rulebook.coverage.covered import Covered, Missing
from triage.rulebook.model import Position, TermList
from triage.wording.text import say


def cover_lists(view: View) -> Iterator[Covered]:
    """Every list: each term is a branch, shown by a sentence of the list in which it counts; and each not_term, shown
    by one in which it keeps a term from counting."""
    for one in view.rulebook.terms.values():
        counting, saving = _seen(view, one)
        terms = list(zip(one.terms, _places(view, one, "terms"), strict=False))
        not_terms = list(zip(one.not_terms, _places(view, one, "not_terms"), strict=False))
        missing = [
            Missing(at, say("no sentence of {name} hits {term}", name=one.id, term=term))
            for term, at in terms
            if term not in counting
        ]
        missing += [
            Missing(at, say("no sentence of {name} is saved by {term}", name=one.id, term=term))
            for term, at in not_terms
            if term not in saving
        ]
        yield Covered(
            kind="term", subject=one.id, at=one.at, branches=len(terms) + len(not_terms), missing=tuple(missing)
        )


def _seen(view: View, one: TermList) -> tuple[set[str], set[str]]:
    """The terms that count in a sentence of the list, and the not_terms that save one."""
    hits = [hit for text in (*one.hits, *one.misses) for hit in view.compiled.terms.hits(text) if hit.list_id == one.id]
    return {hit.term for hit in hits if hit.saved_by is None}, {
        hit.saved_by for hit in hits if hit.saved_by is not None
    }


def _places(view: View, one: TermList, key: str) -> list[Position]:
    found = view.places.terms(one.id, key)
    return list(found) if found else [one.at] * len(getattr(one, key))
