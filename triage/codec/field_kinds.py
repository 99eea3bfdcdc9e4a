"""Kinds of fields that the data of events have, each as a type that msgspec checks and as the words of a fault."""

from datetime import datetime
from typing import Annotated, Any, Literal, NewType

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
CustomerId = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]  # a key of an index
FreeText = NewType("FreeText", str)
"""What people write down; a type of its own, for no condition may test it and the case document leaves it out."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Amount = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
Age = Annotated[int, msgspec.Meta(ge=0, le=130)]
Score = Annotated[int, msgspec.Meta(ge=1, le=5)]
Members = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
NumberText = Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,15}(\.\d{1,15})?$")]
WholeText = Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,15}$")]
MoneyText = Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,15}(\.\d{1,15})? [A-Z]{3}$")]


class MoneyIn(msgspec.Struct, frozen=True):
    """An amount with its currency; a money with a fault in it counts as absent as a whole."""

    value: Amount
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class MoneyPatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A merge patch of an amount: one part or both."""

    value: Amount | msgspec.UnsetType = msgspec.UNSET
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | msgspec.UnsetType = msgspec.UNSET


class PersonIn(msgspec.Struct, frozen=True):
    """A person by id; the name defaults to the id."""

    id: Text
    name: str | None = None


class EventKey(msgspec.Struct, frozen=True):
    """Another event, by source and id."""

    source: Text
    id: Text


class Approver(msgspec.Struct, frozen=True):
    """Who approved, in which role."""

    id: Text
    role: Text


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `kind`: a Python type that msgspec checks, for `each` the type of a list's entries. `allowed`: what
    a fault says would have fitted. `inside`: the fields of a mapping, checked one by one."""

    kind: Any
    allowed: str
    required: bool = False
    each: bool = False
    inside: "dict[str, Field] | None" = None

    @property
    def type(self) -> Any:
        """The whole field's type."""
        return list[self.kind] if self.each else self.kind  # type: ignore[name-defined] # built at run time


def text(*, required: bool = False) -> Field:
    """An optional text may be empty, which counts as absent."""
    return Field(kind=Text if required else str, allowed="a text", required=required)


def choice(values: tuple[str, ...] | None, *, required: bool = False, each: bool = False) -> Field:
    """One of the values, or of any texts when there is no closed set."""
    if values is None:
        return Field(kind=Text, allowed="a text", required=required, each=each)
    return Field(kind=Literal[values], allowed=f"one of {', '.join(values)}", required=required, each=each)


def mapping(name: str, inside: dict[str, Field], *, required: bool = False) -> Field:
    """`name`: unique, for it names the part in the JSON Schema."""
    return Field(kind=struct_of(name, inside), allowed="a mapping", required=required, inside=inside)


INSTANT = Field(kind=Instant, allowed="an instant with an offset (RFC 3339)")
MONEY = Field(kind=MoneyIn, allowed="{value: number, currency: three letters}")
PATCHED = {MoneyIn: MoneyPatch, MoneyIn | MoneyText: MoneyPatch | MoneyText}
"""Kind of a field to that of a merge patch of it, where they differ."""

FLAG = Field(kind=bool, allowed="true or false")
FREE = Field(kind=FreeText, allowed="a text")
ANY = Field(kind=Any, allowed="anything")


def struct_of(name: str, fields: dict[str, Field]) -> type[msgspec.Struct]:
    """The fields as one type, checked by msgspec in one go. Attributes have names of our own, for a key may be any text
    (`claim-type`)."""
    named = {f"field_{number}": key for number, key in enumerate(fields)}
    required = [(own, fields[key].type) for own, key in named.items() if fields[key].required]
    optional = [(own, fields[key].type | None, None) for own, key in named.items() if not fields[key].required]
    return msgspec.defstruct(name, [*required, *optional], rename=named)
