"""One file: which bytes are an event, where it is, and what happens when the file changes under the reader."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.unit.sources.reading import NOW, open_source, place, poll, values
from triage.adapters.files.lines import BYTE_ORDER_MARK, MAX_BYTES, MAX_RECORDS, cut_lines
from triage.errors import BrokerAway, PositionLost, Unreachable
from triage.ports import Part, Record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def rename_over(path: Path, data: bytes) -> None:
    """As programs replace a file: written beside it, then renamed."""
    other = path.with_suffix(".new")
    other.write_bytes(data)
    other.rename(path)


def test_half_a_line_waits_for_its_rest(path: Path) -> None:
    """Half a line is no event; with its rest it is one."""
    path.write_bytes(b'{"a":1}\n{"b"')
    source = open_source(path)
    assert values(poll(source)) == [b'{"a":1}']
    append(path, b":2}")
    assert poll(source) == []
    append(path, b"\n")
    (record,) = poll(source)
    assert (record.value, record.offset, record.next_offset, record.line) == (b'{"b":2}', 8, 16, 2)


def test_a_first_line_in_halves_is_one_event(path: Path) -> None:
    """A file is known by its first line, so it is no part before that line is complete."""
    path.write_bytes(b'{"a"')
    source = open_source(path)
    assert poll(source) == []
    append(path, b":1}\n")
    assert values(poll(source)) == [b'{"a":1}']


def test_empty_lines_are_passed_over_and_counted(path: Path) -> None:
    """Empty and blank lines are no events, at the beginning, between and at the end; line numbers count them."""
    path.write_bytes(b"\n  \t\n{}\n\r\n\n[]\n\n")
    records = poll(open_source(path))
    assert [(record.value, record.line) for record in records] == [(b"{}", 3), (b"[]", 6)]


def test_a_byte_order_mark_and_windows_line_ends_are_no_content(path: Path) -> None:
    """A byte order mark at the beginning and CR LF are not part of any event; elsewhere the mark's bytes stay."""
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\xef\xbb\xbf{"b":2}\r\n')
    records = poll(open_source(path))
    assert values(records) == [b'{"a":1}', b'\xef\xbb\xbf{"b":2}']
    assert [record.offset for record in records] == [0, 12]


def test_the_last_line_without_a_newline(path: Path) -> None:
    """Without `once` it waits for its newline; with it, the line counts and the input is at its end."""
    path.write_bytes(b"{}\n[]")
    daemon = open_source(path)
    assert values(poll(daemon)) == [b"{}"]
    once = open_source(path, once=True)
    records = poll(once)
    assert values(records) == [b"{}", b"[]"]
    assert records[-1].next_offset == 5
    assert once.drained()
    assert once.caught_up() == {Part(once.inputs[0], 0): NOW}


def test_a_last_line_that_counted_does_not_come_again(path: Path) -> None:
    """Read with `once` without its newline, a line is not read again when the newline and more follow."""
    path.write_bytes(b"{}\n[]")
    position = poll(open_source(path, once=True))[-1].next_offset
    append(path, b"\nnull\n")
    source = open_source(path)
    place(source, position)
    assert values(poll(source)) == [b"null"]


def test_one_line_without_a_newline_is_a_whole_file(path: Path) -> None:
    """With `once`, a file of one unfinished line is one event."""
    path.write_bytes(b"{}")
    assert values(poll(open_source(path, once=True))) == [b"{}"]


def test_the_next_day_under_the_same_name_is_read_anew(path: Path) -> None:
    """A file replaced by one with another first line is a new part, read from its beginning, whatever its length."""
    path.write_bytes(b'{"day":1}\n{}\n')
    source = open_source(path)
    assert len(poll(source)) == 2
    rename_over(path, b'{"day":2}\n[]\nnull\n')
    assert values(poll(source)) == [b'{"day":2}', b"[]", b"null"]
    path.write_bytes(b'{"day":3}\n')
    assert values(poll(source)) == [b'{"day":3}']


def test_a_content_that_comes_back_continues_at_its_stored_position(path: Path) -> None:
    """A content that was away under its name is placed again, so that what was appended meanwhile is read."""
    path.write_bytes(b'{"a":1}\n')
    source = open_source(path)
    (part,) = place(source)
    (record,) = poll(source)
    rename_over(path, b'{"b":1}\n')
    assert values(poll(source)) == [b'{"b":1}']
    rename_over(path, b'{"a":1}\n{"a":2}\n')
    assert source.poll(0) == []
    assert [one for one, _ in source.unplaced()] == [part]
    place(source, record.next_offset)
    assert values(poll(source)) == [b'{"a":2}']
    assert source.drained()


def test_a_file_replaced_before_its_end_is_a_loss_of_that_part_only(path: Path) -> None:
    """What was not read of the old content is reported once, by name; no byte of the new content is taken for the
    old one's, and the new content is read in full."""
    old, new = b'{"old":%04d}\n', b'{"other":%04d}\n'
    path.write_bytes(b"".join(old % number for number in range(MAX_RECORDS + 1)))
    source = open_source(path)
    (part,) = place(source)
    assert len(source.poll(0)[0][1]) == MAX_RECORDS
    rename_over(path, b"".join(new % number for number in range(MAX_RECORDS + 1)))
    with pytest.raises(PositionLost, match=r"events\.jsonl") as lost:
        source.poll(0)
    assert lost.value.part == part
    assert values(poll(source)) == [(new % number).strip() for number in range(MAX_RECORDS + 1)]


