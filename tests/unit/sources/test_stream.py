"""Standard input, a pipe: read once, kept until it is committed."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.sources.reading import open_source, place, poll, values
from triage.adapters.files.lines import MAX_BYTES
from triage.adapters.files.stream import Stream
from triage.errors import PositionLost


class Pipe:
    """Both ends of a pipe, and a stream that reads it."""

    def __init__(self, *, once: bool) -> None:
        self.reading, self.writing = os.pipe()
        self.stream = Stream(lambda: self.reading, once=once)
        self._open = True

    def write(self, data: bytes) -> None:
        """Write so little that a pipe holds it."""
        os.write(self.writing, data)

    def end(self) -> None:
        if self._open:
            os.close(self.writing)
        self._open = False

    def read(self) -> list[bytes]:
        self.stream.look()
        return values(self.stream.read())


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    one = Pipe(once=True)
    yield one
    one.end()
    os.close(one.reading)


def test_what_is_not_committed_can_be_read_again(pipe: Pipe) -> None:
    """Back to any byte that is not committed; committed bytes are forgotten, and to go back to them is a loss."""
    pipe.write(b"1\n2\n3\n")
    assert pipe.read() == [b"1", b"2", b"3"]
    pipe.stream.forget(2)
    assert pipe.stream.seek(2) == 2
    assert pipe.read() == [b"2", b"3"]
    pipe.stream.forget(6)
    for gone in (0, 2, None, 7):
        with pytest.raises(PositionLost, match="cannot go back"):
            pipe.stream.seek(gone)
    pipe.write(b"4\n")
    assert pipe.read() == [b"4"]


def test_offsets_and_line_numbers_stand_over_forgetting_and_going_back(pipe: Pipe) -> None:
    """A record that is given again after others were forgotten has the place that it had."""
    pipe.write(b"1\n\n2\n3\n")
    pipe.stream.look()
    before = pipe.stream.read()
    pipe.stream.forget(before[0].next_offset)
    pipe.stream.seek(before[1].offset)
    assert pipe.stream.read() == before[1:]
    assert [(record.offset, record.line) for record in before] == [(0, 1), (3, 3), (5, 4)]


def test_half_a_line_waits(pipe: Pipe) -> None:
    """Half a line is no event, at the end of what is there; its rest makes it one."""
    pipe.write(b"1\n2")
    assert pipe.read() == [b"1"]
    assert pipe.read() == []
    assert not pipe.stream.pending()
    pipe.write(b"2\n")
    pipe.stream.look()
    assert pipe.stream.pending()
    assert pipe.read() == [b"22"]


@pytest.mark.parametrize("once", [True, False])
def test_the_last_line_without_a_newline(once: bool) -> None:
    """At the end of the stream it counts with `once` and not without."""
    one = Pipe(once=once)
    one.write(b"1\n2")
    assert one.read() == [b"1"]
    one.end()
    assert one.read() == ([b"2"] if once else [])
    assert one.stream.ended()
    assert one.read() == []
    assert not one.stream.pending()
    os.close(one.reading)


@pytest.fixture
def redirected(tmp_path: Path) -> Iterator[Callable[[bytes], Stream]]:
    """Gives the stream of `… < FILE` with this content."""
    with ExitStack() as opened:

        def make(content: bytes) -> Stream:
            path = tmp_path / "input"
            path.write_bytes(content)
            file = opened.enter_context(path.open("rb"))
            return Stream(file.fileno, once=True)

        yield make


def batches_of(stream: Stream) -> list[list[bytes]]:
    """Everything to the end, poll by poll."""
    found = []
    stream.look()
    while stream.pending() or not stream.ended():
        found.append(values(stream.read()))
        stream.look()
    return [batch for batch in found if batch]


def test_no_more_is_taken_in_than_a_poll_gives(redirected: Callable[[bytes], Stream]) -> None:
    """Memory is bounded: what is not asked for waits with the writer. Polls are bounded too."""
    line = b"1" * 99_999
    stream = redirected((line + b"\n") * 100)
    for _ in range(10):
        stream.look()
    assert stream.behind() < MAX_BYTES + 300_000
    batches = batches_of(stream)
    assert all(sum(map(len, batch)) <= MAX_BYTES for batch in batches)
    assert [value for batch in batches for value in batch] == [line] * 100


def test_a_line_longer_than_a_poll_comes_alone(redirected: Callable[[bytes], Stream]) -> None:
    """A line of more than 4 MB comes whole, and what is behind it too."""
    lines = [b"1", b"2" * (MAX_BYTES + 300_000), b"3"]
    assert batches_of(redirected(b"\n".join(lines))) == [[b"1"], [lines[1]], [b"3"]]


def test_blank_space_longer_than_a_poll_hides_nothing(redirected: Callable[[bytes], Stream]) -> None:
    """Behind more blank lines than one poll takes, the next event is found before the end counts as reached."""
    assert batches_of(redirected((b" " * 1023 + b"\n") * 6000 + b"1\n")) == [[b"1"]]


def test_a_named_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    """A pipe given by its path is one part, drained at the end of what was written."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writing = os.open(path, os.O_RDWR)
    source = open_source(path, once=True)
    os.write(writing, b"1\n2")
    (part,) = [one for one, _ in source.unplaced()]
    assert list(source.inputs) == [part.input]
    assert values(poll(source)) == [b"1"]
    source.note_committed(part, 2)
    source.seek(part, 2)
    assert not source.drained()
    os.close(writing)
    assert values(poll(source)) == [b"2"]
    assert source.drained()
    assert place(source) == []
    source.close()
