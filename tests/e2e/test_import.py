"""Old complaints from tables: every format gives the same events, faults are told, and they run as live ones do."""

import csv
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.e2e.workers import Worker, count_events, dump, published, query

Rows = Sequence[Mapping[str, Any]]

ENDINGS = ("csv", "xlsx", "parquet")

MAPPING = """
format: triage-import/1
source: /import/old-desk
zone: Asia/Shanghai
date_format: "%m/%d/%Y"
group_by: file no
events:
  - type: complaint.registered
    time: {column: opened, at: "09:00"}
    data:
      channel: {value: other}
      customer.id: {column: file no}
      customer.birth_date: {column: born, date: true}
      policy_no: {column: policy}
      line_of_business: {column: product, values: {健康險: health, Motor: motor}}
      causes:
        column: reason
        split: ";"
        list: true
        values: {Delay: claim_delay, Rude staff: service_attitude, Denied: claim_denial}
        otherwise: other
      amount_disputed: {column: amount, money: CNY}
  - type: complaint.reply_sent
    time: {column: closed, at: "17:00"}
    data:
      kind: {value: final}
"""

SOUND: Rows = [
    {"file no": 17, "opened": date(2026, 3, 2), "closed": date(2026, 3, 12), "born": date(1955, 2, 28),
     "policy": 8_000_123, "product": "健康險", "reason": "Delay;Rude staff", "amount": 1200.5},
    {"file no": 18, "opened": date(2026, 3, 3), "closed": None, "born": None,
     "policy": 8_000_124, "product": "Motor", "reason": "Denied", "amount": 300.0},
    {"file no": 18, "opened": date(2026, 3, 3), "closed": None, "born": None,
     "policy": 8_000_124, "product": "Motor", "reason": "Lost papers", "amount": None},
    {"file no": 19, "opened": date(2026, 3, 4), "closed": date(2026, 3, 25), "born": date(1990, 7, 1),
     "policy": None, "product": "Boat", "reason": "Delay", "amount": 12.0},
]  # fmt: skip
"""Four complaints' rows with cells as workbooks and data frames hold them: dates, numbers, gaps."""

FAULTY: Rows = [
    {"file no": "20", "opened": "2026-03-05", "reason": "Delay"},
    {"file no": "", "opened": "03/06/2026", "reason": "Denied"},
    {"file no": "21", "opened": "", "reason": "Denied"},
    {"file no": "22", "opened": "03/06/2026", "reason": "Denied", "amount": "a lot"},
]
"""Rows that cannot become complaints."""

REASONS = [
    {"row": 6, "reason": "opened: '2026-03-05' is not a date", "key": "20"},
    {"row": 7, "reason": "file no is empty", "key": None},
    {"row": 8, "reason": "opened is empty", "key": "21"},
    {"row": 9, "reason": "amount: 'a lot' is not a number", "key": "22"},
]


def as_texts(rows: Rows) -> Rows:
    """The rows as a CSV holds them: dates in the mapping's format, nothing for a gap."""

    def text(cell: Any) -> str:
        return f"{cell:%m/%d/%Y}" if isinstance(cell, date) else "" if cell is None else str(cell)

    return [{name: text(row.get(name)) for name in SOUND[0]} for row in rows]


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_xlsx(path: Path, rows: Rows) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for line in ([*rows[0]], *([*row.values()] for row in rows)):
        sheet.append(line)
    workbook.save(path)


def write_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


