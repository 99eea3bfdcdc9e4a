"""Reading term lists."""

from triage.rulebook.model import Position, TermList
from triage.rulebook.nodes import Node
from triage.rulebook.noting import fault, shown
from triage.rulebook.reading import each, fields, name, text
from triage.rulebook.reading_values import notes, titles
from triage.rulebook.schema import TERM_LIST
from triage.rulebook.terms import fold_text
from triage.rulebook.words import Words
from triage.wording.text import say


def read_term_list(node: Node, words: Words) -> TermList:
    """One list, which is one file."""
    found = fields(node, TERM_LIST)
    notes(found, words.languages)
    terms = each(found["terms"], "terms", text, least=1)
    not_terms = found.read("not_terms", each, "not_terms", text) or ()
    folded = {fold_text(term) for term in terms}
    for not_term in not_terms:
        _check_not_term(found["not_terms"], not_term, folded)
    return TermList(
        id=words.full(name(found["id"])),
        title=titles(found["title"], words.languages),
        terms=terms,
        not_terms=not_terms,
        hits=each(found["hits"], "hits", text, least=1),
        misses=each(found["misses"], "misses", text, least=1),
        at=Position(node.page.file, node.line, node.column),
    )


def _check_not_term(node: Node, not_term: str, terms: set[str]) -> None:
    found = fold_text(not_term)
    if found in terms:
        message = say("{term} is a term of the list too", term=shown(not_term))
        fault("not-term-is-term", node, message, say("take it out of one of them"))
    elif not any(term in found for term in terms):
        message = say("{term} holds no term of the list", term=shown(not_term))
        fault("not-term-without-term", node, message, say("it can never matter"))
