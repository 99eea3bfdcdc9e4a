"""Dead letters judged anew: what can be applied is applied once, whoever redrives it and however often."""

import json
from datetime import timedelta
from math import inf
from typing import Any

import msgspec
import pytest

from monitors.metrics.registry import Metrics
from tests.builders_rules import sound_rules
from tests.contract.builders import NOW, MovableTime, a_dead_letter, at_once, kept_letters, rows_of, write
from tests.contract.conftest import Open
from tests.unit.loops.fakes import Noted
from triage.adapters.store.store import SqlStore
from triage.ports import DeadLetter, LetterHead, Part, Record
from triage.service.handle_event import EventHandler
from triage.service.low_mark import LowMark
from triage.service.redrive import RedrivenLine, Redriver, Word
from triage.service.release import Library

PART = Part("events", 0)
WORD = Word("li.na", "mended")


def an_event(number: int = 1, **fields: Any) -> bytes:
    """The registration of the case C-<number>."""
    envelope = {
        "specversion": "1.0", "id": f"e{number}", "source": "/test", "type": "complaint.registered",
        "subject": f"C-{number}", "time": (NOW - timedelta(minutes=1)).isoformat(),
        "data": {"channel": "phone", "customer": {"id": f"K-{number}"}, "causes": ["medical_dispute"]},
    }  # fmt: skip
    return json.dumps({**envelope, **fields}).encode()


class Defective(EventHandler):
    """The real handler with a defect that one case meets until it is mended. It fails at the last moment, when
    everything is written."""

    defect: str | None = "C-1"

    def judge_anew(self, tx: Any, letter: DeadLetter) -> Any:
        anew = super().judge_anew(tx, letter)
        if anew.case is not None and anew.case == self.defect:
            raise ValueError(f"personal words of {anew.case}")
        return anew


class Desk:
    """A store with active rules, a daemon's handler, and an operator at it."""

    def __init__(self, store: SqlStore, time: MovableTime) -> None:
        self.store, self.time = store, time
        self.library = Library(Noted())
        self.library.propose(store, dict(sound_rules()), "deploy")
        self.low_mark = LowMark((), inf, time)
        self.handler = Defective(store, self.library, Metrics(), self.low_mark, time)
        self.handler.defect = None

    def came(self, *values: bytes) -> list[LetterHead]:
        """The values come as events; gives the dead letters, the oldest first."""
        with self.store.transaction() as tx:
            known = tx.offsets.begin(PART, None, 0).next_offset
        self.handler.handle(PART, known, [_record(known + at, value) for at, value in enumerate(values)])
        return self.letters()

    def quarantined(self, value: bytes) -> str:
        """The event could not be applied; gives its dead letter's id."""
        with self.store.transaction() as tx:
            known = tx.offsets.begin(PART, None, 0).next_offset
        self.handler.quarantine(PART, known, _record(known, value), "ValueError in somewhere")
        return self.letters()[-1].id

    def letters(self) -> list[LetterHead]:
        with self.store.read() as reading:
            return [
                LetterHead(
                    id=one.id, reason=one.reason, detail=one.detail, origin=one.origin, at=one.at, size=len(one.value),
                    case=one.case, copy=one.copy, redriven=one.redriven,
                )
                for one in kept_letters(reading)[::-1]
            ]  # fmt: skip

    def redrive(self, letter: str, word: Word = WORD) -> RedrivenLine:
        return Redriver(self.store, self.library, self.handler).redrive(letter, word)


def _record(offset: int, value: bytes) -> Record:
    return Record(offset=offset, next_offset=offset + 1, value=value)


@pytest.fixture
def desk(store: SqlStore, time: MovableTime) -> Desk:
    return Desk(store, time)


def events_of(url: str) -> list[str]:
    return sorted(row.event_id for row in rows_of(url, "timeline") if row.kind == "event")


