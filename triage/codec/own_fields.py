"""Fields of the facts that a deployment declares for itself, at any depth of the data."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from triage.codec.field_kinds import (
    ANY,
    INSTANT,
    MONEY,
    Field,
    MoneyIn,
    MoneyText,
    NumberText,
    Text,
    WholeText,
    choice,
    mapping,
    text,
)
from triage.domain.facts import FactSpec, FactType, Vocabulary

OWN = {
    FactType.TEXT: text(),
    FactType.TEXTS: Field(kind=Text, allowed="a text", each=True),
    FactType.NUMBER: Field(kind=float | NumberText, allowed="a number"),
    FactType.WHOLE: Field(kind=int | WholeText, allowed="a whole number"),
    FactType.YES_NO: Field(kind=bool | Literal["true", "false"], allowed="true or false"),
    FactType.MONEY: Field(kind=MoneyIn | MoneyText, allowed=MONEY.allowed),
    FactType.DATE: Field(kind=date, allowed="a date"),
    FactType.INSTANT: INSTANT,
}
"""Type of a deployment's own fact to its field; numbers may come as texts."""


def own_fields(words: Vocabulary, prefix: str) -> dict[str, Field]:
    """A deployment's own facts under the prefix, at any depth; other fields are free."""
    own = {
        spec.path.removeprefix(prefix): spec
        for spec in words.facts.values()
        if spec.path and spec.path.startswith(prefix)
    }
    return _tree(own, prefix.removesuffix(".").capitalize() or "Own")


def _tree(own: Mapping[str, FactSpec], name: str) -> dict[str, Field]:
    """By path. Where one fact stands within another, the outer is free."""
    inside: dict[str, dict[str, FactSpec]] = {}
    found: dict[str, Field] = {}
    for path, spec in own.items():
        first, _, rest = path.partition(".")
        if rest:
            inside.setdefault(first, {})[rest] = spec
        else:
            found[first] = _own_field(spec)
    for number, (first, deeper) in enumerate(inside.items(), start=1):
        part = f"{name}Part{number}"  # keys may be any text
        found[first] = mapping(part, _tree(deeper, part)) if first not in found else ANY
    return found


def _own_field(spec: FactSpec) -> Field:
    if spec.type in (FactType.TEXT, FactType.TEXTS) and spec.values:
        return choice(spec.values, each=spec.type is FactType.TEXTS)
    return OWN[spec.type]
