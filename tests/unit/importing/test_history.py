"""Rows become complaints: grouped by key, their events numbered, and every row accounted for."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import compiled, sound_rules
from tests.unit.importing.tables import a_row, imported, mapping_text, replied
from triage.codec.decode import Arrival, Codec
from triage.service.import_history import Importer
from triage.service.mapping import load_mapping

REASON = {"column": "reason", "split": ";", "list": True}
PRODUCT = {"column": "product"}


def test_rows_of_one_key_are_one_complaint() -> None:
    """Whatever stands between them; a list is the union over the rows in their order, each value once."""
    rows = [
        a_row("A-1", reason="Delay;Rude", product="Health"),
        a_row("A-2", reason="Denied"),
        a_row(" A-1 ", reason="Rude;Lost", product="Health"),
    ]
    found = imported(mapping_text({"causes": REASON, "line": PRODUCT}), rows)
    assert [(event["subject"], event["data"]) for event in found.events] == [
        ("A-1", {"causes": ["Delay", "Rude", "Lost"], "line": "Health"}),
        ("A-2", {"causes": ["Denied"]}),
    ]
    assert (found.report.rows, found.report.complaints, found.report.events) == (3, 2, 2)
    assert found.report.conflicts == {}


def test_a_number_and_its_text_are_the_same_key() -> None:
    """A workbook's 17, the 17.0 of a column with gaps, and a CSV's `17` are one complaint."""
    found = imported(mapping_text(), [a_row(17), a_row("17"), a_row(17.0)])
    assert [event["id"] for event in found.events] == ["17:0"]


def test_rows_that_differ_give_the_first_value_and_are_counted() -> None:
    """By field and complaint, times too; an empty cell differs from nothing."""
    rows = [
        a_row("A-1", "2026-03-02", product="", amount="1"),
        a_row("A-1", "2026-03-04", product="Motor", amount="2"),
        a_row("A-1", None, product="Health", amount="3"),
        a_row("A-2", product="Life", amount="4"),
        a_row("A-2", product="Life", amount="5"),
    ]
    found = imported(mapping_text({"line": PRODUCT, "amount": {"column": "amount", "number": True}}), rows)
    assert [(event["time"], event["data"]) for event in found.events] == [
        ("2026-03-02T09:00:00+08:00", {"line": "Motor", "amount": 1}),
        ("2026-03-02T09:00:00+08:00", {"line": "Life", "amount": 4}),
    ]
    assert dict(found.report.conflicts) == {"opened": 1, "line": 1, "amount": 2}


def test_several_values_of_a_field_that_is_no_list_are_counted() -> None:
    """A cell that is split gives its first value, and the report says that there were others."""
    found = imported(mapping_text({"line": {"column": "product", "split": "/"}}), [a_row(product="Motor / Life")])
    assert (found.data, dict(found.report.conflicts)) == ({"line": "Motor"}, {"line": 1})


def test_an_event_without_a_time_is_left_out() -> None:
    """A complaint that was never answered has no reply; the time may stand in any of its rows."""
    rows = [
        a_row("A-1", closed=""), a_row("A-2", closed=None), a_row("A-2", closed="2026-03-12"), a_row("A-3", closed=" "),
    ]  # fmt: skip
    found = imported(mapping_text({}, replied(kind={"value": "final"})), rows)
    assert [(event["id"], event["type"], event["time"]) for event in found.events if event["data"]] == [
        ("A-2:1", "complaint.reply_sent", "2026-03-12T17:00:00+08:00")
    ]
    assert (found.report.complaints, found.report.events, found.rejected) == (3, 4, [])


def test_events_stand_in_the_order_of_time() -> None:
    """Over all complaints and offsets; at equal times a registration stands before its reply."""
    rows = [
        a_row("A-1", "2026-03-05", closed="2026-03-06"),
        a_row("A-2", "2026-03-02T23:00:00-05:00", closed="2026-03-03T04:00:00Z"),
        a_row("A-3", "2026-03-03T11:59:59", closed=""),
    ]
    found = imported(mapping_text({}, replied()), rows)
    assert [event["id"] for event in found.events] == ["A-3:0", "A-2:0", "A-2:1", "A-1:0", "A-1:1"]


def test_an_event_is_a_cloud_event_of_the_mapping() -> None:
    """Envelope and data are what a live system sends: constants, dotted fields, amounts."""
    data = {
        "channel": {"value": "other"},
        "customer.id": {"column": "no"},
        "customer.age": {"column": "age", "number": True},
        "labels": {"value": {"old": True}},
        "amount_disputed": {"column": "amount", "money": "CNY"},
    }
    assert imported(mapping_text(data), [a_row(age="71", amount="1,200.50")]).events == [
        {
            "specversion": "1.0",
            "id": "A-1:0",
            "source": "/import/desk",
            "type": "complaint.registered",
            "subject": "A-1",
            "time": "2026-03-02T09:00:00+08:00",
            "data": {
                "channel": "other",
                "customer": {"id": "A-1", "age": 71},
                "labels": {"old": True},
                "amount_disputed": {"value": 1200.5, "currency": "CNY"},
            },
        }
    ]


def test_imported_events_are_sound() -> None:
    """What a fitting mapping writes is read back without a fault, as if a live system had sent it."""
    data = {
        "channel": {"value": "other"},
        "customer.id": {"column": "no"},
        "customer.age": {"column": "age", "number": True},
        "customer.birth_date": {"column": "born", "date": True},
        "causes": REASON | {"values": {"Delay": "claim_delay"}, "otherwise": "other"},
        "amount_disputed": {"column": "amount", "money": "CNY"},
    }
    row = a_row(age="71", born="1955-02-28", reason="Delay;Rude", amount=12, closed="2026-03-12")
    codec = Codec(compiled(sound_rules()).rulebook.vocabulary)
    arrivals = [codec.decode(line, None) for line in imported(mapping_text(data, replied()), [row]).lines]
    assert [arrival.event.faults for arrival in arrivals if isinstance(arrival, Arrival)] == [(), ()]


@pytest.mark.parametrize(
    ("rows", "rejected"),
    [
        ([a_row(None)], [(2, "no is empty", None)]),
        ([a_row(" ")], [(2, "no is empty", None)]),
        ([{"opened": "2026-03-02"}], [(2, "no is empty", None)]),
        ([a_row(opened="")], [(2, "opened is empty", "A-1")]),
        ([a_row(opened="soon")], [(2, "opened: 'soon' is not a date", "A-1")]),
        ([a_row(closed="soon")], [(2, "closed: 'soon' is not a date", "A-1")]),
        ([a_row(age="old")], [(2, "age: 'old' is not a number", "A-1")]),
        (
            [a_row(), a_row("A-2"), a_row(age="old", closed="soon")],
            [(2, "age: 'old' is not a number", "A-1"), (4, "age: 'old' is not a number", "A-1")],
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_once_with_its_number_and_why(
    rows: list[Mapping[str, Any]], rejected: list[tuple[int, str, str | None]]
) -> None:
    """The header is row 1. All rows of a complaint go with the one that is wrong: half a complaint would mislead."""
    mapping = mapping_text({"customer.age": {"column": "age", "number": True}}, replied())
    found = imported(mapping, rows)
    assert found.rejected == rejected
    assert {event["subject"] for event in found.events}.isdisjoint({key for _, _, key in rejected})


def test_a_wrong_complaint_takes_no_other_with_it() -> None:
    """The complaints around it are imported."""
    found = imported(mapping_text(), [a_row("A-1"), a_row("A-2", "soon"), a_row("A-3"), a_row("")])
    assert [event["subject"] for event in found.events] == ["A-1", "A-3"]
    assert sorted(found.rejected) == [(3, "opened: 'soon' is not a date", "A-2"), (5, "no is empty", None)]


def test_a_complaint_says_nothing_of_another() -> None:
    """A constant with parts is each complaint's own: what one lacks is not taken from the one before."""
    data = {"labels": {"value": {"old": True}}, "customer.id": {"column": "no"}, "customer.name": {"column": "name"}}
    found = imported(mapping_text(data), [a_row("A-1", name="Lin"), a_row("A-2", name="")])
    assert [event["data"]["customer"] for event in found.events] == [{"id": "A-1", "name": "Lin"}, {"id": "A-2"}]


