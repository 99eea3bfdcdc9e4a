"""Lines of JSON as records: the same cutting for files and streams."""

import hashlib
from collections.abc import Callable

import msgspec

from triage.ports import Record

MAX_RECORDS = 2000
"""Most records of one part that one poll gives."""

MAX_BYTES = 4 * 1024 * 1024
"""Most bytes of lines that one poll gives; one longer line comes alone."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Cut(msgspec.Struct, frozen=True):
    """What was cut off. `offset`, `line`: where the next line begins, and its number from 1."""

    records: list[Record]
    offset: int
    line: int


def cut_lines(read_line: Callable[[], bytes], offset: int, line: int, *, take_rest: bool) -> Cut:
    """Records of the complete lines from there on, at most one poll's worth. Empty lines are passed over.

    `read_line` gives a line with its newline, what is there of an incomplete one, or nothing. `take_rest`: an
    incomplete line counts too.
    """
    records: list[Record] = []
    size = 0
    while len(records) < MAX_RECORDS and size < MAX_BYTES:
        raw = read_line()
        if not raw or not (take_rest or raw.endswith(b"\n")) or (size and size + len(raw) > MAX_BYTES):
            break
        value = content_of(raw, first=offset == 0)
        if value:
            records.append(Record(offset=offset, next_offset=offset + len(raw), value=value, line=line))
        offset += len(raw)
        line += 1
        size += len(raw)
    return Cut(records, offset, line)


def content_of(raw: bytes, *, first: bool) -> bytes:
    """The line without its newline, empty when it holds white space only. `first`: of the input, where a byte order
    mark may stand."""
    value = raw.rstrip(b"\r\n")
    if first:
        value = value.removeprefix(BYTE_ORDER_MARK)
    return value if value.strip() else b""


def marker_of(read_line: Callable[[], bytes], *, take_rest: bool) -> str | None:
    """The sha256 of the first line that is not empty, in hexadecimal; None when it is not complete yet."""
    first = True
    while raw := read_line():
        if not (take_rest or raw.endswith(b"\n")):
            return None
        if value := content_of(raw, first=first):
            return hashlib.sha256(value).hexdigest()
        first = False
    return None
