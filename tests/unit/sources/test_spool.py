"""A spool folder: which files are read, in which order, and each once."""

from pathlib import Path

import pytest

from tests.unit.sources.reading import open_source, place, poll, values
from triage.errors import PositionLost


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def test_files_are_read_in_the_order_of_their_names(spool: Path) -> None:
    """Not in the order of their creation; a folder inside is passed over."""
    for name in ("2.jsonl", "10.jsonl", "1.jsonl"):
        (spool / name).write_bytes(name.encode() + b"\n")
    (spool / "0").mkdir()
    assert values(poll(open_source(spool))) == [b"1.jsonl", b"10.jsonl", b"2.jsonl"]


@pytest.mark.parametrize("name", ["a.jsonl.tmp", "a.jsonl.part", ".a.jsonl", "a.jsonl~", "a.tmp"])
def test_a_file_in_progress_is_read_when_it_is_renamed(spool: Path, name: str) -> None:
    """Names of unfinished files are passed over, also at the end of the input; renamed, the file is read."""
    (spool / name).write_bytes(b"{}\n")
    source = open_source(spool)
    assert poll(source) == []
    assert source.drained()
    assert poll(open_source(spool, once=True)) == []
    (spool / name).rename(spool / "a.jsonl")
    assert values(poll(source)) == [b"{}"]


def test_a_new_file_is_picked_up_while_running(spool: Path) -> None:
    """A poll that waits returns as soon as a new file is there, so that it can be placed."""
    source = open_source(spool)
    assert poll(source) == []
    (spool / "a.jsonl").write_bytes(b"{}\n")
    assert source.poll(3600) == []
    assert len(place(source)) == 1
    assert values(poll(source)) == [b"{}"]


def test_each_file_is_a_part_of_its_own(spool: Path) -> None:
    """Equal contents under two names are two parts; part and marker come from name and first line only, so that they
    are the same in every run."""
    for name in ("a.jsonl", "b.jsonl"):
        (spool / name).write_bytes(b'{"a":1}\n')
    first = open_source(spool).unplaced()
    (spool / "b.jsonl").write_bytes(b'{"a":1}\n{}\n')
    assert open_source(spool).unplaced() == first
    assert len({part for part, _ in first}) == 3
    assert first[1][0].input.startswith("file:a.jsonl#")
    assert first[1][1] == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


def test_a_shortened_file_does_not_stop_the_others(spool: Path) -> None:
    """One lost file is reported once; files before and behind it, new and old, go on."""
    for name in "abc":
        (spool / name).write_bytes(name.encode() + b"1\n" + name.encode() + b"2\n")
    source = open_source(spool)
    assert len(poll(source)) == 6
    (spool / "b").write_bytes(b"b1\n")
    with pytest.raises(PositionLost, match=r"spool/b: has 3 bytes, 6 were read before") as lost:
        source.poll(0)
    assert lost.value.part[0].startswith("file:b#")
    for name in ("a", "c"):
        with (spool / name).open("ab") as file:
            file.write(name.encode() + b"3\n")
    (spool / "d").write_bytes(b"d1\n")
    assert sorted(values(poll(source))) == [b"a3", b"c3", b"d1"]
    assert source.caught_up() == {}


def test_files_that_were_read_may_be_taken_away(spool: Path) -> None:
    """A file that was read to its end may be removed; back under its name, it continues at the stored position."""
    (spool / "a").write_bytes(b"a1\n")
    (spool / "b").write_bytes(b"b1\n")
    source = open_source(spool)
    records = poll(source)
    (spool / "a").unlink()
    assert poll(source) == []
    assert source.caught_up()
    (spool / "a").write_bytes(b"a1\na2\n")
    source.poll(0)
    place(source, records[0].next_offset)
    assert values(poll(source)) == [b"a2"]


def test_a_file_taken_away_before_its_end_is_a_loss(spool: Path) -> None:
    """What was not read is reported once, by name, and the others go on."""
    (spool / "a").write_bytes(b"a1\n")
    (spool / "b").write_bytes(b"b1\n")
    source = open_source(spool)
    place(source)
    (spool / "a").unlink()
    with pytest.raises(PositionLost, match=r"spool/a: is gone or replaced, its last 3 bytes were not read"):
        source.poll(0)
    assert values(poll(source)) == [b"b1"]
    assert source.drained()


def test_a_file_with_a_half_line_is_not_the_end_with_once(spool: Path) -> None:
    """With `once`, last lines without a newline count in every file."""
    (spool / "a").write_bytes(b"a1\na2")
    (spool / "b").write_bytes(b"b1")
    source = open_source(spool, once=True)
    assert values(poll(source)) == [b"a1", b"a2", b"b1"]
    assert source.drained()


def test_empty_files_are_no_parts(spool: Path) -> None:
    """A file without a line holds the input up in no way, and is read when lines come."""
    (spool / "a").touch()
    (spool / "b").write_bytes(b"\n \n")
    source = open_source(spool)
    assert place(source) == []
    assert poll(source) == []
    assert source.caught_up()
    (spool / "a").write_bytes(b"{}\n")
    assert values(poll(source)) == [b"{}"]


def test_a_name_that_is_no_text_is_read_too(spool: Path) -> None:
    """A file name of bytes that are no UTF-8 gives a part whose name every store takes."""
    path = Path(str(spool) + "/" + b"b\xff".decode(errors="surrogateescape"))
    path.write_bytes(b"{}\n")
    source = open_source(spool)
    (part,) = place(source)
    assert part.input.encode().startswith(rb"file:b\xff#")
    assert values(poll(source)) == [b"{}"]
