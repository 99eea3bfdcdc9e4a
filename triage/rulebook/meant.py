"""What was probably meant by a value in another form than ours: as Chinese offices, spreadsheets and keyboards write
it. Each gives our form, empty when that cannot be told."""

import re
import unicodedata
from datetime import date

from monitors.clocks.policy import Unit
from triage.rulebook.faults import nearest

_NAME = re.compile(r"\w[\w.-]*")
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_INSTANT = re.compile(rf"({_DAY.pattern})[ T]*([0-9]{{1,2}})[:点點时時]([0-9]{{2}})(?::([0-9]{{2}}))?分?")
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–—―~～至到]+\s*([0-9]{1,2}):([0-9]{2})")
_AMOUNT = re.compile(r"([0-9]{1,9})\s*([^\W\d][\w -]*)")
_MONEY = re.compile(r"[¥￥$€£]?\s*([A-Z]{3})?\s*([0-9][0-9,_]*(?:\.[0-9]+)?)\s*([万萬])?\s*(元|块|塊|圆|圓|[A-Z]{3})?")

_UNITS = {
    **dict.fromkeys(
        ("day", "days", "calendar day", "天", "日", "自然日", "日历日", "日曆日", "日曆天"), Unit.CALENDAR_DAYS
    ),
    **dict.fromkeys(("business day", "business days", "workday", "workdays", "工作日", "工作天"), Unit.WORKING_DAYS),
    **dict.fromkeys(("business hour", "business hours", "工作小时", "工作小時", "工作时"), Unit.WORKING_HOURS),
    **dict.fromkeys(("hour", "h", "小时", "小時", "时", "時"), Unit.HOURS),
    **dict.fromkeys(("week", "周", "週", "星期"), Unit.WEEKS),
    **dict.fromkeys(("month", "月"), Unit.MONTHS),
}
"""How others call our units."""


def meant_day(written: str) -> str:
    """A date."""
    match = _DAY.fullmatch(written.strip())
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def meant_instant(written: str) -> str:
    """A date and time."""
    match = _INSTANT.fullmatch(unicodedata.normalize("NFKC", written.strip()))
    day = meant_day(match[1]) if match else ""
    if match is None or not day:
        return ""
    time = ":".join(f"{int(part):02}" for part in match.groups()[4:] if part)
    return f"{day} {time}"


def meant_hours(written: str) -> str:
    """Opening hours."""
    match = _HOURS.fullmatch(written.strip())
    return f"{int(match[1]):02}:{match[2]}-{int(match[3]):02}:{match[4]}" if match else ""


def meant_limit(written: str) -> str:
    """An amount of a unit."""
    match = _AMOUNT.fullmatch(written.strip())
    if match is None:
        return ""
    unit = match[2].strip().casefold().removeprefix("个").removeprefix("個").strip()
    known = _UNITS.get(unit) or nearest(unit, [one.value for one in Unit])
    return f"{match[1]} {known}" if known else ""


def meant_money(written: str, currency: str) -> str:
    """An amount with its currency; `currency`: the rulebook's."""
    match = _MONEY.fullmatch(written.strip())
    if match is None:
        return ""
    given = [one for one in (match[1], match[4]) if one and one.isascii()]
    amount = match[2].replace(",", "").replace("_", "")
    if match[3]:
        amount = f"{float(amount) * 10_000:.0f}"
    return f"{amount} {given[0] if given else currency or 'CNY'}"


def meant_name(written: str) -> str:
    """An id: the word without what ids may not hold."""
    near = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", written).strip()).strip("-.")
    return near if _NAME.fullmatch(near) else ""


def meant_list(written: str) -> str:
    """A list in one line, of the entries between commas."""
    return f"[{', '.join(part.strip() for part in re.split('[,，、;；]', written) if part.strip())}]"
