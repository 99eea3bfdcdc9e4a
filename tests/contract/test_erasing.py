"""Erasure and retention on both databases: what people wrote is in no row, and what has to stay stays."""

import json
from datetime import timedelta
from math import nan
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitors.metrics.registry import Metrics
from tests.contract.builders import MovableTime, outside, row_counts, rows_of
from triage.adapters.store.store import SqlStore
from triage.adapters.store.tables import METADATA
from triage.errors import Refused
from triage.main.tools import rules_scanner
from triage.ports import Part, Record
from triage.service.erase import active_eraser, erase_case, erase_customer
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.release import Library, Shelf
from triage.service.reload import Reloader
from triage.service.retention import Retention, Terms
from triage.service.verify import differences

NAME = "Zhāng 張三 \\u5f20"
"""Also with an escape, as a sender may spell it."""

SHELF = Shelf()

PART = Part("events", 0)


def event(number: int, kind: str, day: int, case: str = "C-1", **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{case}/{number}", "source": "/core", "type": f"complaint.{kind}", "subject": case,
        "time": f"2026-03-{day:02}T10:00:00+08:00", "data": data,
    }  # fmt: skip


def registered(case: str = "C-1", customer: str = "K-1", **more: Any) -> dict[str, Any]:
    person = {"id": customer, "name": NAME, "contact": {"phone": NAME}, "circumstances": ["seriously_ill", NAME]}
    told = {"channel": "phone", "customer": person, "description": f"{NAME}: 医疗事故", "policy_no": NAME}
    return event(1, "registered", 2, case, **told, labels={"who": NAME}, unknown={NAME: NAME}, causes=[NAME], **more)


LIFE = [
    registered(),
    event(2, "extension_granted", 3, clock="decision", to="30 calendar days", reason=NAME),
    event(3, "contacted", 3, direction=NAME, channel="phone", summary=NAME),
    event(4, "amended", 4, patch={"description": NAME, "customer": {"name": None}}, new_facts=True),
    event(5, "verified", 4, by="Wang", priority="high", note=NAME),
    event(6, "desk_note", 5, text=NAME),
]


class Desk:
    """The real handler on a store; records are numbered as they come."""

    def __init__(self, store: SqlStore, time: MovableTime) -> None:
        self.store, self.time, self.metrics = store, time, Metrics()
        self.library = Library(self.metrics)
        Reloader(store, self.library, rules_scanner(None), by="test").start()
        self.handler = EventHandler(store, self.library, self.metrics, LowMark([PART.input], 900, time), time)
        with store.transaction() as tx:
            tx.offsets.begin(PART, None, 0)
        self.next = 0

    def reads(self, *values: dict[str, Any] | bytes) -> None:
        """One batch."""
        raw = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in values]
        records = [
            Record(offset=self.next + at, next_offset=self.next + at + 1, value=one, headers=(("who", NAME.encode()),))
            for at, one in enumerate(raw)
        ]
        self.next = self.handler.handle(PART, self.next, records)

    def erases(self, case: str) -> None:
        erase_case(self.store, active_eraser(self.store, SHELF), case, who="test", why="asked for")

    def differences(self) -> list[Any]:
        with self.store.read() as reading:
            return list(differences(reading, SHELF))


@pytest.fixture
def desk(store: SqlStore, time: MovableTime) -> Desk:
    """Two months after the events."""
    time.forward(60 * 86_400)
    return Desk(store, time)


def everything(url: str) -> str:
    """Every value of every row of every table, the rule files apart, and PostgreSQL's samples of them."""
    found = [str(row) for name in METADATA.tables if name != "rulebooks" for row in rows_of(url, name)]
    found += [row["value"].decode("utf-8", "replace") for row in _mappings(url, "dead_letters")]
    if url.startswith("postgresql"):
        with outside(url) as connection:
            found += map(str, connection.exec_driver_sql("SELECT * FROM pg_stats WHERE schemaname = 'public'"))
    return "\n".join(found)


def _mappings(url: str, table: str) -> list[dict[str, Any]]:
    with outside(url) as connection:
        return [dict(row) for row in connection.execute(sa.select(METADATA.tables[table])).mappings()]


