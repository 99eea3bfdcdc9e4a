"""Cells become values: mapped, split, counted, dated, or refused; never silently something else."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from tests.unit.importing.tables import a_row, imported, mapping_text, of_cell

REASONS = {"Delay": "claim_delay", "Denied": "claim_denial"}


@pytest.mark.parametrize(
    ("cell", "field", "value"),
    [
        ("Delay", {"values": REASONS}, "claim_delay"),
        (" Delay ", {"values": REASONS}, "claim_delay"),
        ("Boat", {"values": REASONS}, "Boat"),
        ("delay", {"values": REASONS}, "delay"),
        ("Boat", {"values": REASONS, "otherwise": "other"}, "other"),
        ("Boat", {"values": REASONS, "otherwise": ""}, ""),
        ("None", {"values": {"None": ""}}, ""),
        ("None", {"values": {"None": ""}, "otherwise": "other"}, ""),
        ("Boat", {}, "Boat"),
        (17, {}, "17"),
        (17.0, {}, "17"),
        (17.5, {}, "17.5"),
        (0, {}, "0"),
        (1, {"values": {"1": "phone"}}, "phone"),
        (1.0, {"values": {"1": "phone"}}, "phone"),
        ("007", {}, "007"),
    ],
)
def test_a_text_becomes_what_the_value_map_says(cell: Any, field: dict[str, Any], value: str) -> None:
    """A known text its value, whatever that is; an unknown one `otherwise`, or itself where none is given. Numbers
    are texts as a person writes them."""
    assert of_cell(cell, **field).data == {"value": value}


def test_texts_that_no_value_map_knows_are_counted() -> None:
    """Each part of a cell by itself and as it is kept; with `otherwise` they are meant to go there."""
    data = {
        "reason": {"column": "reason", "split": ";", "list": True, "values": REASONS},
        "product": {"column": "product", "values": {"Motor": "motor"}},
        "branch": {"column": "product", "values": {}, "otherwise": "other"},
    }
    rows = [
        a_row("A-1", reason="Delay; Rude ;Lost", product="Boat"),
        a_row("A-2", reason="Rude", product="Motor"),
        a_row("A-3", reason="", product=2.0),
    ]
    found = imported(mapping_text(data), rows)
    assert {field: dict(texts) for field, texts in found.report.unmapped.items()} == {
        "reason": {"Rude": 2, "Lost": 1},
        "product": {"Boat": 1, "2": 1},
    }
    assert [event["data"]["reason"] for event in found.events if "reason" in event["data"]] == [
        ["claim_delay", "Rude", "Lost"], ["Rude"],
    ]  # fmt: skip


@pytest.mark.parametrize("cell", [None, "", "  ", "\t\n", float("nan")])
@pytest.mark.parametrize(
    "field", [{}, {"values": REASONS, "otherwise": "other"}, {"list": True}, {"number": True}, {"money": "CNY"}]
)
def test_an_empty_cell_is_an_absent_field(cell: Any, field: dict[str, Any]) -> None:
    """No constant is put in its place, no empty list, no zero."""
    found = of_cell(cell, **field)
    assert found.data == {}
    assert found.rejected == []


def test_separators_alone_are_no_values() -> None:
    """Nothing stands between them."""
    assert of_cell(" ; ;", split=";", list=True, values=REASONS, otherwise="other").data == {}
    assert of_cell("; Delay;", split=";", list=True, values=REASONS).data == {"value": ["claim_delay"]}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1200", 1200), ("1,200.50", 1200.5), (" 12,345,678 ", 12345678), ("-3.5", -3.5), ("+7", 7), (".5", 0.5),
        ("1e3", 1000), (5, 5), (0, 0), (2.25, 2.25), (1e-7, 1e-7),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written(cell: Any, number: float) -> None:
    """A point before decimals, commas between thousands; an amount carries its currency."""
    assert of_cell(cell, number=True).data == {"value": number}
    assert of_cell(cell, money="CNY").data == {"value": {"value": number, "currency": "CNY"}}


@pytest.mark.parametrize(
    "cell",
    ["1.200,50", "1,5", "1,2000", "12,34,567", "nan", "inf", "-Infinity", "1e400", "1_000", "¥100", "12 000", "-", True,
     float("inf")],
)  # fmt: skip
def test_what_is_no_plain_number_rejects_the_row(cell: Any) -> None:
    """A decimal comma would be read as another number, and JSON writes no infinity: neither goes through."""
    for field in ({"number": True}, {"money": "CNY"}):
        found = of_cell(cell, **field)
        assert found.rejected == [(2, f"cell: {cell!r} is not a number", "A-1")]
        assert found.events == []


def time_of(cell: Any, at: str = "09:00", **changes: Any) -> str:
    event = {"type": "complaint.registered", "time": {"column": "opened", "at": at}}
    found = imported(mapping_text(events=[event], **changes), [a_row(opened=cell)])
    assert found.rejected == []
    told: str = found.events[0]["time"]
    return told


@pytest.mark.parametrize(
    ("cell", "time_told"),
    [
        ("2026-03-02", "2026-03-02T09:00:00+08:00"),
        (" 2026-03-02 ", "2026-03-02T09:00:00+08:00"),
        (date(2026, 3, 2), "2026-03-02T09:00:00+08:00"),
        (datetime(2026, 3, 2), "2026-03-02T09:00:00+08:00"),  # noqa: DTZ001 # so openpyxl gives a date alone
        ("2026-03-02 00:00:00", "2026-03-02T09:00:00+08:00"),
        ("2026-03-02 14:30", "2026-03-02T14:30:00+08:00"),
        ("2026-03-02T14:30:05.25", "2026-03-02T14:30:05.250000+08:00"),
        (datetime(2026, 3, 2, 14, 30), "2026-03-02T14:30:00+08:00"),  # noqa: DTZ001 # a workbook's time has no zone
        ("2026-03-02T14:30:00Z", "2026-03-02T14:30:00Z"),
        ("2026-03-02T00:00:00-05:00", "2026-03-02T00:00:00-05:00"),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02T00:00:00Z"),
    ],
)
def test_dates_get_the_time_of_day_and_times_the_zone(cell: Any, time_told: str) -> None:
    """A date alone, also as workbooks keep it, happens at `at`; a time without an offset is the mapping's zone's; one
    with an offset is that instant."""
    assert time_of(cell) == time_told


def test_the_zone_is_the_one_of_the_date() -> None:
    """Summer and winter have their own offsets."""
    zone = "America/New_York"
    assert time_of("2026-01-05", zone=zone) == "2026-01-05T09:00:00-05:00"
    assert time_of("2026-07-06", zone=zone) == "2026-07-06T09:00:00-04:00"


def test_without_a_time_of_day_a_date_begins_at_midnight() -> None:
    """The default of `at`."""
    event = {"type": "complaint.registered", "time": {"column": "opened"}}
    (found,) = imported(mapping_text(events=[event]), [a_row()]).events
    assert found["time"] == "2026-03-02T00:00:00+08:00"


@pytest.mark.parametrize(
    ("date_format", "cell", "time_told"),
    [
        ("%m/%d/%Y", "03/02/2026", "2026-03-02T09:00:00+08:00"),
        ("%d.%m.%Y", "03.02.2026", "2026-02-03T09:00:00+08:00"),
        ("%Y年%m月%d日", "2026年3月2日", "2026-03-02T09:00:00+08:00"),
        ("%m/%d/%Y %H:%M", "03/02/2026 14:30", "2026-03-02T14:30:00+08:00"),
        ("%m/%d/%Y %I:%M %p", "03/02/2026 02:30 PM", "2026-03-02T14:30:00+08:00"),
        ("%Y-%m-%dT%H:%M%z", "2026-03-02T14:30+0100", "2026-03-02T14:30:00+01:00"),
    ],
)
def test_a_date_format_reads_what_it_names(date_format: str, cell: str, time_told: str) -> None:
    """Day and month in its order, and the time of day and the offset where it has signs for them."""
    assert time_of(cell, date_format=date_format) == time_told


def test_real_dates_need_no_format() -> None:
    """The format is for texts: cells that are dates already are taken as they are."""
    assert time_of(date(2026, 3, 2), date_format="%m/%d/%Y") == "2026-03-02T09:00:00+08:00"


@pytest.mark.parametrize(
    ("cell", "date_format"),
    [("02/30/2026", "%m/%d/%Y"), ("2026-03-02", "%m/%d/%Y"), ("03/02/2026", None), ("soon", None), ("2026-02-30", None),
     ("2026-13-01T10:00", None), (46083, None), (time(3), None)],
)  # fmt: skip
def test_what_is_no_date_rejects_the_row(cell: Any, date_format: str | None) -> None:
    """A date that the calendar lacks, another format, a serial number: the reason names column and cell."""
    found = imported(mapping_text(date_format=date_format), [a_row(opened=cell)])
    assert found.rejected == [(2, f"opened: {cell!r} is not a date", "A-1")]
    assert found.events == []


def test_a_field_may_be_a_date() -> None:
    """A birth date is a date without a time, whatever the cell was; a wrong one rejects the row."""
    for cell in ("02/28/1955", date(1955, 2, 28), datetime(1955, 2, 28, 12)):  # noqa: DTZ001 # as a workbook has it
        data = {"customer.birth_date": {"column": "born", "date": True}}
        found = imported(mapping_text(data, date_format="%m/%d/%Y"), [a_row(opened=date(2026, 3, 2), born=cell)])
        assert found.data == {"customer": {"birth_date": "1955-02-28"}}
    assert of_cell("1955", date=True).rejected == [(2, "cell: '1955' is not a date", "A-1")]
