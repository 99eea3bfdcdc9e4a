"""Mapping files: what is wrong with one is told before a row is read."""

from typing import Any

import pytest

from tests.unit.importing.tables import imported, mapping_text, replied
from triage.errors import WrongSettings
from triage.service.mapping import load_mapping


def faults_of(raw: bytes) -> tuple[str, ...]:
    with pytest.raises(WrongSettings) as refused:
        load_mapping(raw)
    assert refused.value.exit_code == 2
    return refused.value.reasons


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"format": "triage-import/2"}, "mapping: format is 'triage-import/2', allowed: triage-import/1"),
        ({"zone": "Nowhere/Land"}, "mapping: zone 'Nowhere/Land' is not a time zone"),
        ({"zone": "Asia"}, "mapping: zone 'Asia' is not a time zone"),
        ({"zone": ""}, "mapping: zone '' is not a time zone"),
        ({"zone": "../etc/passwd"}, "mapping: zone '../etc/passwd' is not a time zone"),
        ({"events": []}, "mapping: the first event has to be complaint.registered"),
        ({"events": [replied()]}, "mapping: the first event has to be complaint.registered"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_fault(changes: dict[str, Any], fault: str) -> None:
    """Format, zone and the first event are looked at when the file is read."""
    assert faults_of(mapping_text(**changes)) == (fault,)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"channel": {}}, "mapping: complaint.registered channel needs either value or column"),
        (
            {"channel": {"value": "web", "column": "c"}},
            "mapping: complaint.registered channel needs either value or column",
        ),
        (
            {"customer": {"column": "c"}, "customer.id": {"column": "no"}},
            "mapping: complaint.registered has both customer and customer.id",
        ),
        (
            {"customer.contact.phone": {"column": "c"}, "customer.contact": {"value": {"phone": "1"}}},
            "mapping: complaint.registered has both customer.contact and customer.contact.phone",
        ),
    ],
)
def test_a_field_comes_from_one_place(data: dict[str, Any], fault: str) -> None:
    """A constant or a column, and never a field beside a part of itself: one of the two would be lost."""
    assert faults_of(mapping_text(data)) == (fault,)


def test_fields_that_only_begin_alike_are_different_fields() -> None:
    """`customer_no` is no part of `customer`."""
    load_mapping(mapping_text({"labels": {"column": "a"}, "labels_b": {"column": "b"}}))


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (mapping_text(zones="Asia/Shanghai"), "zones"),
        (mapping_text(source=None), "source"),
        (mapping_text(group_by=None), "group_by"),
        (mapping_text({"channel": {"column": "c", "splitt": ";"}}), "splitt"),
        (mapping_text({"channel": {"column": 5}}), "column"),
        (mapping_text(events=[{"type": "complaint.registered", "time": {"column": "opened", "att": "9"}}]), "att"),
        (mapping_text(events=[{"type": "complaint.registered", "tme": {"column": "opened"}}]), "tme"),
        (b"events: [", "mapping"),
        (b"\xff\xfe\x00", "mapping"),
        (b"", "mapping"),
    ],
)
def test_unknown_and_missing_keys_are_faults(raw: bytes, place: str) -> None:
    """A misspelt key is named, and so is a missing one; bytes that are no YAML are refused."""
    (fault,) = faults_of(raw)
    assert fault.startswith("mapping: ")
    assert place in fault


def test_the_faults_of_a_readable_file_are_told_at_once() -> None:
    """One reading names them all."""
    raw = mapping_text(
        {"channel": {}},
        {"type": "complaint.answered", "time": {"column": "closed", "at": "25:00"}},
        format="x",
        zone="y",
    )
    assert faults_of(raw) == (
        "mapping: format is 'x', allowed: triage-import/1",
        "mapping: zone 'y' is not a time zone",
        "mapping: complaint.registered channel needs either value or column",
        "mapping: complaint.answered is not an event type",
        "mapping: complaint.answered time: at '25:00' is not a time of day",
    )


def test_the_columns_that_a_mapping_reads_are_known() -> None:
    """So a table that lacks one is refused before anything is written: key, times and fields, constants not."""
    mapping = load_mapping(mapping_text({"channel": {"value": "web"}, "age": {"column": "years"}}, replied()))
    assert mapping.columns() == {"no", "opened", "years", "closed"}


def test_a_table_without_rows_has_no_events() -> None:
    """Nothing in, nothing out, nothing rejected."""
    found = imported(mapping_text(), [])
    assert (found.events, found.report.rows, found.rejected) == ([], 0, [])