def holds_the_name(url: str) -> list[str]:
    """The lines in which it still stands, in whatever spelling."""
    spellings = ("張三", "\\u5f35\\u4e09", "Zh\\u0101ng", "Zhāng")
    return [line for line in everything(url).splitlines() if any(one in line for one in spellings)]


def what_stays(url: str) -> list[Any]:
    """Ids, types, times, clocks, notices, outputs' ids."""
    events = [row for row in _mappings(url, "timeline") if row["kind"] == "event"]
    timeline = [(r["event_id"], r["type"], r["event_time"], r["digest"]) for r in events]
    cases = [(r["id"], r["customer"], r["status"], r["priority"], r["department"]) for r in _mappings(url, "cases")]
    outbox = [(r["id"], r["topic"], r["sequence"]) for r in _mappings(url, "outbox")]
    letters = [(r["id"], r["reason"], r["origin"], r["at"]) for r in _mappings(url, "dead_letters")]
    clocks, notices = rows_of(url, "clocks"), rows_of(url, "notices")
    return [sorted(map(str, rows)) for rows in (timeline, cases, clocks, notices, outbox, letters)]


def test_the_name_is_in_no_row_after_an_erasure(desk: Desk, store_url: str) -> None:
    """Names, ids, types, times, clocks and outputs' ids stay; the clocks are as their events say."""
    desk.reads(*LIFE, b'{"subject": "C-1", "oh": "' + NAME.encode())
    before = what_stays(store_url)
    assert holds_the_name(store_url)
    with outside(store_url) as connection:
        connection.exec_driver_sql("ANALYZE")  # PostgreSQL keeps samples of what is there
    desk.erases("C-1")
    assert holds_the_name(store_url) == []
    assert what_stays(store_url) == before
    assert desk.differences() == []


def test_an_event_erases_too_also_what_came_in_its_own_batch(desk: Desk, store_url: str) -> None:
    """And the audit says on whose word."""
    desk.reads(*LIFE, event(7, "erased", 6, by="Li", reason="withdrew consent"))
    assert holds_the_name(store_url) == []
    assert desk.differences() == []
    told = [(r["who"], r["why"]) for r in _mappings(store_url, "audit") if r["what"].startswith("erased")]
    assert told == [("Li", "withdrew consent")]


def test_what_comes_after_an_erasure_is_taken_without_personal_data(desk: Desk, store_url: str) -> None:
    """Clocks and humans' words go on, rules do not run again; dead letters of the case keep no bytes, and the same
    event once more is a duplicate."""
    desk.reads(*LIFE[:3])
    desk.erases("C-1")
    later = [
        event(8, "reply_sent", 8, channel="email", evidence=NAME),
        event(9, "contacted", 8, direction=NAME, summary=NAME),
        event(10, "assigned", 9, owner={"id": "Liu", "name": "Liu Yan", "phone": NAME}, by=NAME),
        {**event(2, "extension_granted", 3, clock="decision", to="30 calendar days", reason=f"{NAME} again")},
        LIFE[1],
    ]
    desk.reads(*later)
    assert holds_the_name(store_url) == []
    assert desk.differences() == []
    case = _mappings(store_url, "cases")[0]
    assert (case["owner"], case["status"]) == ("Liu", "assigned")
    states = {r["clock"]: r["state"] for r in _mappings(store_url, "clocks")}
    assert states["cn-order-2020-3/decision"] == "stopped"
    letters = {(r["reason"], r["value"], r["headers"], r["detail"]) for r in _mappings(store_url, "dead_letters")}
    assert letters == {("faulty_data", b"", None, "erased"), ("id_conflict", b"", None, "erased")}
    decisions = [json.loads(r["decision"]) for r in _mappings(store_url, "timeline") if r["decision"]]
    assert decisions[-1]["facts"] is None
    assert decisions[-1]["reasons"] == []


