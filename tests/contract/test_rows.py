"""Every row comes back as it was written, from either database; a transaction leaves all of its rows or none."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.contract.builders import (
    NASTY,
    NOW,
    SECOND,
    MovableTime,
    a_case,
    a_clock,
    a_dead_letter,
    a_message,
    a_rulebook,
    a_step,
    a_timeline_row,
    changes,
    kept_letters,
    row_counts,
    rows_of,
    stored_case,
    write,
)
from triage.adapters.store.store import SqlStore
from triage.domain.decision import Outcome
from triage.domain.document import AnnouncedClock, Attachment, Document, GivenPriority
from triage.domain.event import Event, Fault, Person
from triage.ports import CaseRow, Part, ShadowTally, Sibling

TWO_MEGABYTES = "诉" * 700_000
EXACT = datetime(2026, 3, 2, 1, 30, 59, 123456, tzinfo=UTC)

DOCUMENT = Document(
    events=(
        Event(
            id="e1",
            source="/core",
            type="complaint.registered",
            subject="C-1",
            time=EXACT,
            data={"text": NASTY, "amount": 1.5, "causes": ["delay", None], "nested": {"空": []}},
            faults=(Fault("customer.age", "'abc'", "a number"),),
        ),
    ),
    opened_at=EXACT,
    attached={"reply-15d": Attachment("r1", EXACT)},
    pins={"reply": "r1"},
    clocks={"reply": (AnnouncedClock(cycle=2, state="running", due_at=EXACT, breached=True),)},
    priorities=(GivenPriority(EXACT, "P1"),),
    calendars={"reply": "r2"},
    refused=(("pause", "/core", "e1", "reply"),),
    seen_until=EXACT,
    steps=(a_step(), a_step(step="warning-1", resolved="moved")),
    outcome=Outcome(
        priority="P1", department="claims", team=None, handler="h1", owner=Person("w.l", "王磊"), tags=("媒体",)
    ),
    revision="r1",
    sequences={"decisions": 3},
    closed_at=EXACT,
    missing=("complaint.reply_sent",),
)


def test_a_case_comes_back_as_written(store: SqlStore) -> None:
    """Every column and the whole document, for the writer's next turn and for reading verbs alike."""
    full = a_case(
        NASTY,
        customer=f"客户 {NASTY}",
        status="investigating",
        priority="P1",
        department="理赔部",
        owner="O'Brien",
        received_at=EXACT,
        version=7,
        document=DOCUMENT,
    )
    write(store, full, a_case("bare"))
    found = [stored_case(store, NASTY), stored_case(store, "bare")]
    assert [msgspec.structs.replace(case, no=0) for case in found] == [full, a_case("bare")]
    with store.read() as reading:
        assert list(reading.cases(ids=[NASTY, "bare"])) == found


def test_a_document_of_two_megabytes_comes_back(store: SqlStore) -> None:
    """No length is cut, neither in inserts nor in updates."""
    write(store, a_case(customer=TWO_MEGABYTES[:500]))
    case = stored_case(store)
    case.document = Document(missing=(TWO_MEGABYTES,))
    write(store, case)
    assert stored_case(store).document.missing == (TWO_MEGABYTES,)


def test_a_timeline_comes_back_in_order(store: SqlStore) -> None:
    """Events, steps and commands, with 2 MB bodies and microseconds, by `seq` whatever the order of writing."""
    rows = [
        a_timeline_row(seq=1, event_id=NASTY, source=NASTY, event_time=EXACT, recorded_at=EXACT, body=TWO_MEGABYTES),
        a_timeline_row(seq=2, kind="step", type="escalated", event_id=None, source=None, digest=None, decision=NASTY),
        a_timeline_row(seq=3, kind="command", type="erase", event_id=None, source=None, digest=None, body=""),
    ]
    write(store, a_case(), a_case("C-2"), timeline=[*reversed(rows), a_timeline_row("C-2")])
    with store.read() as reading:
        assert reading.timeline("C-1") == rows
        assert reading.timeline("C-2") == [a_timeline_row("C-2")]
        assert reading.timeline("unknown") == []


