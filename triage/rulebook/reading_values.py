"""Readers of values with an inner form: amounts, instants, limits, titles, persons, sources."""

import math
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from monitors.clocks.policy import Limit, Unit
from triage.domain.event import Person
from triage.domain.facts import Money
from triage.rulebook.faults import suggestion
from triage.rulebook.model import Source, Titles
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar
from triage.rulebook.reading import Fields, day, entries, fault, fields, misfit, shown, text, word
from triage.rulebook.schema import EFFECTIVE, GRADES, PERSON, SOURCE, STATUSES

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_MONEY = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,6})?) ([A-Z]{3})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?) ?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_CLOCK_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_AMOUNT = re.compile(r"(-?[0-9]{1,9}) +([a-z ]+)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CURRENCY = re.compile("[A-Z]{3}")
JURISDICTION = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")

LONGEST = {
    Unit.HOURS: 87_840, Unit.WORKING_HOURS: 87_840, Unit.CALENDAR_DAYS: 3_660, Unit.WORKING_DAYS: 3_660,
    Unit.WEEKS: 522, Unit.MONTHS: 120,
}  # fmt: skip
"""Ten years: a longer limit is a slip of the keyboard."""

_UNITS = {form: unit for unit in Unit for form in (unit.value, unit.value.removesuffix("s"))}
_MEANT_UNITS = {"day": "calendar days", "days": "calendar days", "business days": "working days",
                "business day": "working days", "business hours": "working hours"}  # fmt: skip


def formed(node: Node, pattern: re.Pattern[str], wanted: str, like: str) -> str:
    """A text of a given form; `like`: a good one."""
    found = text(node, wanted)
    if found and not pattern.fullmatch(found):
        misfit("wrong-type", node, f"{wanted} is wanted, not {shown(found)}", f"write it as {like}")
        return ""
    return found


def number(node: Node) -> int | float:
    """A number, with a decimal point or without."""
    found = formed(node, _NUMBER, "a number", "12 or 12.5") or "0"
    return float(found) if "." in found else int(found)


def money(node: Node, currency: str) -> Money:
    """An amount with its currency; `currency` only serves the hint."""
    found = text(node, "an amount with its currency")
    match = _MONEY.fullmatch(found)
    if match:
        return Money(float(match[1]), match[2])
    if found:
        bare_number = found.replace(",", "").replace("_", "").removeprefix(currency).removesuffix(currency).strip()
        near = _NUMBER.fullmatch(bare_number)
        hint = f'did you mean "{bare_number} {currency or "CNY"}"?' if near else "write it as 50000 CNY"
        misfit("wrong-type", node, f"an amount with its currency is wanted, not {shown(found)}", hint)
    return Money(math.nan, "")


def instant(node: Node, zone: tzinfo, *, dates: bool = False) -> datetime:
    """An instant in UTC; without an offset in the given zone; `dates`: a date alone is its first second."""
    found = text(node, "a date and time")
    if found:
        made = read_instant(f"{found} 00:00" if dates and len(found) == len("2026-03-02") else found, zone)
        if made is not None:
            return made
        misfit(
            "wrong-type", node, f"a date and time is wanted, not {shown(found)}",
            "write it as 2026-03-02 10:00 or 2026-03-02T10:00:00+08:00",
        )  # fmt: skip
    return datetime.min.replace(tzinfo=UTC)


def read_instant(found: str, zone: tzinfo) -> datetime | None:
    """The instant of a text in UTC, None when it is none."""
    match = _INSTANT.fullmatch(found)
    if match is None:
        return None
    try:
        made = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
        return (made if made.tzinfo else made.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock_time(node: Node, found: str) -> time:
    """A time of day out of a text that stands in the node."""
    try:
        if _CLOCK_TIME.fullmatch(found):
            return time.fromisoformat(found)
    except ValueError:
        pass
    misfit("wrong-type", node, f"{shown(found)} is no time of day", 'write hours as "09:00-12:00"')
    return time.min


def zone(node: Node) -> tzinfo:
    """A time zone by its name."""
    found = text(node, "a time zone")
    try:
        return ZoneInfo(found) if found else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        misfit("unknown-value", node, f"unknown time zone {shown(found)}", suggestion(found, available_timezones()))
        return UTC


def limit(node: Node, what: str = "a limit") -> Limit:
    """A positive amount of a unit, such as `15 calendar days`."""
    found = text(node, what)
    return read_limit(node, found, what) if found else Limit(1, Unit.HOURS)


def read_limit(node: Node, found: str, what: str) -> Limit:
    """The limit that a text in the node says."""
    match = _AMOUNT.fullmatch(found)
    unit = match[2].strip() if match else ""
    if match is None or unit not in _UNITS:
        hint = f'did you mean "{match[1]} {_MEANT_UNITS[unit]}"?' if match and unit in _MEANT_UNITS else ""
        if match and not hint:
            hint = suggestion(unit, [one.value for one in Unit])
        misfit("wrong-type", node, f"{shown(found)} is no {what.removeprefix('a ')}",
               hint or "write it as 15 calendar days, 2 working days, 24 hours or 8 working hours")  # fmt: skip
    else:
        return _bounded(node, Limit(int(match[1]), _UNITS[unit]), what)
    return Limit(1, Unit.HOURS)


def _bounded(node: Node, made: Limit, what: str) -> Limit:
    most = LONGEST[made.unit]
    if not 1 <= made.amount <= most:
        fault("out-of-range", node, f"{what} is 1 to {most} {made.unit.value}, not {made.amount}")
        return Limit(1, made.unit)
    return made


def titles(node: Node, languages: Collection[str] | None) -> Titles:
    """A text in every language of the rulebook."""
    found = _by_language(node, languages)
    missing = [one for one in languages or () if one not in found]
    if missing and isinstance(node, Mapping) and node.complete:
        fault("missing-language", node, f"the title lacks {', '.join(missing)}")
    return found


def reason(node: Node, languages: Collection[str] | None) -> str:
    """A text, or a text by language: the first of the rulebook's languages that is there."""
    if not isinstance(node, Mapping):
        return text(node)
    found = _by_language(node, languages)
    for language in [*(languages or ()), *found]:
        if found.get(language):
            return found[language]
    fault("empty-list", node, "no language here")
    return ""


def _by_language(node: Node, languages: Collection[str] | None) -> Titles:
    if isinstance(node, Scalar) and node.text and languages:
        like = ", ".join(f"{language}: …" for language in languages)
        misfit("wrong-type", node, "a text in every language is wanted", f"write {{{like}}}")
        return {}
    made = {}
    for key, value in entries(node, "a text in every language"):
        if languages is not None and key.text not in languages:
            misfit("unknown-key", key, f"{shown(key.text)} is no language of this rulebook",
                   suggestion(key.text, languages))  # fmt: skip
        made[key.text] = text(value)
    return made


def person(node: Node) -> Person:
    """A person: a text, or id and name."""
    if not isinstance(node, Mapping):
        found = text(node, "a person")
        return Person(found, found)
    found_fields = fields(node, PERSON)
    person_id = text(found_fields["id"])
    return Person(person_id, found_fields.read("name", text) or person_id)


def source(node: Node, status: str) -> Source:
    """Where a rule or policy comes from; what is in force may not come from memory."""
    found = fields(node, SOURCE)
    if "section" in found and "article" in found:
        fault("duplicate-key", found.key("article"), "section and article are the same place", "keep one of them")
    grade = found.read("grade", word, GRADES, "a grade") or ""
    if grade == "from-memory" and status not in ("disabled", "shadow"):
        fault("from-memory", found["grade"], "a source from memory may not be in force",
              "read the text and grade it, or set status: disabled")  # fmt: skip
    found.read("url", text)
    where = found.read("section", text) or found.read("article", text) or ""
    reviewed = found.read("reviewed", day)
    return Source(title=text(found["title"]), where=where, grade=grade, reviewed=reviewed)


def status(node: Node) -> str:
    """Whether a rule or policy is in force."""
    if node is ABSENT:
        return STATUSES[0]
    return word(node, STATUSES, "a status")


def effective(node: Node) -> tuple[date | None, date | None]:
    """From and to, both inclusive; None: open."""
    found = fields(node, EFFECTIVE)
    start, end = found.read("from", day), found.read("to", day)
    if start and end and date.min not in (start, end) and end < start:
        fault("empty-range", found["to"], f"{end} lies before {start}")
    if isinstance(node, Mapping) and not node.entries:
        fault("empty-list", node, "effective needs from or to")
    return start, end


def notes(node_fields: Fields, languages: Collection[str] | None) -> None:
    """Check the notes that may stand on anything: title, why, owner."""
    node_fields.read("title", titles, languages)
    node_fields.read("why", reason, languages)
    node_fields.read("owner", text)