def test_a_quarantined_event_is_applied_once(desk: Desk, store_url: str) -> None:
    """To the case that was opened for it: clocks and a decision as if it had just come; marked and audited; a second
    word about it changes nothing."""
    letter = desk.quarantined(an_event())
    (opened,) = rows_of(store_url, "cases")
    assert (opened.status, rows_of(store_url, "clocks")) == ("unregistered", [])
    assert desk.redrive(letter) == RedrivenLine(id=letter, result="applied", case="C-1", detail="")
    (case,) = rows_of(store_url, "cases")
    assert (case.no, case.status) == (opened.no, "registered")
    assert events_of(store_url) == ["e1"]
    assert rows_of(store_url, "clocks")
    (kept,) = desk.letters()
    assert kept.redriven == (NOW, "li.na", "applied")
    before = {name: rows_of(store_url, name) for name in ("timeline", "outbox", "clocks", "dead_letters", "audit")}
    again = desk.redrive(letter, Word("王磊", "again"))
    assert (again.result, again.is_done) == ("already", True)
    assert again.detail == "redriven by li.na at 2026-03-02T01:30:00Z: applied"
    assert {name: rows_of(store_url, name) for name in before} == before
    assert [(row.who, row.what, row.why) for row in rows_of(store_url, "audit") if row.who != "deploy"] == [
        ("li.na", f"redrove dead letter {letter} of case C-1: applied", "mended")
    ]


def test_of_two_operators_at_once_one_applies_it(
    desk: Desk, open_another: Open, time: MovableTime, store_url: str
) -> None:
    """The second waits for the first, and finds it done; of several letters each is applied once."""
    ids = [desk.quarantined(an_event(number)) for number in range(1, 9)]
    operators = [Desk(open_another(), time) for _ in range(2)]

    def all_of(operator: Desk) -> list[str]:
        return [operator.redrive(letter).result for letter in ids]

    results = at_once(*(lambda one=one: all_of(one) for one in operators))
    assert [sorted(pair) for pair in zip(*results, strict=True)] == [["already", "applied"]] * len(ids)
    assert events_of(store_url) == [f"e{number}" for number in range(1, 9)]


def test_an_event_that_was_sent_again_meanwhile_is_a_duplicate(desk: Desk, store_url: str) -> None:
    """Nothing is applied, and the letter is done with."""
    letter = desk.quarantined(an_event())
    desk.came(an_event())
    outputs = rows_of(store_url, "outbox")
    line = desk.redrive(letter)
    assert (line.result, line.case, line.is_done) == ("duplicate", "C-1", True)
    assert events_of(store_url) == ["e1"]
    assert rows_of(store_url, "outbox") == outputs
    assert desk.letters()[0].redriven == (NOW, "li.na", "duplicate")


def test_an_event_that_fails_again_stays(desk: Desk, store_url: str) -> None:
    """Nothing of it is kept and no word of it is told; once the defect is mended it is applied."""
    letter = desk.quarantined(an_event())
    before = {name: rows_of(store_url, name) for name in ("cases", "timeline", "outbox", "dead_letters", "audit")}
    desk.handler.defect = "C-1"
    line = desk.redrive(letter)
    assert (line.result, line.is_done) == ("failed", False)
    assert line.detail.startswith("ValueError in tests.contract.test_redrive, line ")
    assert {name: rows_of(store_url, name) for name in before} == before
    desk.handler.defect = None
    assert desk.redrive(letter).result == "applied"


def test_a_dry_run_changes_nothing(desk: Desk, store_url: str) -> None:
    """It says what would become of it."""
    letter = desk.quarantined(an_event())
    before = {name: rows_of(store_url, name) for name in ("cases", "timeline", "outbox", "dead_letters", "audit")}
    assert desk.redrive(letter, Word("li.na", "", dry_run=True)).result == "applied"
    assert {name: rows_of(store_url, name) for name in before} == before
    assert desk.redrive(letter).result == "applied"