def test_clocks_come_back_as_written(store: SqlStore) -> None:
    """Running, ended and undated clocks keep their instants to the microsecond."""
    clocks = [
        a_clock(started_at=EXACT, due_at=EXACT, original_due_at=EXACT, next_at=EXACT, provisional=True),
        a_clock(cycle=2, state="met", ended_at=EXACT, breached=True, next_step=None, next_at=None),
        a_clock(clock="回访", state="paused", due_at=None, next_step=None, next_at=None),
    ]
    write(store, a_case(), clocks=clocks)
    with store.read() as reading:
        found = reading.clocks([stored_case(store).no])
    assert sorted(found, key=lambda clock: (clock.clock, clock.cycle)) == clocks


def test_steps_dead_letters_and_audit_come_back(store: SqlStore, store_url: str) -> None:
    """A notice's row, a dead letter's bytes and headers, and who did what are kept exactly."""
    letters = [
        a_dead_letter(
            1,
            detail=NASTY,
            at=EXACT,
            value=bytes(range(256)),
            headers=(("trace", bytes(range(256))), ("trace", b"")),
            case="C-1",
            copy=True,
        ),
        a_dead_letter(2, value=b""),
    ]
    write(store, a_case(), dead_letters=letters, steps=[("C-1", a_step(due_at=EXACT, state="superseded"))])
    with store.transaction() as tx:
        tx.audit("王磊", NASTY, "")
    with store.read() as reading:
        assert kept_letters(reading) == letters[::-1]
    number = stored_case(store).no
    assert [tuple(row) for row in rows_of(store_url, "notices")] == [
        (number, "reply", 1, "breach", EXACT, 0, "superseded", NOW + SECOND, None)
    ]
    assert [tuple(row)[1:] for row in rows_of(store_url, "audit")] == [(NOW, "王磊", NASTY, "")]


@pytest.mark.parametrize("year", [1, 999, 1969, 2026, 9999])
def test_an_instant_is_the_same_in_every_zone_and_year(store: SqlStore, year: int) -> None:
    """Instants given in other zones come back as the same instant in UTC."""
    shanghai = datetime(year, 6, 1, 9, 30, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    write(store, a_case(received_at=shanghai))
    found = stored_case(store).received_at
    assert (found, found.utcoffset()) == (shanghai, timedelta(0))


NUMBERS = itertools.count()
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, at=st.datetimes(timezones=st.just(UTC)), value=st.binary(max_size=40))
def test_any_text_instant_and_bytes_come_back(store: SqlStore, text: str, at: datetime, value: bytes) -> None:
    """Whatever the codec lets through, the store gives back."""
    number = next(NUMBERS)
    name = f"{number} {text}"
    case = a_case(name, owner=text, received_at=at, document=Document(pins={text: text}))
    row = a_timeline_row(name, event_id=name, source=text, event_time=at, body=text)
    clock = a_clock(name, text, next_at=at)
    message = a_message(number, value, key=text, headers=((text, value),))
    letter = a_dead_letter(number, detail=text, value=value, headers=((text, value),))
    write(store, case, timeline=[row], clocks=[clock], messages=[message], dead_letters=[letter])
    found = stored_case(store, name)
    with store.read() as reading:
        assert msgspec.structs.replace(found, no=0) == case
        assert reading.timeline(name) == [row]
        assert reading.clocks([found.no]) == [clock]
        assert msgspec.structs.replace(reading.recent_messages("decisions", 1)[0], no=0) == message
        assert reading.letters.whole(letter.id) == letter


def test_new_cases_get_numbers_and_updates_keep_them(store: SqlStore) -> None:
    """In one write of new and known cases every child row lands at its own case."""
    write(store, a_case("b"), a_case("a"))
    known = stored_case(store, "b")
    number = known.no
    known.status, known.version = "assigned", 2
    write(store, a_case("c"), known, timeline=[a_timeline_row(name) for name in ("c", "b")], clocks=[a_clock("b")])
    found = {name: stored_case(store, name) for name in "abc"}
    assert found["b"] == known
    assert found["b"].no == number
    assert 0 < number < found["c"].no
    assert len({case.no for case in found.values()}) == 3
    with store.read() as reading:
        assert [len(reading.timeline(name)) for name in "abc"] == [0, 1, 1]
        assert [clock.case for clock in reading.clocks([case.no for case in found.values()])] == ["b"]


