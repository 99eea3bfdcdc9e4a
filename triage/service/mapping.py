"""Mapping files: which columns of a table become which fields of which complaint events.

    format: triage-import/1
    source: /import/ombudsman          # the events' CloudEvents source
    zone: America/New_York             # of dates and times without an offset
    date_format: "%m/%d/%Y"            # of dates written as text; ISO 8601 when left out
    group_by: file_no                  # rows with the same key are one complaint
    events:
      - type: complaint.registered
        time: {column: opened, at: "00:00"}
        data:
          channel: {value: other}
          customer.id: {column: file_no}
          causes: {column: reasons, split: ";", list: true, values: {Delays: claim_delay}, otherwise: other}
          amount_disputed: {column: amount, money: USD}
      - type: complaint.reply_sent     # only of complaints that have a time for it
        time: {column: closed, at: "12:00"}

An empty cell is an absent field: no constant is ever put in its place.
"""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from triage.domain.event import EVENT_TYPES
from triage.errors import WrongSettings

Cell = str | int | float | bool | date | datetime | None

NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+|(?=\.\d))(\.\d*)?([eE][+-]?\d{1,2})?")
"""A decimal point, and commas between thousands: `1.200,50` would else be read as another number than it is."""

TIME_SIGNS = ("%H", "%I", "%X", "%c")
"""Signs of `strftime` that make a date format one of dates with a time of day."""


class Unusable(Exception):
    """A cell that cannot become what the mapping asks for; the text says why."""


class TimeFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an event happened. `at`: the time of day for columns that hold only a date."""

    column: str
    at: str = "00:00"


class FieldFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a field comes from: a constant `value`, or a `column`.

    `values`: cell text to field value; a text that is not there becomes `otherwise`, or stays as it is when that is
    not given (and is then a fault in the event, never lost). `split`: between several values of one cell. `list`:
    the field is a list, the union over the complaint's rows. `money`: the currency of an amount. `date`: the cell
    is a date. `text`: numbers become texts (default for everything that is not `number` or `money`).
    """

    value: Any = None
    column: str | None = None
    values: dict[str, str] | None = None
    otherwise: str | None = None
    split: str | None = None
    list: bool = False
    money: str | None = None
    date: bool = False
    number: bool = False


class EventFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event of each complaint; left out when the time's cell is empty (the registration never is)."""

    type: str
    time: TimeFrom
    data: dict[str, FieldFrom] = {}


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping file."""

    format: str
    source: str
    zone: str
    group_by: str
    events: tuple[EventFrom, ...]
    date_format: str | None = None

    def columns(self) -> set[str]:
        """Every column that the mapping reads."""
        fields = {f.column for event in self.events for f in event.data.values() if f.column}
        return fields | {event.time.column for event in self.events} | {self.group_by}


def load_mapping(raw: bytes) -> Mapping:
    """Read a mapping file. Raises WrongSettings with a line for every fault that can be told at once."""
    try:
        mapping = msgspec.yaml.decode(raw, type=Mapping)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise WrongSettings([f"mapping: {error}"]) from error
    faults = []
    if mapping.format != "triage-import/1":
        faults.append(f"mapping: format is {mapping.format!r}, allowed: triage-import/1")
    try:
        ZoneInfo(mapping.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        faults.append(f"mapping: zone {mapping.zone!r} is not a time zone")
    if not mapping.events or mapping.events[0].type != "complaint.registered":
        faults.append("mapping: the first event has to be complaint.registered")
    for event in mapping.events:
        if event.type not in EVENT_TYPES:
            faults.append(f"mapping: {event.type} is not an event type")
        faults += _field_faults(event)
    if faults:
        raise WrongSettings(faults)
    return mapping


def _field_faults(event: EventFrom) -> list[str]:
    faults = []
    for name, field in event.data.items():
        if (field.value is None) == (field.column is None):
            faults.append(f"mapping: {event.type} {name} needs either value or column")
        faults += [
            f"mapping: {event.type} has both {name} and {inner}" for inner in event.data if inner.startswith(f"{name}.")
        ]
    try:
        time.fromisoformat(event.time.at)
    except ValueError:
        faults.append(f"mapping: {event.type} time: at {event.time.at!r} is not a time of day")
    return faults


def is_empty(cell: Cell) -> bool:
    """Whether a cell says nothing: empty, white space, or a number that is none."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124 # NaN


def text_of(cell: Cell) -> str:
    """The cell as a text, without white space around it. A whole number has no point: tables keep 17 as 17.0 when
    another row of the column is empty."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


def to_instant(cell: Cell, at: TimeFrom, mapping: Mapping) -> datetime:
    """The event's time, with offset. A midnight without an offset is a date alone: so workbooks keep dates. Raises
    Unusable."""
    found: Any = cell
    if isinstance(cell, str):
        found = _parsed(cell.strip(), mapping.date_format)
    if isinstance(found, datetime) and found.tzinfo is None and found.time() == time.min:
        found = found.date()
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(mapping.zone))
    if isinstance(found, date):
        return datetime.combine(found, time.fromisoformat(at.at), ZoneInfo(mapping.zone))
    raise Unusable(f"{at.column}: {cell!r} is not a date")


def _parsed(text: str, date_format: str | None) -> date | datetime | None:
    try:
        if date_format:
            found = datetime.strptime(text, date_format)  # noqa: DTZ007 # the mapping's zone is added
            return found if any(sign in date_format for sign in TIME_SIGNS) else found.date()
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None


def field_values(field: FieldFrom, cell: Cell, mapping: Mapping) -> list[Any]:
    """What one cell gives to a field: nothing, one value, or several. Raises Unusable."""
    if is_empty(cell):
        return []
    if field.money or field.number:
        return [_amount(field, cell)]
    if field.date:
        return [to_instant(cell, TimeFrom(field.column or ""), mapping).date().isoformat()]
    text = text_of(cell)
    parts = [part.strip() for part in text.split(field.split)] if field.split else [text]
    return [_mapped(field, part) for part in parts if part]


def _amount(field: FieldFrom, cell: Cell) -> Any:
    if not NUMBER.fullmatch(str(cell).strip()):
        raise Unusable(f"{field.column}: {cell!r} is not a number")
    number = float(str(cell).replace(",", ""))
    return {"value": number, "currency": field.money} if field.money else number


def _mapped(field: FieldFrom, text: str) -> str:
    if field.values is None:
        return text
    return field.values.get(text, text if field.otherwise is None else field.otherwise)
