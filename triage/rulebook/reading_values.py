"""Readers of values with an inner form: amounts, instants, limits, titles, persons, sources."""

import math
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from monitors.clocks.policy import Limit, Unit
from triage.domain.event import Person
from triage.domain.facts import Money
from triage.rulebook import nouns
from triage.rulebook.faults import Hint, did_you_mean, hint, suggestion
from triage.rulebook.meant import meant_hours, meant_instant, meant_limit, meant_money
from triage.rulebook.model import Source, Titles
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar
from triage.rulebook.noting import fault, misfit, no_such, shown, wanted_not, write_as
from triage.rulebook.nouns import What
from triage.rulebook.reading import Fields, day, entries, fields, text, word
from triage.rulebook.schema import EFFECTIVE, GRADES, PERSON, SOURCE, STATUSES
from triage.wording.text import say

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_MONEY = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,6})?) ([A-Z]{3})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?) ?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
LIKE_DATE = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})( .*)?")
"""A date as spreadsheets write it into text; the year first, so that there is one way to read it."""

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


def formed(node: Node, pattern: re.Pattern[str], what: What, like: str) -> str:
    """A text of a given form; `like`: a good one."""
    found = text(node, what)
    if found and not pattern.fullmatch(found):
        misfit("wrong-type", node, wanted_not(what, found), write_as(like))
        return ""
    return found


def number(node: Node) -> int | float:
    """A number, with a decimal point or without."""
    found = formed(node, _NUMBER, nouns.NUMBER, "12.5") or "0"
    return float(found) if "." in found else int(found)


def money(node: Node, currency: str) -> Money:
    """An amount with its currency; `currency` only serves the hint."""
    found = text(node, nouns.MONEY)
    match = _MONEY.fullmatch(found)
    if match:
        return Money(float(match[1]), match[2])
    if found:
        misfit("wrong-type", node, wanted_not(nouns.MONEY, found), write_as("50000 CNY", meant_money(found, currency)))
    return Money(math.nan, "")


def instant(node: Node, zone: tzinfo, *, dates: bool = False) -> datetime:
    """An instant in UTC; without an offset in the given zone; `dates`: a date alone is its first second."""
    found = text(node, nouns.INSTANT)
    if found:
        made = read_instant(f"{found} 00:00" if dates and len(found) == len("2026-03-02") else found, zone)
        if made is not None:
            return made
        like = write_as("2026-03-02 10:00", meant_instant(found))
        misfit("wrong-type", node, wanted_not(nouns.INSTANT, found), like)
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
    not_hours(node, found, nouns.TIME)
    return time.min


def not_hours(node: Node, found: str, what: What) -> None:
    """Note that a text in the node is no time of day, or no pair of them."""
    meant = meant_hours(node.text) if isinstance(node, Scalar) else ""
    misfit("wrong-type", node, no_such(found, what), hint(say('write hours as "09:00-12:00"'), meant))


def zone(node: Node) -> tzinfo:
    """A time zone by its name."""
    found = text(node, nouns.TIME_ZONE)
    try:
        return ZoneInfo(found) if found else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        misfit("unknown-value", node, no_such(found, nouns.TIME_ZONE), suggestion(found, available_timezones()))
        return UTC


def limit(node: Node, what: What = nouns.LIMIT) -> Limit:
    """A positive amount of a unit, such as `15 calendar days`."""
    found = text(node, what)
    return read_limit(node, found, what) if found else Limit(1, Unit.HOURS)


def read_limit(node: Node, found: str, what: What) -> Limit:
    """The limit that a text in the node says."""
    match = _AMOUNT.fullmatch(found)
    unit = match[2].strip() if match else ""
    if match is None or unit not in _UNITS:
        misfit("wrong-type", node, no_such(found, what), _limit_hint(node, found, unit))
    else:
        return _bounded(node, Limit(int(match[1]), _UNITS[unit]), what)
    return Limit(1, Unit.HOURS)


def _limit_hint(node: Node, found: str, unit: str) -> Hint:
    """What to write instead of a text that is no limit, which is the node's or a part of it."""
    units = [one.value for one in Unit]
    meant = meant_limit(found)
    if meant:
        whole = node.text if isinstance(node, Scalar) else found
        return hint(did_you_mean(meant), whole.replace(found, meant, 1), units)
    if unit:
        return suggestion(unit, units)
    return hint(say("write it as 15 calendar days, 2 working days, 24 hours or 8 working hours"), allowed=units)