def test_a_shortened_file_is_named_and_stops(path: Path) -> None:
    """A file that is shorter than what was read loses its position: once, by name, with both lengths; it gives no
    record until it is sought again, and is not caught up."""
    path.write_bytes(b"{}\n[]\nnull\n")
    source = open_source(path)
    (part,) = place(source)
    assert len(poll(source)) == 3
    path.write_bytes(b"{}\n")
    with pytest.raises(PositionLost, match=r"events\.jsonl: has 3 bytes, 11 were read before") as lost:
        source.poll(0)
    assert lost.value.part == part
    append(path, b"[]\nnull\n1\n")
    assert poll(source) == []
    assert source.caught_up() == {}
    assert source.drained()
    source.seek(part, 3)
    assert values(poll(source)) == [b"[]", b"null", b"1"]
    assert source.caught_up()


@pytest.mark.parametrize(
    ("stored", "why"), [(100, "has 15 bytes, 100 were read before"), (2, "holds another content than before")]
)
def test_a_stored_position_that_the_file_cannot_have_is_refused(path: Path, stored: int, why: str) -> None:
    """Behind the end or in the midst of a line nothing can be continued, and nothing is read from there."""
    path.write_bytes(b'{"a":1}\n[1, 2]\n')
    source = open_source(path)
    with pytest.raises(PositionLost, match=why):
        place(source, stored)
    place(source)
    assert poll(source) == []


def test_line_numbers_after_a_seek_count_from_the_beginning(path: Path) -> None:
    """Continued in the middle, a record's line is its line in the file."""
    path.write_bytes(b"".join(b"%d\n\n" % number for number in range(1000)))
    records = poll(open_source(path))
    source = open_source(path)
    place(source, records[600].offset)
    assert poll(source) == records[600:]
    assert records[600].line == 1201


def test_many_lines_come_in_bounded_batches(path: Path) -> None:
    """10,000 lines come in polls of at most 2,000 records, each once."""
    path.write_bytes(b"".join(b"%d\n" % number for number in range(10_000)))
    source = open_source(path)
    place(source)
    sizes, seen = [], []
    while batches := source.poll(0):
        ((_, records),) = batches
        sizes.append(len(records))
        seen += values(list(records))
    assert sizes == [MAX_RECORDS] * 5
    assert MAX_RECORDS == 2000
    assert seen == [b"%d" % number for number in range(10_000)]


def test_long_lines_come_in_bounded_batches(path: Path) -> None:
    """A poll gives at most 4 MB; a line longer than that comes, and comes alone."""
    lines = [b"1" * 1_000_000] * 9 + [b"2" * (MAX_BYTES + 1)] + [b"3"] * 2
    path.write_bytes(b"\n".join(lines) + b"\n")
    source = open_source(path)
    place(source)
    batches = []
    while polled := source.poll(0):
        batches.append(values(list(polled[0][1])))
    assert [value for batch in batches for value in batch] == lines
    assert all(sum(map(len, batch)) <= MAX_BYTES or len(batch) == 1 for batch in batches)
    assert len(batches) == 5


def test_blank_space_longer_than_a_poll_hides_nothing(path: Path) -> None:
    """Behind more blank lines than one poll takes, the next event is found."""
    path.write_bytes(b"{}\n" + (b" " * 1023 + b"\n") * 5000 + b"[]\n")
    assert values(poll(open_source(path))) == [b"{}", b"[]"]


def test_lag_is_bytes_to_the_end(path: Path) -> None:
    """Lag counts the bytes behind the position, of an unfinished line too."""
    path.write_bytes(b"{}\n[]\n12")
    source = open_source(path)
    assert sum(source.lag().values()) == 8
    poll(source)
    assert sum(source.lag().values()) == 2


def test_a_file_that_is_not_there_is_refused_at_the_start(path: Path) -> None:
    """A path without a file is named."""
    with pytest.raises(Unreachable, match=r"events\.jsonl: no such file"):
        open_source(path)


def test_a_file_that_is_away_for_a_while_is_tried_again(path: Path) -> None:
    """While the path is gone, polls are to be tried again; back with more, it continues. Opening needs it."""
    path.write_bytes(b"{}\n")
    source = open_source(path)
    poll(source)
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(BrokerAway, match=r"events\.jsonl"):
        source.poll(0)
    with pytest.raises(Unreachable, match=r"events\.jsonl"):
        source.open()
    append(aside, b"[]\n")
    aside.rename(path)
    assert values(poll(source)) == [b"[]"]


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b"", b" ", b"\r", b"{}"]), max_size=30), st.data())
def test_wherever_it_is_continued_the_rest_is_the_same(pieces: list[bytes], data: st.DataObject) -> None:
    """Continued behind any record, any bytes give the records that they give in one go, and no byte between two
    records is anything but white space."""
    content = b"\n".join(pieces)

    def cut(offset: int, line: int) -> list[Record]:
        file = BytesIO(content)
        file.seek(offset)
        return cut_lines(file.readline, offset, line, take_rest=True).records

    whole = cut(0, 1)
    event(f"{len(whole)} records")
    ends = [0, *(record.next_offset for record in whole)]
    starts = [*(record.offset for record in whole), len(content)]
    assert not any(
        content[end:start].removeprefix(BYTE_ORDER_MARK).strip() for end, start in zip(ends, starts, strict=True)
    )
    if whole:
        at = data.draw(st.integers(0, len(whole) - 1))
        assert cut(whole[at].next_offset, (whole[at].line or 0) + 1) == whole[at + 1 :]