KEYS = st.sampled_from(["A-1", "A-2", "A-3", "", None, 7, 7.0])
DATES = st.sampled_from(["2026-03-02", "2026-03-03 10:00", "soon", "", None])
ROWS = st.lists(st.builds(a_row, KEYS, DATES, reason=st.sampled_from(["Delay", "Rude;Lost", "", None])), max_size=12)
CAUSES = {"causes": REASON}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(ROWS)
def test_no_row_is_lost(rows: list[dict[str, Any]]) -> None:
    """Each row is rejected once with a reason, or belongs to a complaint that has its events and every value of its
    lists; never both, never neither."""
    found = imported(mapping_text(CAUSES), rows)
    rejected = [one.row for one in found.report.rejected]
    assert len(rejected) == len(set(rejected))
    assert all(one.reason for one in found.report.rejected)
    events = {event["subject"]: event for event in found.events}
    assert (found.report.rows, found.report.complaints) == (len(rows), len(events))
    for number, row in enumerate(rows, start=2):
        key = "7" if row["no"] in (7, 7.0) else row["no"]
        assert (number in rejected) != (key in events)
        if key in events:
            values = row["reason"].split(";") if row["reason"] else []
            assert set(values) <= set(events[key]["data"].get("causes", []))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(ROWS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_ids_are_the_same_in_every_run(given_rows: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    """A second import gives the same bytes; whatever order the rows stand in, the same complaints have the same ids,
    and no id is given twice."""
    rows, shuffled = given_rows
    first, again, other = (imported(mapping_text(CAUSES, replied()), these) for these in (rows, rows, shuffled))
    assert first.lines == again.lines
    ids = [event["id"] for event in first.events]
    assert len(ids) == len(set(ids))
    named = {event["subject"]: event["id"] for event in first.events}
    assert all(named.get(event["subject"], event["id"]) == event["id"] for event in other.events)


def test_later_rows_change_no_id_of_earlier_ones() -> None:
    """When the old desk sends a longer table, what was imported before is recognised; a reply that was missing gets
    the id that it would have had."""
    mapping = mapping_text({}, replied(), {"type": "complaint.withdrawn", "time": {"column": "gone"}})
    before = imported(mapping, [a_row("A-1", gone="2026-03-09"), a_row("A-2")])
    after = imported(mapping, [a_row("A-0"), a_row("A-1", closed="2026-03-08", gone="2026-03-09"), a_row("A-2")])
    assert {event["id"] for event in before.events} == {"A-1:0", "A-1:2", "A-2:0"}
    kept = {event["id"]: event for event in after.events}
    assert [kept[event["id"]] for event in before.events] == before.events
    assert set(kept) == {"A-0:0", "A-1:0", "A-1:1", "A-1:2", "A-2:0"}


def test_progress_is_told_row_by_row() -> None:
    """The reader of a long table sees how far it is."""
    importer = Importer(load_mapping(mapping_text()))
    assert list(importer.take([a_row("A-1"), a_row(""), a_row("A-2")])) == [1, 2, 3]
