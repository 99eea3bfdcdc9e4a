"""Facts as an example of a rule gives them."""

from collections.abc import Mapping
from typing import Any

from triage.domain.facts import Facts
from triage.rulebook.model import TermList

MENTIONS = " mentions"


def given_of(facts: Facts, terms: Mapping[str, TermList]) -> dict[str, Any]:
    """Facts as an example of a rule gives them; a text that has to mention lists is made of terms of these."""
    mentioned = {key.removesuffix(MENTIONS): lists for key, lists in facts.items() if key.endswith(MENTIONS)}
    given = {name: value for name, value in facts.items() if not name.endswith(MENTIONS)}
    return given | {name: "; ".join(terms[one].terms[0] for one in sorted(lists)) for name, lists in mentioned.items()}