def test_a_large_batch_is_written_whole(store: SqlStore) -> None:
    """Thousands of rows in one transaction, each child at its own case."""
    cases = [a_case(f"C-{number:04}") for number in range(2000)]
    rows = [a_timeline_row(case.id, body=case.id) for case in cases]
    write(store, *cases, timeline=rows, clocks=[a_clock(case.id, revision=case.id) for case in cases])
    with store.read() as reading:
        assert reading.timeline("C-1999") == [rows[-1]]
        found = {case.no: case.id for case in reading.cases()}
        assert len(found) == 2000
        clocks = reading.clocks(list(found))
    assert {(clock.case, clock.revision) for clock in clocks} == {(case.id, case.id) for case in cases}


def test_an_event_counts_once(store: SqlStore, store_url: str) -> None:
    """A second row of the same (event id, source) fails, at whatever case, and nothing of its transaction stays."""
    write(store, a_case(), timeline=[a_timeline_row(event_id="e1")])
    before = row_counts(store_url)
    for case, row in (
        (stored_case(store), a_timeline_row(seq=2, event_id="e1")),
        (a_case("C-2"), a_timeline_row("C-2", event_id="e1")),
    ):
        with pytest.raises(IntegrityError):
            write(store, case, timeline=[row], messages=[a_message(1)])
    assert row_counts(store_url) == before
    write(store, stored_case(store), timeline=[a_timeline_row(seq=2, event_id="e1", source="/app")])
    steps = [a_timeline_row(seq=seq, kind="step", event_id=None, source=None) for seq in (3, 4)]
    write(store, stored_case(store), timeline=steps)
    with store.read() as reading:
        assert len(reading.timeline("C-1")) == 4


@pytest.mark.parametrize(
    "again", [{"timeline": [a_timeline_row()]}, {"messages": [a_message(1)]}, {"dead_letters": [a_dead_letter(1)]}]
)
def test_append_only_rows_are_not_written_twice(store: SqlStore, again: dict[str, list[object]]) -> None:
    """A timeline's place, a message's id and a dead letter's id are unique."""
    write(store, a_case(), **again)
    with pytest.raises(IntegrityError):
        write(store, stored_case(store), **again)


def test_a_case_is_opened_once(store: SqlStore) -> None:
    """Of two openings of the same case the second fails, and is to be tried again on the first."""
    write(store, a_case())
    with pytest.raises(IntegrityError):
        write(store, a_case())


def test_a_step_fires_once(store: SqlStore, store_url: str) -> None:
    """The same notice key cannot be inserted twice; another due time of the same step is another key."""
    write(store, a_case(), steps=[("C-1", a_step())])
    with pytest.raises(IntegrityError):
        write(store, stored_case(store), steps=[("C-1", a_step(state="historic"))], messages=[a_message(1)])
    write(store, stored_case(store), steps=[("C-1", a_step(due_at=NOW + SECOND / 1_000_000))])
    assert row_counts(store_url) == {"cases": 1, "notices": 2}
    assert {row.state for row in rows_of(store_url, "notices")} == {"fired"}


def test_resolving_updates_a_step(store: SqlStore, store_url: str) -> None:
    """A fired step that no longer stands keeps its row; one that fires and is resolved at once has one row too."""
    write(store, a_case(), steps=[("C-1", a_step())])
    both = [("C-1", a_step(step="warning-1")), ("C-1", a_step(step="warning-1", resolved="met"))]
    write(store, stored_case(store), steps=[("C-1", a_step(resolved="moved")), *both])
    found = {row.step: (row.state, row.resolved) for row in rows_of(store_url, "notices")}
    assert found == {"breach": ("fired", "moved"), "warning-1": ("fired", "met")}
    assert row_counts(store_url)["notices"] == 2


