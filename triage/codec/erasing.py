"""What is left of an event's data when the personal data of its case are erased: what fold and clocks read."""

from collections.abc import Collection, Mapping
from copy import copy
from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import msgspec

from triage.codec.checking import PERSONAL_PATHS
from triage.codec.field_kinds import Approver, Country, EventKey, Field, MoneyIn, MoneyPatch, PersonIn, Text
from triage.codec.fields import fields_by_type
from triage.codec.showing import is_our_name
from triage.domain.document import Document
from triage.domain.event import Event
from triage.domain.facts import Vocabulary

ERASED_TEXT = "(erased)"
"""Stands for a text that is gone, so that what only asks whether one was given answers as before."""

CUSTOMER = "customer.id"
"""Stays: the key by which other systems know the customer."""

WORDS_OF_OURS = frozenset({"clock", "clocks", "to", "priority", "department", "handler"})
"""Open texts that name something of the service or of the desk: clocks and limits are found by them."""

_PLAIN = (bool, int, float, datetime, MoneyIn, MoneyPatch, EventKey, Approver, PersonIn | Text)
"""Kinds that hold no words of a complaint; persons among them work for the insurer."""


class Eraser:
    """Erases by one vocabulary. What it does not declare goes, and so does what does not fit its declaration. `names`:
    of clocks and limits, which stay however they are spelled; words take effect by them."""

    def __init__(self, words: Vocabulary, names: Collection[str] = ()) -> None:
        self._names = frozenset(names)
        self._fields = fields_by_type(words)
        own = [spec for spec in words.facts.values() if spec.path]
        # a fact of the deployment's that may take any value may hold a person's number too
        self._personal = PERSONAL_PATHS | {spec.path for spec in own if spec.personal or not spec.values}
        self._facts = words.facts

    def of_case(self, clocks: Collection[str]) -> Self:
        """The same for a case that has these clocks, full names, of which some may be of older revisions."""
        if self._names.issuperset(clocks):
            return self
        mine = copy(self)
        mine._names = self._names | clock_words(clocks)
        return mine

    def document(self, document: Document) -> Document:
        """What its events tell of the clocks alone."""
        erase = self.of_case(document.clocks).event
        return msgspec.structs.replace(document, events=tuple(map(erase, document.events)))

    def event(self, event: Event) -> Event:
        """The event without personal data; its name, type, times and what clocks read stay. Erasing twice changes
        nothing."""
        data = self.data(event.type, event.data)
        return msgspec.structs.replace(event, data=data, faults=())

    def data(self, event_type: str, data: Any) -> dict[str, Any]:
        """The same for the data of an event of this type, whatever they are."""
        return self._mapping(self._fields.get(event_type, {}), data, "") if isinstance(data, dict) else {}

    def may_show(self, fact: str) -> bool:
        """Whether the value of a fact may stay beside a decision: no text that somebody wrote."""
        spec = self._facts.get(fact)
        return spec is not None and not spec.personal and (spec.values is not None or not spec.type.startswith("text"))

    def _mapping(self, fields: Mapping[str, Field], data: dict[str, Any], at: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, field in fields.items():
            value = data.get(key)
            if value is None:  # in a merge patch null removes
                kept |= {key: None} if key in data else {}
            elif field.inside is not None and isinstance(value, dict):
                kept[key] = self._mapping(field.inside, value, f"{at}{key}.")
            elif (left := self._value(field, value, f"{at}{key}")) is not None:
                kept[key] = left
        return kept

    def _value(self, field: Field, value: Any, path: str) -> Any:
        name = path.removeprefix("patch.")
        if field.each:
            return [one for one in value if self._stays(field, one, name)] if isinstance(value, list) else None
        if self._stays(field, value, name):
            # a mapping may hold more than is declared
            return msgspec.to_builtins(msgspec.convert(value, field.kind)) if isinstance(value, dict) else value
        return ERASED_TEXT if isinstance(value, str) and field.kind in (str, Text) else None

    def _stays(self, field: Field, value: Any, path: str) -> bool:
        if path in self._personal or not _fits(field.kind, value):
            return False
        if path in WORDS_OF_OURS and isinstance(value, str):
            return value in self._names or is_our_name(value)
        return path == CUSTOMER or _is_closed(field.kind)


def clock_words(clocks: Collection[str]) -> frozenset[str]:
    """How events may name these clocks: in full and in short."""
    return frozenset(clocks) | {name.rpartition("/")[2] for name in clocks}


def _is_closed(kind: Any) -> bool:
    if kind == Country or get_origin(kind) is Literal:
        return True
    return kind in _PLAIN or (get_origin(kind) is Annotated and get_args(kind)[0] in _PLAIN)


def _fits(kind: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
