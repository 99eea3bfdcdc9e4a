"""An index over the input: where each event stands, of which case it is, and when; then which of them belong into one
part. A name is kept as a number of 32 bits: two names that share one only come into the same part."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from zlib import crc32

import msgspec

from triage.codec.decode import DeadLetter, Head, read_head
from triage.service.backtest.due_times import to_number
from triage.service.backtest.neighbours import Groups
from triage.service.replay import id_conflict

LINES_A_PART = 8000
MOST_PARTS = 400
MARKS = 1 << 28
"""So many places has the table in which names of events are marked; two that share one are looked at again."""


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is no event. `line`: from 1, over the whole input."""

    line: int
    reason: str
    detail: str


class Index(msgspec.Struct):
    """The events of one stretch of the input, as columns in the order of the lines. `lines`: how many lines the stretch
    has. `line`: of each event, from 0 in the stretch. `customers`: place in the columns and a customer's number."""

    lines: int
    line: "array[int]"
    offset: "array[int]"
    length: "array[int]"
    at: "array[int]"
    case: "array[int]"
    name: "array[int]"
    customers: list[tuple[int, int]]
    unreadable: list[Unreadable]


def number(*names: str) -> int:
    """A name as a number, the same in every process."""
    return crc32("\0".join(names).encode("utf-8", "replace"))


def index_lines(lines: Iterable[tuple[int, bytes]], until: datetime | None, *, customers: bool) -> Index:
    """Index a stretch: offset and bytes of each line. Events later than `until` are left out."""
    index = Index(0, array("I"), array("Q"), array("I"), array("q"), array("I"), array("I"), [], [])
    for offset, raw in lines:
        place = index.lines
        index.lines += 1
        if not raw.strip():
            continue
        head = read_head(raw)
        if isinstance(head, DeadLetter):
            index.unreadable.append(Unreadable(place, head.reason, head.detail))
        elif until is None or head.at <= until:
            _append(index, place, offset, len(raw), head, customers=customers)
    return index


def _append(index: Index, place: int, offset: int, length: int, head: Head, *, customers: bool) -> None:
    if customers:
        index.customers += [(len(index.at), number(one)) for one in head.customers]
    index.line.append(place)
    index.offset.append(offset)
    index.length.append(length)
    index.at.append(to_number(head.at))
    index.case.append(number(head.subject))
    index.name.append(number(head.id, head.source))


class Part(msgspec.Struct):
    """The events of some cases, as columns in the order of arrival. `place`: the line, from 0. `now`: the greatest
    event time by then."""

    place: "array[int]" = msgspec.field(default_factory=lambda: array("I"))
    offset: "array[int]" = msgspec.field(default_factory=lambda: array("Q"))
    length: "array[int]" = msgspec.field(default_factory=lambda: array("I"))
    at: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    now: "array[int]" = msgspec.field(default_factory=lambda: array("q"))


class Plan(msgspec.Struct):
    """Parts that know nothing of each other. `end`: the greatest event time, None when there is no event. `events`: in
    the parts. `duplicates`: events that came again."""

    parts: list[Part]
    end: int | None
    events: int
    duplicates: int
    unreadable: list[Unreadable]


Read = Callable[[int, int], bytes]
"""The bytes at an offset, of a length."""


def plan(indices: Sequence[Index], read: Read) -> Plan:
    """Put the stretches together, in the order of the input. An event that came before is left out, and told when it
    came with other content: as a replay does."""
    starts = _first_lines(indices)
    unreadable = [
        Unreadable(start + one.line + 1, one.reason, one.detail)
        for index, start in zip(indices, starts, strict=True)
        for one in index.unreadable
    ]
    dropped, conflicts = _repeated(indices, starts, read)
    events = sum(len(index.at) for index in indices)
    parts = [Part() for _ in range(max(1, min(MOST_PARTS, events // LINES_A_PART)))]
    home = _homes(indices, len(parts))
    end: int | None = None
    for index, start in zip(indices, starts, strict=True):
        columns = (index.line, index.offset, index.length, index.at, index.case)
        for line, offset, length, at, case in zip(*columns, strict=True):
            if offset in dropped:
                continue
            if end is None or at > end:
                end = at
            part = parts[home(case)]
            part.place.append(start + line)
            part.offset.append(offset)
            part.length.append(length)
            part.at.append(at)
            part.now.append(end)
    unreadable = sorted([*unreadable, *conflicts], key=lambda one: one.line)
    return Plan(parts, end, events - len(dropped), len(dropped) - len(conflicts), unreadable)


def _first_lines(indices: Iterable[Index]) -> list[int]:
    starts, start = [], 0
    for index in indices:
        starts.append(start)
        start += index.lines
    return starts


def _homes(indices: Sequence[Index], parts: int) -> Callable[[int], int]:
    """Case to its part: cases that ever shared a customer, directly or through others, have the same."""
    groups, first = Groups[int](), dict[int, int]()
    for index in indices:
        for place, customer in index.customers:
            case = index.case[place]
            known = first.setdefault(customer, case)
            if known != case:
                groups.join(known, case)
    return lambda case: groups.of(case) % parts


def _repeated(indices: Sequence[Index], starts: Sequence[int], read: Read) -> tuple[set[int], list[Unreadable]]:
    """Offsets of events whose name came before, and those of them that came with other content."""
    suspects = set(_marked_twice(name for index in indices for name in index.name))
    digests: dict[tuple[str, str], str] = {}
    dropped: set[int] = set()
    conflicts: list[Unreadable] = []
    if not suspects:
        return dropped, conflicts
    for index, start in zip(indices, starts, strict=True):
        for place, name in enumerate(index.name):
            if name % MARKS not in suspects:
                continue
            offset = index.offset[place]
            head = read_head(read(offset, index.length[place]), digest=True)
            assert isinstance(head, Head), "it was readable before"
            known = digests.get((head.id, head.source))
            if known is None:
                digests[head.id, head.source] = head.digest
                continue
            dropped.add(offset)
            if known != head.digest:
                letter = id_conflict(head.id, head.source)
                conflicts.append(Unreadable(start + index.line[place] + 1, letter.reason, letter.detail))
    return dropped, conflicts


def _marked_twice(names: Iterable[int]) -> Iterator[int]:
    """Marks that more than one name has."""
    marked = bytearray(MARKS // 8)
    for name in names:
        mark = name % MARKS
        byte, bit = mark >> 3, 1 << (mark & 7)
        if marked[byte] & bit:
            yield mark
        else:
            marked[byte] |= bit