def test_clocks_are_replaced_and_dropped(store: SqlStore) -> None:
    """A clock's cycle has one row, the latest; a cycle whose start never happened leaves none, its neighbours stay."""
    write(
        store,
        a_case(),
        a_case("C-2"),
        clocks=[*(a_clock(cycle=cycle) for cycle in (1, 2, 3)), a_clock("C-2"), a_clock("C-2", "回访")],
    )
    ended = a_clock(state="met", ended_at=EXACT, due_at=None, next_step=None, next_at=None, breached=True)
    gone = {("C-1", "reply", 2), ("C-2", "回访", 1), ("C-2", "reply", 9)}
    cases = [stored_case(store), stored_case(store, "C-2")]
    write(store, *cases, clocks=[ended], gone_clocks=gone)
    with store.read() as reading:
        found = reading.clocks([case.no for case in cases])
    assert sorted(found, key=lambda clock: (clock.case, clock.cycle)) == [ended, a_clock(cycle=3), a_clock("C-2")]


def test_a_rollback_leaves_nothing(store: SqlStore, store_url: str) -> None:
    """When the block raises, no table holds a row of it."""

    class Stop(Exception):
        pass

    everything = changes(
        a_case(),
        clocks=[a_clock()],
        timeline=[a_timeline_row()],
        steps=[("C-1", a_step())],
        messages=[a_message(1)],
        dead_letters=[a_dead_letter(1)],
    )

    def transaction(error: type[Stop] | None) -> None:
        with store.transaction() as tx:
            tx.offsets.begin(Part("events", 0), None, 0)
            tx.cases.write(everything)
            tx.rulebooks.keep(a_rulebook("r1"))
            tx.rulebooks.change("activated", "r1", at=NOW, who="li.na", why="test")
            tx.rulebooks.put_tally(ShadowTally(1, "r1", "desk-1", "{}"))
            tx.audit("li.na", "activate", "test")
            if error:
                raise error

    with pytest.raises(Stop):
        transaction(Stop)
    assert row_counts(store_url) == {}
    transaction(None)
    tables = (
        "audit",
        "cases",
        "clocks",
        "dead_letters",
        "notices",
        "offsets",
        "outbox",
        "rulebook_changes",
        "rulebooks",
        "shadow_tallies",
        "timeline",
    )
    assert row_counts(store_url) == dict.fromkeys(tables, 1)


def test_known_events_are_told_by_id_and_source(store: SqlStore) -> None:
    """An event is known by both; the digest tells a repetition from a conflict."""
    rows = [
        a_timeline_row(seq=1, event_id="e'1", source="/投诉", digest="x"),
        a_timeline_row(seq=2, event_id="e'1", source="/core", digest="y"),
    ]
    write(store, a_case(), timeline=rows)
    asked = {("e'1", "/投诉"), ("e'1", "/app"), ("e2", "/core")}
    with store.transaction() as tx:
        assert tx.cases.known_events(asked) == {("e'1", "/投诉"): "x"}
        assert tx.cases.known_events([]) == {}


def test_siblings_are_every_case_of_the_customer(store: SqlStore) -> None:
    """With their receipt, and whether they are open."""
    statuses = ["unregistered", "followed_up", "closed", "withdrawn", "merged"]
    cases: list[CaseRow] = [a_case(status, status=status, customer="客户", received_at=EXACT) for status in statuses]
    write(store, *cases, a_case("other", customer="other"), a_case("nobody"))
    with store.transaction() as tx:
        found = tx.cases.of_customers(["客户", "unknown"])
        assert tx.cases.of_customers([]) == {}
    assert set(found) == {"客户"}
    assert sorted(found["客户"]) == sorted(
        Sibling(status, EXACT, status in ("unregistered", "followed_up")) for status in statuses
    )


def test_a_transaction_has_the_services_time(store: SqlStore, time: MovableTime, backend: str) -> None:
    """One clock for all instances: PostgreSQL's own, turned into the service's time; the machine's on SQLite."""
    with store.transaction() as tx:
        assert tx.now() == NOW
    assert len(time.reals) == (backend == "PostgreSQL")
    assert all(abs(real - datetime.now(UTC)) < timedelta(minutes=1) for real in time.reals)
