"""What operators look after: dead letters, outputs that were not sent, the audit."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from monitors.ports import Delivery
from tests.contract.builders import (
    NASTY,
    NOW,
    SECOND,
    MovableTime,
    a_dead_letter,
    a_message,
    rows_of,
    write,
)
from triage.adapters.store.store import SqlStore
from triage.errors import Refused
from triage.ports import LetterFilter, OutputRow, Redriven
from triage.service import outbox_desk
from triage.service.redrive import chosen, named


def letters(store: SqlStore, limit: int | None = None, **asked: Any) -> list[str]:
    with store.read() as reading:
        return [head.id for head in reading.letters.heads(LetterFilter(**asked), limit)]


def test_dead_letters_are_listed_the_newest_first_without_their_bytes(store: SqlStore) -> None:
    """By reason, case and time; how many bytes are kept is told, also of none and of bytes beyond ASCII."""
    values = [b"", "投诉".encode(), bytes(range(256))]
    kept = [
        a_dead_letter(at, value=value, detail=NASTY, at=NOW + at * SECOND, case=f"C-{at}", reason=f"r{at % 2}")
        for at, value in enumerate(values)
    ]
    write(store, dead_letters=kept)
    with store.read() as reading:
        heads = reading.letters.heads(LetterFilter())
        assert [(head.id, head.size, head.detail, head.at, head.case) for head in heads] == [
            (letter.id, len(letter.value), NASTY, letter.at, letter.case) for letter in reversed(kept)
        ]
        assert [reading.letters.whole(letter.id) for letter in kept] == kept
        assert reading.letters.whole("none") is None
    assert letters(store, limit=2) == ["dl2", "dl1"]
    assert letters(store, reason="r0") == ["dl2", "dl0"]
    assert letters(store, case="C-1") == ["dl1"]
    assert letters(store, since=NOW + SECOND) == ["dl2", "dl1"]
    assert letters(store, since=NOW + SECOND, reason="r0") == ["dl2"]


def test_a_letter_is_named_by_the_beginning_of_its_id(store: SqlStore) -> None:
    """One that names none or several is refused, each with a line; no character of it is a wildcard."""
    write(store, dead_letters=[msgspec.structs.replace(a_dead_letter(0), id=name) for name in ("a_1", "ab1", "b%")])
    with store.read() as reading:
        assert named(reading, ["b", "a_"]) == ["b%", "a_1"]
        with pytest.raises(Refused) as refused:
            named(reading, ["a", "c", "%"])
    assert refused.value.reasons == (
        "a is the beginning of 2 dead letters", "there is no dead letter c", "there is no dead letter %",
    )  # fmt: skip


def test_redriven_letters_are_marked_and_passed_over(store: SqlStore) -> None:
    """Who, when and what became of it come back; copies are never chosen."""
    write(store, dead_letters=[a_dead_letter(1), a_dead_letter(2), a_dead_letter(3, copy=True), a_dead_letter(4)])
    done = Redriven(NOW + SECOND, "王磊", "applied")
    with store.transaction() as tx:
        locked = tx.letters.lock("dl2")
        assert locked is not None
        assert locked.redriven is None
        tx.letters.mark("dl2", done)
        again = tx.letters.lock("dl2")
        assert again == msgspec.structs.replace(locked, redriven=done)
        assert tx.letters.lock("none") is None
    assert letters(store) == ["dl4", "dl3", "dl1"]
    assert letters(store, redriven=True) == ["dl4", "dl3", "dl2", "dl1"]
    with store.read() as reading:
        assert chosen(reading, LetterFilter()) == (["dl1", "dl4"], 1)
        assert [head.redriven for head in reading.letters.heads(LetterFilter(redriven=True))] == [
            None, None, done, None,
        ]  # fmt: skip


@pytest.fixture
def waiting(store: SqlStore) -> list[int]:
    """The numbers of four outputs: pending, held, failed, sent."""
    write(store, messages=[a_message(at, NASTY.encode(), key=f"C-{at}") for at in range(3)])
    write(store, messages=[a_message(3, bytes(range(256)), topic="dead_letters")])
    numbers = [message.no for message in store.outbox.pending(4)]
    results = (("held", 1, "refuses"), ("failed", 2, "too large"), ("sent", 3, ""))
    store.outbox.mark([Delivery(numbers[at], result, detail) for result, at, detail in results])
    return numbers


def states(url: str) -> list[str]:
    return [row.state for row in sorted(rows_of(url, "outbox"), key=lambda row: int(row.no))]


def test_outputs_that_were_not_sent_are_listed_the_oldest_first(store: SqlStore, waiting: list[int]) -> None:
    """With why; what would be sent only when it is asked for."""
    with store.read() as reading:
        found = reading.outputs.unsent(["pending", "held", "failed"])
        assert [(row.no, row.state, row.detail, row.key, row.recorded_at) for row in found] == [
            (waiting[0], "pending", None, "C-0", NOW),
            (waiting[1], "held", "refuses", "C-1", NOW),
            (waiting[2], "failed", "too large", "C-2", NOW),
        ]
        assert {row.payload for row in found} == {None}
        assert [row.no for row in reading.outputs.unsent(["held", "failed"], limit=1)] == [waiting[1]]
        assert reading.outputs.unsent(["pending"], topic="alerts") == []
        (sent,) = reading.outputs.unsent(["sent"], topic="dead_letters", payload=True)
        assert sent.payload == bytes(range(256))
        (first,) = reading.outputs.unsent(["pending"], payload=True)
        assert first.payload == NASTY.encode()


def test_an_output_is_named_by_its_number_or_the_beginning_of_its_id(store: SqlStore, waiting: list[int]) -> None:
    """Whatever its state."""

    def found(name: str) -> list[OutputRow]:
        with store.read() as reading:
            return reading.outputs.named(name)

    assert [row.id for row in found(str(waiting[3]))] == ["m3"]
    assert [row.no for row in found("m1")] == [waiting[1]]
    assert [row.no for row in found("m")] == waiting
    assert found("%") == found("99999") == []


def test_what_failed_is_tried_again_by_an_operators_word(store: SqlStore, store_url: str, waiting: list[int]) -> None:
    """All that failed, or those that are named; audited one by one."""
    assert outbox_desk.retry(store, (), who="li.na", reason="limit raised") == 1
    assert states(store_url) == ["pending", "held", "pending", "sent"]
    assert outbox_desk.retry(store, ["m1"], who="li.na", reason="topic made") == 1
    assert [message.no for message in store.outbox.pending(9)] == waiting[:3]
    assert [(row.who, row.what, row.why) for row in rows_of(store_url, "audit")] == [
        (
            "li.na",
            f"outbox: output {waiting[2]} (m2, decisions, key C-2, sequence 2) is tried again, it was failed",
            "limit raised",
        ),
        (
            "li.na",
            f"outbox: output {waiting[1]} (m1, decisions, key C-1, sequence 1) is tried again, it was held",
            "topic made",
        ),
    ]
    assert outbox_desk.retry(store, (), who="li.na", reason="again") == 0


def test_a_dropped_output_is_never_sent_and_never_silently(store: SqlStore, store_url: str, waiting: list[int]) -> None:
    """The row stays, with who dropped it; neither a dispatcher that had it in hand nor a retry brings it back."""
    assert outbox_desk.drop(store, [str(no) for no in waiting[:3]], who="li.na", reason="wrong") == 3
    assert states(store_url) == ["dropped", "dropped", "dropped", "sent"]
    assert {row.detail for row in rows_of(store_url, "outbox") if row.state == "dropped"} == {"dropped by li.na"}
    assert [row.what.partition(" is dropped, ")[2] for row in rows_of(store_url, "audit")] == [
        "it was pending", "it was held", "it was failed",
    ]  # fmt: skip
    store.outbox.mark([Delivery(waiting[0], "held", "no"), Delivery(waiting[1], "failed", "no")])
    assert states(store_url) == ["dropped", "dropped", "dropped", "sent"]
    assert store.outbox.pending(9) == []
    store.outbox.mark([Delivery(waiting[2], "sent")])  # it was under way: what is true counts
    assert states(store_url) == ["dropped", "dropped", "sent", "sent"]


def test_a_wrong_name_changes_nothing(store: SqlStore, store_url: str, waiting: list[int]) -> None:
    """One line a fault, and the sound ones are left alone too."""
    with pytest.raises(Refused) as refused:
        outbox_desk.drop(store, ["m1", "m", "x", "m3"], who="li.na", reason="wrong")
    assert refused.value.reasons == (
        "m names 4 outputs", "there is no output x", "output m3 is sent, not pending or held or failed",
    )  # fmt: skip
    with pytest.raises(Refused, match=r"^output m0 is pending, not held or failed$"):
        outbox_desk.retry(store, ["m0"], who="li.na", reason="impatient")
    assert states(store_url) == ["pending", "held", "failed", "sent"]
    assert rows_of(store_url, "audit") == []


def test_the_audit_is_read_the_newest_first(store: SqlStore, time: MovableTime) -> None:
    """By time, by person, and by how what was done begins, letter for letter."""
    for who, what in (("王磊", "paused sweep"), ("li.na", "Paused _%"), ("li.na", "paused_x")):
        with store.transaction() as tx:
            tx.audit(who, what, NASTY)
        time.forward(1)
    with store.read() as reading:

        def whats(**asked: Any) -> list[str]:
            return [row.what for row in reading.audit.rows(**asked)]

        assert whats() == ["paused_x", "Paused _%", "paused sweep"]
        assert whats(what="paused") == ["paused_x", "paused sweep"]
        assert whats(what="Paused _%") == ["Paused _%"]
        assert whats(who="li.na", limit=1) == ["paused_x"]
        assert whats(since=NOW + timedelta(seconds=1), what="P") == ["Paused _%"]
        (oldest,) = reading.audit.rows(who="王磊")
        assert (oldest.at, oldest.why) == (NOW, NASTY)