def test_a_time_ahead_is_applied_when_it_has_come(desk: Desk, store_url: str) -> None:
    """The sender's clock was ahead; until then the letter stays, and says so."""
    (letter,) = desk.came(an_event(time=(NOW + timedelta(hours=1)).isoformat()))
    assert letter.reason == "future_time"
    line = desk.redrive(letter.id)
    assert (line.result, line.detail.partition(":")[0]) == ("stays", "future_time")
    desk.time.forward(3600)
    assert desk.redrive(letter.id).result == "applied"
    assert events_of(store_url) == ["e1"]


@pytest.mark.parametrize(
    ("value", "reason"), [(b"{", "unreadable"), (b'{"id": 1}', "no_envelope"), (b"\xff\xfe", "unreadable")]
)
def test_bytes_that_nobody_can_read_stay(desk: Desk, store_url: str, value: bytes, reason: str) -> None:
    """With the reason; the letter is not doubled."""
    (letter,) = desk.came(value)
    line = desk.redrive(letter.id)
    assert (line.result, line.detail) == ("stays", f"{reason}: {letter.detail}")
    assert desk.letters() == [letter]
    assert len(rows_of(store_url, "outbox")) == 1


def test_a_conflict_stays_one(desk: Desk, store_url: str) -> None:
    """The id stands on a timeline with other content: only its sender can say which holds."""
    (letter,) = desk.came(an_event(), an_event(data={"channel": "email"}))
    assert letter.reason == "id_conflict"
    line = desk.redrive(letter.id)
    assert (line.result, line.case) == ("stays", "C-1")
    assert line.detail == "id_conflict: an event of this id and source came before with other content"
    assert events_of(store_url) == ["e1"]
    assert desk.letters() == [letter]


def test_a_copy_has_nothing_to_redrive(desk: Desk, store_url: str) -> None:
    """Its event is on the timeline already."""
    (letter,) = desk.came(an_event(data={"channel": "pigeon", "customer": {"id": "K"}, "causes": ["other"]}))
    assert (letter.reason, letter.copy) == ("faulty_data", True)
    line = desk.redrive(letter.id)
    assert (line.result, line.is_done) == ("refused", False)
    assert line.detail.startswith("a copy: its event is on the timeline of case C-1; ")
    assert events_of(store_url) == ["e1"]


def test_what_is_faulty_when_it_is_redriven_leaves_a_copy(desk: Desk, store_url: str) -> None:
    """As a live event would, with the origin of the first letter."""
    letter = desk.quarantined(an_event(data={"channel": "pigeon", "customer": {"id": "K"}, "causes": ["other"]}))
    assert desk.redrive(letter).result == "applied"
    first, copy = desk.letters()
    assert (first.id, first.redriven and first.redriven.became) == (letter, "applied")
    assert (copy.reason, copy.copy, copy.origin, copy.redriven) == ("faulty_data", True, first.origin, None)
    assert sum(row.topic == "dead_letters" for row in rows_of(store_url, "outbox")) == 2


def test_bytes_that_are_gone_or_cut_are_refused_with_words(desk: Desk) -> None:
    """Half an event is none."""
    write(
        desk.store,
        dead_letters=[
            a_dead_letter(1, value=b"", reason="quarantined"),
            a_dead_letter(2, value=an_event()[:50], headers=(("dlq_sha256", b"0" * 64),)),
        ],
    )
    lines = [desk.redrive(name) for name in ("dl1", "dl2", "dl3")]
    assert [line.result for line in lines] == ["refused"] * 3
    assert [line.detail.partition(";")[0] for line in lines] == [
        "none of its bytes are kept",
        "its bytes were cut before they came here",
        "there is no such dead letter any more",
    ]


def test_a_letters_trace_goes_on(desk: Desk, store_url: str) -> None:
    """Headers come along: outputs name the trace that the event came with."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    kept = msgspec.structs.replace(a_dead_letter(1, value=an_event()), headers=(("traceparent", trace.encode()),))
    write(desk.store, dead_letters=[kept])
    assert desk.redrive("dl1").result == "applied"
    assert {json.loads(row.payload)["traceparent"] for row in rows_of(store_url, "outbox")} == {trace}
