"""Differences between two rulebooks as lines that an officer reads, and as tools read them."""

from collections.abc import Iterator

import msgspec

from triage.rulebook.difference import Change, Detail, Said
from triage.wording.text import Text, say, title_in


def lines(change: Change, language: str, complaints: int | None = None) -> Iterator[str]:
    """One line a difference: `rule medical-dispute-is-high: priority high → urgent`. `complaints`: how many change
    because of it, None when nobody has counted."""
    told = list(_told(change, language))
    if complaints is not None:
        told[-1] = say("{line}; {number} complaints change", line=told[-1], number=complaints)
    return (line.said(language) for line in told)


class DetailLine(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs, for tools: `before` and `after`, or of a collection what came and what went."""

    field: str
    before: str | None
    after: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs, for tools; values as the rule files spell them, in English."""

    about: str
    id: str
    kind: str
    title: dict[str, str]
    details: tuple[DetailLine, ...]


def as_line(change: Change) -> ChangeLine:
    """The same for tools."""
    details = tuple(
        DetailLine(
            field=detail.field,
            before=None if detail.before is None else str(detail.before),
            after=None if detail.after is None else str(detail.after),
            added=tuple(map(str, detail.added)),
            removed=tuple(map(str, detail.removed)),
        )
        for detail in change.details
    )
    return ChangeLine(about=change.about, id=change.id, kind=change.kind, title=change.title, details=details)


def _told(change: Change, language: str) -> Iterator[Text]:
    what = _what(change)
    title = title_in(change.title, language)
    if change.kind == "added":
        yield say("{what} is new: {title}", what=what, title=title) if title else say("{what} is new", what=what)
    elif change.kind == "removed":
        yield (
            say("{what} is taken out: {title}", what=what, title=title)
            if title
            else say("{what} is taken out", what=what)
        )
    for detail in change.details:
        yield say("{what}: {detail}", what=what, detail=in_words(detail))


def _what(change: Change) -> Text:
    about = _ABOUT[change.about]
    return say("{about} {id}", about=about, id=change.id) if change.id else about


def in_words(detail: Detail) -> Text:
    """A field that differs, with what it was and is."""
    if detail.field == "examples":
        return say("{removed} examples taken out, {added} new", removed=len(detail.removed), added=len(detail.added))
    field = _field(detail.field)
    if detail.added and detail.removed:
        return say("{field} − {removed} + {added}", field=field, removed=detail.removed, added=detail.added)
    if detail.added:
        return say("{field} + {added}", field=field, added=detail.added)
    if detail.removed:
        return say("{field} − {removed}", field=field, removed=detail.removed)
    return say("{field} {before} → {after}", field=field, before=_or_nothing(detail.before),
               after=_or_nothing(detail.after))  # fmt: skip


def _or_nothing(said: Said | None) -> Said:
    return say("(nothing)") if said is None else said


def _field(name: str) -> Said:
    """A field's name in the reader's language; behind its dot stands a word of the file."""
    first, dot, rest = name.partition(".")
    known = _FIELDS.get(first)
    if known is None:
        return name
    return say("{field} {part}", field=known, part=rest) if dot else known


_ABOUT = {
    "rulebook": say("rulebook"),
    "department": say("department"),
    "fact": say("fact"),
    "term_list": say("term list"),
    "calendar": say("calendar"),
    "rule": say("rule"),
    "table": say("table"),
    "policy": say("policy"),
    "clock": say("clock"),
}

_FIELDS = {
    "rows": say("rows"),
    "priority": say("priority"),
    "department": say("department"),
    "team": say("team"),
    "handler": say("handler"),
    "tags": say("tags"),
    "policies": say("policies"),
    "when": say("condition"),
    "applies_when": say("condition"),
    "title": say("title"),
    "why": say("why"),
    "status": say("status"),
    "effective_from": say("in force from"),
    "effective_to": say("in force until"),
    "source": say("source"),
    "limit": say("limit"),
    "start": say("start"),
    "stop": say("stop"),
    "cancel": say("cancel"),
    "restart": say("restart"),
    "reset": say("reset"),
    "warn": say("warnings"),
    "escalate": say("escalation"),
    "pause": say("pauses"),
    "extend": say("extensions"),
    "on_reopen": say("on reopening"),
    "start_day": say("start date counted"),
    "close_of_business": say("due at close of business"),
    "roll_forward": say("moved to a working day"),
    "calendar": say("calendar"),
    "dates": say("special dates"),
    "week": say("opening hours"),
    "known_from": say("known from"),
    "known_until": say("known until"),
    "terms": say("terms"),
    "not_terms": say("terms that do not count"),
    "hits": say("sentences that must hit"),
    "misses": say("sentences that must miss"),
    "values": say("values"),
    "teams": say("teams"),
    "duty_owner": say("duty owner"),
    "escalation": say("escalation"),
    "fallback": say("fallback"),
    "priorities": say("priorities"),
    "handlers": say("handlers"),
    "departments": say("departments"),
    "roles": say("roles"),
    "name": say("name"),
    "zone": say("time zone"),
    "open_cases": say("open cases"),
}
"""Fields that officers know; any other is told by the word of the file."""