def _bounded(node: Node, made: Limit, what: What) -> Limit:
    most = LONGEST[made.unit]
    if not 1 <= made.amount <= most:
        message = say("{what} is 1 to {most} {unit}, not {found}", what=what, most=most, unit=made.unit.value,
                      found=made.amount)  # fmt: skip
        fault("out-of-range", node, message)
        return Limit(1, made.unit)
    return made


def titles(node: Node, languages: Collection[str] | None) -> Titles:
    """A text in every language of the rulebook."""
    found = _by_language(node, languages)
    missing = [one for one in languages or () if one not in found]
    if missing and isinstance(node, Mapping) and node.complete:
        like = ", ".join(f"{language}: …" for language in missing)
        message = say("the title lacks {languages}", languages=tuple(missing))
        fault("missing-language", node, message, hint(say("write {word}", word=like), allowed=tuple(missing)))
    return found


def reason(node: Node, languages: Collection[str] | None) -> str:
    """A text, or a text by language: the first of the rulebook's languages that is there."""
    if not isinstance(node, Mapping):
        return text(node)
    found = _by_language(node, languages)
    for language in [*(languages or ()), *found]:
        if found.get(language):
            return found[language]
    fault("empty-list", node, say("no language here"))
    return ""


def _by_language(node: Node, languages: Collection[str] | None) -> Titles:
    if isinstance(node, Scalar) and node.text and languages:
        like = ", ".join(f"{language}: …" for language in languages)
        misfit("wrong-type", node, say("{what} is wanted", what=nouns.TITLES), say("write {word}", word=f"{{{like}}}"))
        return {}
    made = {}
    for key, value in entries(node, nouns.TITLES):
        if languages is not None and key.text not in languages:
            message = say("{word} is no language of this rulebook", word=shown(key.text))
            misfit("unknown-key", key, message, suggestion(key.text, languages))
        made[key.text] = text(value)
    return made


def person(node: Node) -> Person:
    """A person: a text, or id and name."""
    if not isinstance(node, Mapping):
        found = text(node, nouns.PERSON)
        return Person(found, found)
    found_fields = fields(node, PERSON)
    person_id = text(found_fields["id"])
    return Person(person_id, found_fields.read("name", text) or person_id)


def source(node: Node, status: str) -> Source:
    """Where a rule or policy comes from; what is in force may not come from memory."""
    found = fields(node, SOURCE)
    if "section" in found and "article" in found:
        message = say("section and article are the same place")
        fault("duplicate-key", found.key("article"), message, say("keep one of them"))
    grade = found.read("grade", word, GRADES, nouns.value_of("grade")) or ""
    if grade == "from-memory" and status not in ("disabled", "shadow"):
        fault("from-memory", found["grade"], say("a source from memory may not be in force"),
              say("read the text and grade it, or set status: disabled"))  # fmt: skip
    found.read("url", text)
    where = found.read("section", text) or found.read("article", text) or ""
    reviewed = found.read("reviewed", day)
    return Source(title=text(found["title"]), where=where, grade=grade, reviewed=reviewed)


def status(node: Node) -> str:
    """Whether a rule or policy is in force."""
    if node is ABSENT:
        return STATUSES[0]
    return word(node, STATUSES, nouns.value_of("status"))


def effective(node: Node) -> tuple[date | None, date | None]:
    """From and to, both inclusive; None: open."""
    found = fields(node, EFFECTIVE)
    start, end = found.read("from", day), found.read("to", day)
    if start and end and date.min not in (start, end) and end < start:
        fault("empty-range", found["to"], say("{end} lies before {start}", end=end, start=start))
    if isinstance(node, Mapping) and not node.entries:
        fault("empty-list", node, say("effective needs from or to"))
    return start, end


def notes(node_fields: Fields, languages: Collection[str] | None) -> None:
    """Check the notes that may stand on anything: title, why, owner."""
    node_fields.read("title", titles, languages)
    node_fields.read("why", reason, languages)
    node_fields.read("owner", text)