@pytest.mark.parametrize(
    ("reason", "envelope"),
    [("future_time", {"time": "2099-01-01T00:00:00Z"}), ("no_envelope", {"id": 5}), ("unreadable", {"x": nan})],
)
def test_no_event_at_all_is_a_letter_of_the_case_that_it_names(
    desk: Desk, store_url: str, reason: str, envelope: dict[str, Any]
) -> None:
    """It goes out under the case's key, goes with the case's erasure, and keeps no bytes when it comes after that."""
    broken = {**event(8, "contacted", 5, summary=NAME), **envelope}
    desk.reads(registered(), broken)
    assert (reason, "C-1") in [(r["reason"], r["case_id"]) for r in _mappings(store_url, "dead_letters")]
    assert {r["key"] for r in _mappings(store_url, "outbox") if r["topic"] == "dead_letters"} == {"C-1"}
    desk.erases("C-1")
    desk.reads({**broken, "extra": NAME})
    assert {r["value"] for r in _mappings(store_url, "dead_letters")} == {b""}
    assert holds_the_name(store_url) == []


def test_an_event_that_cannot_be_applied_to_an_erased_case_leaves_no_bytes(desk: Desk, store_url: str) -> None:
    """Nor when it is the only thing known of it."""
    desk.reads(registered())
    desk.erases("C-1")
    for at, case in enumerate(("C-1", "C-2")):
        value = json.dumps(event(at, "contacted", 5, case, summary=NAME)).encode()
        record = Record(offset=desk.next, next_offset=desk.next + 1, value=value)
        desk.next = desk.handler.quarantine(PART, desk.next, record, "ValueError in somewhere, line 1")
    assert [row["value"] != b"" for row in _mappings(store_url, "dead_letters")][-2:] == [False, True]
    desk.erases("C-2")
    assert holds_the_name(store_url) == []


def test_all_of_a_customer_is_erased(desk: Desk, store_url: str) -> None:
    """Every case, and the dead letters of nobody that name the customer; others keep theirs."""
    ahead = {**registered("C-9"), "time": "2099-01-01T00:00:00Z"}
    desk.reads(registered("C-1"), registered("C-2"), registered("C-3", "K-2"), ahead)
    eraser = active_eraser(desk.store, SHELF)
    found = erase_customer(desk.store, eraser, "K-1", who="test", why="asked for")
    assert (set(found.cases), found.letters.dead_letters, found.once) == ({"C-1", "C-2"}, 1, [])
    assert {r["id"]: r["erased_at"] is None for r in _mappings(store_url, "cases")} == {
        "C-1": False, "C-2": False, "C-3": True,
    }  # fmt: skip
    assert all('"C-3/1"' in line or "C-3" in line for line in holds_the_name(store_url))
    with pytest.raises(Refused, match="no case of customer K-9"):
        erase_customer(desk.store, eraser, "K-9", who="test", why="asked for")


@pytest.mark.parametrize("customer", ["K-1", "K-é"])
def test_a_case_that_became_anothers_is_named_and_left_alone(desk: Desk, store_url: str, customer: str) -> None:
    """Whose it is nobody but a human can say: the correction of a mistyped id, or two ids of one person. Once it is
    erased it is not named any more."""
    became = event(2, "amended", 3, "C-2", patch={"customer": {"id": "K-2"}})
    desk.reads(registered("C-1", customer), registered("C-2", customer), became, registered("C-3", "K-2"))
    eraser = active_eraser(desk.store, SHELF)
    found = erase_customer(desk.store, eraser, customer, who="test", why="asked for")
    assert (set(found.cases), found.once) == ({"C-1"}, ["C-2"])
    erased = {row["id"]: row["erased_at"] is not None for row in _mappings(store_url, "cases")}
    assert erased == {"C-1": True, "C-2": False, "C-3": False}
    desk.erases("C-1")
    desk.erases("C-2")
    assert erase_customer(desk.store, eraser, customer, who="test", why="asked for").once == []


def test_a_customer_of_only_others_cases_is_refused_by_name(desk: Desk) -> None:
    """The answer says which case named the customer once; a dead letter that does is erased by the first call."""
    desk.reads(registered("C-1"), event(2, "amended", 3, "C-1", patch={"customer": {"id": "K-2"}}))
    eraser = active_eraser(desk.store, SHELF)
    found = erase_customer(desk.store, eraser, "K-1", who="test", why="asked for")
    assert (found.cases, found.letters.dead_letters, found.once) == ({}, 1, ["C-1"])
    with pytest.raises(Refused, match="triage erase --case C-1"):
        erase_customer(desk.store, eraser, "K-1", who="test", why="asked for")


