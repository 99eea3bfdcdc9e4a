"""What differs between two rulebooks, thing by thing and field by field: in which file a thing stands, and where, is no
difference. Nothing differs exactly when both mean the same, for everything that the model holds is compared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from triage.domain.condition import All, AnyOf, NoneOf
from triage.rulebook import difference_fields as fields_of
from triage.rulebook.difference_fields import Ranking, Values
from triage.rulebook.difference_values import in_words
from triage.rulebook.model import Rulebook
from triage.wording.text import Text

Said = Text | str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs. `before`, `after`: None when there is nothing there. Of a collection only `added` and
    `removed` entries are told."""

    field: str
    before: Said | None = None
    after: Said | None = None
    added: tuple[Said, ...] = ()
    removed: tuple[Said, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs. `about`: rulebook, department, fact, term_list, calendar, rule, table, policy or clock.
    `title`: by language, empty for a clock and for the rulebook itself."""

    about: str
    id: str
    kind: Literal["added", "removed", "changed"]
    title: dict[str, str]
    details: tuple[Detail, ...] = ()


Things = Mapping[str, Any]
Read = Callable[[Any], Mapping[str, Any]]


def difference(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """Everything that differs: the rulebook's own settings, then thing by thing in the order of their ids."""
    changes = list(_compared("rulebook", {"": before}, {"": after}, fields_of.rulebook))
    for about, things, read in _KINDS:
        changes += _compared(about, things(before), things(after), read)
    return tuple(changes)


def _compared(about: str, before: Things, after: Things, read: Read) -> Iterable[Change]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield Change(about=about, id=name, kind="removed", title=_title(before[name]))
        elif name not in before:
            yield Change(about=about, id=name, kind="added", title=_title(after[name]))
        elif details := tuple(_details(read(before[name]), read(after[name]))):
            yield Change(about=about, id=name, kind="changed", title=_title(after[name]), details=details)


def _title(thing: Any) -> dict[str, str]:
    title: dict[str, str] = getattr(thing, "title", {})
    return title


def _details(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Detail]:
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old == new:
            continue
        mine, theirs = _entries(old), _entries(new)
        added, removed = (theirs.without(mine), mine.without(theirs)) if type(old) is type(new) else ((), ())
        if added or removed:
            yield Detail(field=field, added=tuple(map(in_words, added)), removed=tuple(map(in_words, removed)))
        else:
            yield Detail(field=field, before=_said(old), after=_said(new))


def _entries(value: Any) -> Values:
    """What is told entry by entry: of a collection, and of a block of a condition."""
    if isinstance(value, All | AnyOf | NoneOf):
        return Values(value.items)
    return value if isinstance(value, Values) else Values(())


def _said(value: Any) -> Said | None:
    if value is None or value in ((), {}, "", Ranking(()), Values(())):
        return None
    return in_words(value)


_KINDS: tuple[tuple[str, Callable[[Rulebook], Things], Read], ...] = (
    ("department", lambda book: book.departments, fields_of.struct),
    ("fact", lambda book: book.vocabulary.facts, fields_of.fact),
    ("term_list", lambda book: book.terms, fields_of.term_list),
    ("calendar", lambda book: book.calendars, fields_of.calendar),
    ("rule", lambda book: {rule.id: rule for rule in book.rules}, fields_of.rule),
    ("table", lambda book: book.tables, fields_of.table),
    ("policy", fields_of.policies, fields_of.policy),
    ("clock", fields_of.clocks, fields_of.clock),
)
