"""What every source promises to the consumer: files, folders, pipes and Kafka alike."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.contract.sources.conftest import Open
from tests.contract.sources.inputs import Input, is_caught_up, place, read, read_all, start, until, values
from triage.ports import EventSource, Part

EVENTS = [b'{"no":%d}' % number for number in range(5)]


def test_records_come_once_and_in_order(feed: Input, source: EventSource) -> None:
    """From the beginning, each record comes once, in order, byte for byte; positions rise and leave no record out."""
    feed.append(*EVENTS)
    start(source)
    found = read_all(source)
    assert values(found) == EVENTS
    assert len({part for part, _ in found}) == 1
    records = [record for _, record in found]
    for one, after in pairwise(records):
        assert one.offset < one.next_offset <= after.offset
    assert not source.poll(0.1)


def test_records_come_while_the_source_is_open(feed: Input, source: EventSource) -> None:
    """What is appended later comes too, once."""
    start(source)
    for event in EVENTS:
        feed.append(event)
        assert values(read_all(source)) == [event]


def test_an_unplaced_part_gives_nothing(feed: Input, source: EventSource) -> None:
    """A part without a position waits for its place, however often it is polled."""
    feed.append(*EVENTS)
    source.open()

    def has_parts() -> bool:
        assert not source.poll(0.1)
        return {part for part, _ in source.unplaced()} >= set(source.parts())

    until(has_parts, "all parts are ours")
    for _ in range(5):
        assert not source.poll(0.1)
        assert not source.caught_up()
    assert not source.drained()
    place(source)
    assert not source.unplaced()
    assert values(read_all(source)) == EVENTS


def test_a_seek_back_gives_records_again(feed: Input, source: EventSource) -> None:
    """A batch that was rolled back is given again, from the position on, and equals what was given before."""
    feed.append(*EVENTS)
    start(source)
    found = read_all(source)
    part, third = found[2]
    assert source.seek(part, third.offset) == third.offset
    assert not source.drained()
    assert not is_caught_up(source)
    assert read_all(source) == found[2:]
    source.seek(part, None)
    assert read_all(source) == found


def test_the_beginning_is_where_the_first_record_is(feed: Input, source: EventSource) -> None:
    """Placed without a position, a part answers with the position of its beginning."""
    feed.append(*EVENTS)
    placed = start(source)
    part, first = read(source, len(EVENTS))[0]
    assert placed[part] == first.offset


def test_behind_the_last_record_nothing_comes_again(feed: Input, source: EventSource) -> None:
    """Continued behind the last record, a part gives what is new and nothing else."""
    feed.append(*EVENTS)
    start(source)
    part, last = read_all(source)[-1]
    assert source.seek(part, last.next_offset) == last.next_offset
    assert read_all(source) == []
    feed.append(b"{}")
    assert values(read_all(source)) == [b"{}"]


def test_a_part_that_is_not_ours_takes_no_place(feed: Input, source: EventSource) -> None:
    """To seek a part that is not ours answers None and changes nothing."""
    feed.append(*EVENTS)
    start(source)
    assert source.seek(Part("no-such-input", 0), 0) is None
    assert values(read_all(source)) == EVENTS


def test_caught_up_only_when_all_is_read(feed: Input, source: EventSource) -> None:
    """A part is not caught up at a time when a record waited in it; when it is, the time is between the last
    append and now."""
    start(source)
    feed.append(*EVENTS)
    appended = datetime.now(UTC)
    for _ in range(3):
        assert all(at < appended for part, at in source.caught_up().items() if part in _fed(source))
    assert values(read_all(source)) == EVENTS

    def says_now() -> bool:
        source.poll(0.1)
        times = source.caught_up()
        assert all(at.tzinfo is not None and at <= datetime.now(UTC) for at in times.values())
        return bool(times) and all(at >= appended for at in times.values())

    until(says_now, "caught up since the append")


def _fed(source: EventSource) -> set[Part]:
    """The part for whose records being caught up is noted: the first, or the only one."""
    return {source.parts()[0]}


def test_drained_when_all_is_polled(feed: Input, source: EventSource) -> None:
    """While records wait, or may still come through a pipe, the source is not drained; when all are polled it is."""
    feed.append(*EVENTS)
    start(source)
    assert not source.drained()
    read_all(source)
    assert source.drained() == feed.lasting
    feed.end()
    until(lambda: not source.poll(0.1) and source.drained(), "drained at the end")


def test_an_empty_input_is_caught_up(feed: Input, source: EventSource) -> None:
    """With nothing to read, every part is caught up, drained and without lag."""
    start(source)
    until(lambda: not source.poll(0.1) and is_caught_up(source), "caught up")
    assert source.drained() == feed.lasting
    assert sum(source.lag().values()) == 0


def test_lag_falls_to_nothing(feed: Input, source: EventSource) -> None:
    """Lag counts what waits, and is zero when all is read."""
    feed.append(*EVENTS)
    start(source)
    source.caught_up()
    assert sum(source.lag().values()) >= len(EVENTS)
    read_all(source)
    source.caught_up()
    assert sum(source.lag().values()) == 0


def test_progress_is_noted_for_the_inputs(feed: Input, source: EventSource) -> None:
    """Parts are there before any record, do not change, and their names are those that the low mark is told."""
    placed = start(source)
    parts = list(source.parts())
    assert set(placed) >= set(parts)
    assert {part.input for part in parts} <= set(source.inputs)
    feed.append(*EVENTS)
    read_all(source)
    assert list(source.parts()) == parts


def test_noting_what_is_committed_moves_nothing(feed: Input, source: EventSource) -> None:
    """Told what is committed, the source goes on where it was and can still go back to what is not committed."""
    feed.append(*EVENTS)
    start(source)
    found = read_all(source)
    part, third = found[2]
    source.note_committed(part, third.offset)
    assert not source.poll(0.1)
    source.seek(part, third.offset)
    assert read_all(source) == found[2:]


def test_a_source_is_closed_and_opened_again(feed: Input, source: EventSource) -> None:
    """Opened again, every part has to be placed again, under the same name, and continues at the stored position."""
    feed.append(*EVENTS)
    first = start(source)
    found = read_all(source)
    part, third = found[2]
    source.close()
    again = start(source, {part: third.offset})
    assert set(again) == set(first)
    assert read_all(source) == found[2:]


@pytest.mark.parametrize("feed", ["file", "spool", "kafka"], indirect=True)
def test_another_reader_continues(feed: Input, another: Open) -> None:
    """A later process finds the parts under their names and continues where the former one ended."""
    feed.append(*EVENTS)
    one = another()
    start(one)
    found = read_all(one)
    part, fourth = found[3]
    one.close()
    feed.append(b"{}")
    other = another()
    start(other, {part: fourth.offset})
    assert values(read_all(other)) == [*EVENTS[3:], b"{}"]


def test_a_held_part_gives_nothing_until_it_is_sought_again(feed: Input, source: EventSource) -> None:
    """It stays ours and is not told as caught up, even while nothing waits; then everything that came meanwhile is
    given once, from the position that is sought."""
    feed.append(*EVENTS[:3])
    placed = start(source)
    for part, record in read_all(source):
        placed[part] = record.next_offset
    for added in ([], EVENTS[3:]):
        feed.append(*added)
        for _ in range(5):
            placed |= place(source)
            source.hold(placed.keys())
            assert not source.poll(0.1)
            assert not source.caught_up()
    for one, offset in placed.items():
        assert source.seek(one, offset) == offset
    assert values(read_all(source)) == EVENTS[3:]