def test_a_case_that_is_unknown_is_refused(desk: Desk) -> None:
    """And nothing is written into the audit."""
    with pytest.raises(Refused, match="there is no case C-1"):
        desk.erases("C-1")


def kept(desk: Desk, **days: int) -> None:
    """One pass of the daily job by these settings."""
    terms = Terms(**{"closed_cases": 0, "dead_letters": 0, "outbox": 0, "audit": 0, **days})
    assert Retention(desk.store, SHELF, terms, desk.time, desk.metrics)()


def closed(case: str) -> list[dict[str, Any]]:
    """The events of a case that is closed on 4 March."""
    return [registered(case), event(2, "withdrawn", 3, case, reason=NAME), event(3, "close_requested", 4, case)]


def test_nothing_goes_before_its_time_and_open_cases_never(desk: Desk, store_url: str) -> None:
    """Closed cases are erased, dead letters and sent outputs deleted; what failed or waits stays."""
    desk.reads(*closed("C-1"), registered("C-2"), b"no event")
    with desk.store._begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'sent' WHERE no <> (SELECT min(no) FROM outbox)")
    counts = row_counts(store_url)
    kept(desk, closed_cases=3650, dead_letters=30, outbox=30)
    assert row_counts(store_url) == counts
    desk.time.forward(31 * 86_400)
    kept(desk, closed_cases=30, dead_letters=30, outbox=30)
    assert {r["id"]: r["erased_at"] is None for r in _mappings(store_url, "cases")} == {"C-1": False, "C-2": True}
    assert row_counts(store_url)["outbox"] == 1
    assert "dead_letters" not in row_counts(store_url)
    assert [line for line in holds_the_name(store_url) if "C-1" in line] == []
    assert desk.differences() == []
    told = [(r["who"], r["what"]) for r in _mappings(store_url, "audit") if r["who"] == "retention"]
    assert [what.split(":")[0] for _, what in told] == [
        "erased the personal data of case C-1",
        f"removed {counts['dead_letters']} dead letters, {counts['outbox'] - 1 - counts['dead_letters']} outputs",
    ]
    assert 'triage_retention_total{kind="cases"} 1.0' in desk.metrics.exposition().decode()


def test_many_old_rows_go_in_small_transactions(desk: Desk, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some at a time, and a pass goes on where it was interrupted."""
    monkeypatch.setattr("triage.adapters.store.old_rows.AT_ONCE", 2)
    monkeypatch.setattr("triage.adapters.store.old_rows.CASES_LOOKED_AT", 3)
    monkeypatch.setattr("triage.service.retention.PIECE_SECONDS", 0.0)
    for number in range(7):
        desk.reads(*closed(f"C-{number}"), b"no event %d" % number)
    desk.time.forward(timedelta(days=40).total_seconds())
    terms = Terms(closed_cases=30, dead_letters=30, outbox=0, audit=0)
    retention = Retention(desk.store, SHELF, terms, desk.time, desk.metrics)
    calls = 1
    while not retention():
        calls += 1
    assert calls > 7
    assert holds_the_name(store_url) == []
    assert "dead_letters" not in row_counts(store_url)


def test_nothing_is_left_in_an_embedded_databases_file(
    sqlite_url: str, sqlite_store: SqlStore, time: MovableTime
) -> None:
    """Nor in its write-ahead log, nor in what was written before versions that overwrite, nor in the copies made before
    migrations."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    time.forward(60 * 86_400)
    desk = Desk(sqlite_store, time)
    desk.reads(*LIFE)
    copy = path.with_name(f"{path.name}.before-0003")
    copy.write_bytes(b"an older database")
    with sqlite_store.read():  # a reader that needs the log
        desk.erases("C-1")
    desk.reads(registered("C-2", "K-2"))
    desk.erases("C-2")
    files = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    assert copy.name not in files
    spellings = ("張三".encode(), b"u5f35", "Zhāng".encode(), b"Zh\\u0101ng")
    assert [name for name, content in files.items() if any(one in content for one in spellings)] == []
