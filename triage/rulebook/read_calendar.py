"""Reading calendars."""

from datetime import date, time, timedelta

from monitors.clocks.calendar import Calendar, Interval, SpecialDay
from triage.rulebook import nouns
from triage.rulebook.faults import WARNING
from triage.rulebook.nodes import ABSENT, Node, Sequence
from triage.rulebook.noting import fault, shown
from triage.rulebook.reading import Fields, day, fields, items, name, text, word
from triage.rulebook.reading_values import clock_time, not_hours, notes, titles, zone
from triage.rulebook.schema import CALENDAR, CALENDAR_FILE, CLOSED_DAY, OPEN_DAY, WEEK
from triage.rulebook.words import Words
from triage.wording.text import say

LONGEST_RANGE = 400
WEEKDAYS = WEEK.required


def read_calendar(node: Node, words: Words) -> Calendar | None:
    """One calendar, which is one file; None when its faults leave nothing to count by."""
    found = fields(fields(node, CALENDAR_FILE)["calendar"], CALENDAR)
    notes(found, words.languages)
    week_fields = fields(found["week"], WEEK)
    week = {weekday: _hours(week_fields[weekday]) for weekday in WEEKDAYS}
    if not any(week.values()) and found["week"] is not ABSENT:
        fault("never-open", found["week"], say("a week without opening hours cannot be counted by"))
        return None
    special: dict[date, SpecialDay] = {}
    for listed in ("closed", "open"):
        for item in items(found[listed], listed) if listed in found else ():
            _add_special(special, item, week, closed=listed == "closed")
    zone(found["zone"])
    known_from, known_until = found.read("known_from", day), day(found["known_until"])
    _check_known(found, special, known_from, known_until)
    if found["week"] is ABSENT:
        return None
    return Calendar(
        id=words.full(name(found["id"])),
        title=titles(found["title"], words.languages),
        zone=text(found["zone"], nouns.TIME_ZONE),
        week=tuple(week[weekday] for weekday in WEEKDAYS),  # type: ignore[arg-type] # seven of them, as WEEK names
        special=special,
        known_from=known_from,
        known_until=known_until,
    )


def _hours(node: Node) -> tuple[Interval, ...]:
    intervals: list[Interval] = []
    for item in items(node, nouns.HOURS):
        opens, dash, closes = text(item).partition("-")
        if not dash:
            if opens:
                not_hours(item, opens, nouns.HOURS)
            continue
        interval = Interval(clock_time(item, opens.strip()), clock_time(item, closes.strip()))
        is_whole = interval.closes == time.min
        if not is_whole and interval.closes <= interval.opens:
            fault("overlapping-hours", item, say("{hours} closes before it opens", hours=shown(text(item))))
        elif intervals and (interval.opens < intervals[-1].closes or intervals[-1].closes == time.min):
            message = say("{hours} begins before the hours above it end", hours=shown(text(item)))
            fault("overlapping-hours", item, message)
        else:
            intervals.append(interval)
    return tuple(intervals)


def _add_special(
    special: dict[date, SpecialDay], node: Node, week: dict[str, tuple[Interval, ...]], *, closed: bool
) -> None:
    found = fields(node, CLOSED_DAY if closed else OPEN_DAY)
    hours = () if closed else _open_hours(found, week)
    made = SpecialDay(hours, found.read("name", text) or "")
    for on in _dates(found):
        before = special.get(on)
        if before is None:
            special[on] = made
        elif bool(before.hours) == bool(hours):
            fault("duplicate-date", node, say("{date} stands twice", date=on), say("take it out"))
        else:
            fault("closed-and-open", node, say("{date} is both closed and open", date=on), say("keep one of them"))


def _open_hours(found: Fields, week: dict[str, tuple[Interval, ...]]) -> tuple[Interval, ...]:
    if ("like" in found) == ("hours" in found) and found.node is not ABSENT:
        message = say("an open date needs either like or hours")
        fault("missing-key", found.node, message, say("write {word}", word="like: mon"))
        return ()
    like = found.read("like", word, WEEKDAYS, nouns.WEEKDAY)
    hours = week.get(like, ()) if like else _hours(found["hours"])
    listed = found["hours"]
    if not hours and (like in week or (isinstance(listed, Sequence) and not listed.items)):
        fault("never-open", found.node, say("an open date without opening hours"))
    return hours


def _dates(found: Fields) -> list[date]:
    if "date" in found:
        if "from" in found or "to" in found:
            fault("duplicate-key", found.key("date"), say("either date, or from and to"), say("keep one of them"))
        return [day(found["date"])]
    if not ("from" in found and "to" in found):
        if found.node is not ABSENT:
            fault("missing-key", found.node, say("a date, or from and to, is needed"))
        return []
    first, last = day(found["from"]), day(found["to"])
    if last < first or (last - first).days > LONGEST_RANGE:
        before = say("{end} lies before {start}", end=last, start=first)
        fault("empty-range", found["to"], before if last < first else say("a range of over a year"))
        return []
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _check_known(found: Fields, special: dict[date, SpecialDay], known_from: date | None, known_until: date) -> None:
    outside = [on for on in special if on > known_until or (known_from is not None and on < known_from)]
    if outside and known_until != date.min:
        node = found["known_until"]
        message = say(
            "dates outside known_from to known_until: {count}, the first is {first}",
            count=len(outside), first=min(outside),
        )  # fmt: skip
        fault("beyond-known", node, message, say("move known_until"), WARNING)