WRITERS: dict[str, Callable[[Path, Rows], None]] = {"csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet}


def written(directory: Path, ending: str, rows: Rows) -> str:
    """The name of a table with these rows, beside the mapping."""
    (directory / "map.yaml").write_text(MAPPING, encoding="utf-8")
    WRITERS[ending](directory / f"table.{ending}", rows)
    return f"table.{ending}"


def importing(directory: Path, table: str, code: int, *more: str) -> str:
    """What `triage import` says; it ends with this code and never with a trace."""
    with Worker(directory, "import", table, "--map", "map.yaml", *more) as worker:
        assert worker.finish() == code, worker.output()
        assert "Traceback" not in worker.output()
        return worker.output()


def running(directory: Path, source: str, *more: str) -> None:
    arguments = ("run", "--source", source, "--store", f"sqlite:///{directory}/desk.sqlite", "--once")
    with Worker(directory, *arguments, *more) as worker:
        assert worker.finish() == 0, worker.output()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The events of the sound rows, read from a CSV."""
    directory = tmp_path_factory.mktemp("expected")
    told = importing(directory, written(directory, "csv", as_texts(SOUND)), 0)
    assert "4 rows → 3 complaints, 5 events in events.jsonl" in told
    assert "line_of_business: 'Boat' is in no value map" in told
    return (directory / "events.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("ending", "rows"),
    [("xlsx", as_texts(SOUND)), ("xlsx", SOUND), ("parquet", as_texts(SOUND)), ("parquet", SOUND)],
    ids=["xlsx-texts", "xlsx-cells", "parquet-texts", "parquet-cells"],
)
def test_every_format_gives_the_same_events(tmp_path: Path, expected: bytes, ending: str, rows: Rows) -> None:
    """One mapping reads the same rows from CSV, XLSX and Parquet, whether a date or a number is kept as such or as a
    text: the events are the same to the byte."""
    importing(tmp_path, written(tmp_path, ending, rows), 0)
    assert (tmp_path / "events.jsonl").read_bytes() == expected


def test_the_events_say_what_the_mapping_says(expected: bytes) -> None:
    """Times get their hour and zone, numbers and texts their form, and what is empty is absent."""
    lines = expected.decode().splitlines()
    first, *_, last = map(json.loads, lines)
    assert (first["time"], last["time"]) == ("2026-03-02T09:00:00+08:00", "2026-03-25T17:00:00+08:00")
    assert first["data"] == {
        "channel": "other",
        "customer": {"id": "17", "birth_date": "1955-02-28"},
        "policy_no": "8000123",
        "line_of_business": "health",
        "causes": ["claim_delay", "service_attitude"],
        "amount_disputed": {"value": 1200.5, "currency": "CNY"},
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_rejected_rows_are_told_with_their_reasons(tmp_path: Path, expected: bytes, ending: str) -> None:
    """Exit 1, each row with its number and its reason; the events of the other rows are written all the same."""
    table = written(tmp_path, ending, as_texts([*SOUND, *FAULTY]))
    told = importing(tmp_path, table, 1, "--rejects", "rejects.jsonl")
    assert (tmp_path / "events.jsonl").read_bytes() == expected
    rejects = map(json.loads, (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").splitlines())
    assert sorted(rejects, key=lambda one: int(one["row"])) == REASONS
    assert "4 of 8 rows were rejected" in told
    for one in REASONS:
        assert f"rejected, 1 row: {one['reason']}" in told


def test_imported_complaints_run_once_and_keep_their_past_quiet(tmp_path: Path) -> None:
    """The events become cases with decisions and clocks; steps due before `--backfill-before` are historic and never
    sent; the same events again, and the same table imported again, change nothing."""
    table = written(tmp_path, "xlsx", SOUND)
    importing(tmp_path, table, 0)
    # The date as settings forbid it: digits alone are a date here, not seconds since 1970.
    running(tmp_path, "events.jsonl", "--backfill-before", "29990101")
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    assert query(url, "SELECT id, received_at FROM cases WHERE department IS NOT NULL ORDER BY id") == [
        ("17", "2026-03-02T01:00:00.000000Z"),
        ("18", "2026-03-03T01:00:00.000000Z"),
        ("19", "2026-03-04T01:00:00.000000Z"),
    ]
    assert {state for (state,) in query(url, "SELECT state FROM notices")} == {"historic"}
    assert (tmp_path / "out" / "alerts.jsonl").read_bytes() == b""
    before, sent = dump(url), published(tmp_path / "out")
    assert sent

    running(tmp_path, "events.jsonl", "--backfill-before", "29990101")
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines(keepends=True)
    importing(tmp_path, table, 0)
    assert (tmp_path / "events.jsonl").read_bytes() == b"".join(lines)
    (tmp_path / "again.jsonl").write_bytes(b"".join(reversed(lines)))  # another first line: another input
    running(tmp_path, "again.jsonl", "--backfill-before", "29990101")
    assert count_events(url) == 5
    assert dump(url) == before
    assert published(tmp_path / "out") == sent


def test_without_a_backfill_the_past_rings(tmp_path: Path, expected: bytes) -> None:
    """The same history without `--backfill-before`: what is overdue goes out."""
    (tmp_path / "events.jsonl").write_bytes(expected)
    running(tmp_path, "events.jsonl")
    alerts = (tmp_path / "out" / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    assert {"17", "18", "19"} == {json.loads(line)["subject"] for line in alerts}


def change_sheet(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Rewrite the XML of the workbook's first sheet."""
    with zipfile.ZipFile(path) as workbook:
        parts = {name: workbook.read(name) for name in workbook.namelist()}
    parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"])
    with zipfile.ZipFile(path, "w") as workbook:
        for name, content in parts.items():
            workbook.writestr(name, content)


def test_a_workbook_that_misstates_its_size_loses_no_row(tmp_path: Path) -> None:
    """Some programs write a size of one cell into every sheet: its rows count all the same."""
    table = written(tmp_path, "xlsx", SOUND)
    change_sheet(tmp_path / table, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml))
    assert "4 rows → 3 complaints, 5 events" in importing(tmp_path, table, 0)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def one_long_cell(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("Delay", "x" * 200_000, 1), encoding="utf-8")


def another_encoding(path: Path) -> None:
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))


def twice_opened(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8-sig").replace("closed", "opened", 1), encoding="utf-8")


def broken_sheet(path: Path) -> None:
    change_sheet(path, lambda xml: xml[: len(xml) * 2 // 3])


@pytest.mark.parametrize(
    ("ending", "damage", "words"),
    [
        ("csv", empty, "column 'file no' is not in table.csv"),
        ("csv", one_long_cell, "table.csv: cannot be read as .csv: "),
        ("csv", another_encoding, "table.csv: not UTF-8 at byte "),
        ("csv", twice_opened, "column 'opened' is in table.csv twice"),
        ("xlsx", empty, "table.xlsx: cannot be read as .xlsx: "),
        ("xlsx", broken_sheet, "table.xlsx: cannot be read as .xlsx: "),
        ("parquet", cut, "table.parquet: cannot be read as .parquet: "),
    ],
)
def test_a_table_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, ending: str, damage: Callable[[Path], None], words: str
) -> None:
    """Exit 2 with the table's name and what is wrong; nothing is written."""
    table = written(tmp_path, ending, as_texts(SOUND))
    damage(tmp_path / table)
    assert words in importing(tmp_path, table, 2)
    assert not (tmp_path / "events.jsonl").exists()


@pytest.mark.parametrize("option", ["--out", "--rejects"])
def test_a_file_that_cannot_be_written_is_wrong_usage(tmp_path: Path, option: str) -> None:
    """Exit 2 with the file's name and what is wrong."""
    table = written(tmp_path, "csv", as_texts(FAULTY))
    assert f"{tmp_path}: Is a directory" in importing(tmp_path, table, 2, option, str(tmp_path))
