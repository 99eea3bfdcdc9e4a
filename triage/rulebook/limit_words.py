"""Limits of clocks in words that an officer reads."""

from monitors.clocks.policy import AnyLimit, ByPriority, EarlierOf, LaterOf, Limit, Unit
from triage.wording.text import Text, as_is, say


def limit_in_words(limit: AnyLimit, priority: str | None = None) -> Text:
    """`the later of 15 calendar days, 10 working days`. `priority`: which counts of a limit that depends on it; without
    one all of them are said."""
    match limit:
        case Limit():
            return _amount(limit)
        case ByPriority(limits):
            return _of_priority(dict(limits), priority)
        case LaterOf(limits):
            return say("the later of {limits}", limits=tuple(limit_in_words(one, priority) for one in limits))
        case EarlierOf(limits):
            return say("the earlier of {limits}", limits=tuple(limit_in_words(one, priority) for one in limits))


def _of_priority(limits: dict[str, AnyLimit], priority: str | None) -> Text:
    if priority in limits:
        limit = limit_in_words(limits[priority], priority)
        return say("{limit} for priority {priority}", limit=limit, priority=priority)
    each = [say("{name}: {value}", name=name, value=limit_in_words(limit)) for name, limit in limits.items()]
    return say("{items}", items=tuple(each))


def written_limit_in_words(written: str) -> Text:
    """A limit as a file writes it, `30 calendar days`; what is none stays as it is."""
    number, _, unit = written.strip().partition(" ")
    plain = f"{unit.strip().lower().removesuffix('s')}s"
    if number.isdigit() and plain in set(Unit):
        return _amount(Limit(int(number), Unit(plain)))
    return as_is(written)


def _amount(limit: Limit) -> Text:
    unit, amount = limit.unit, limit.amount
    one, many = {
        Unit.HOURS: (say("1 hour"), say("{amount} hours", amount=amount)),
        Unit.WORKING_HOURS: (say("1 working hour"), say("{amount} working hours", amount=amount)),
        Unit.CALENDAR_DAYS: (say("1 calendar day"), say("{amount} calendar days", amount=amount)),
        Unit.WORKING_DAYS: (say("1 working day"), say("{amount} working days", amount=amount)),
        Unit.WEEKS: (say("1 week"), say("{amount} weeks", amount=amount)),
        Unit.MONTHS: (say("1 month"), say("{amount} months", amount=amount)),
    }[unit]
    return one if amount == 1 else many
