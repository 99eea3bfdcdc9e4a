"""Tables on disk as rows: CSV (UTF-8), XLSX (first sheet), Parquet; the first row names the columns."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.errors import WrongSettings

Row = dict[str, Any]


def read_table(path: Path) -> tuple[list[str], int | None, Iterator[Row]]:
    """Column names, the number of rows when the format tells it, and the rows. Raises WrongSettings when the file
    cannot be read as what its ending says, or its extra is not installed."""
    readers = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise WrongSettings([f"{path}: ending {path.suffix!r} is not one of {', '.join(readers)}"])
    try:
        return reader(path)
    except ImportError as error:
        extra = "excel" if path.suffix.lower() == ".xlsx" else "parquet"
        raise WrongSettings(
            [f"{path}: install complaint-triage[{extra}] to read it ({error.name} is missing)"]
        ) from error
    except OSError as error:
        raise WrongSettings([f"{path}: {error.strerror or error}"]) from error


def _csv(path: Path) -> tuple[list[str], int | None, Iterator[Row]]:
    def rows() -> Iterator[Row]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
            total = sum(1 for _ in csv.reader(file))
    except UnicodeDecodeError as error:
        raise WrongSettings([f"{path}: not UTF-8 at byte {error.start}; save it as CSV UTF-8"]) from error
    return header, total, rows()


def _xlsx(path: Path) -> tuple[list[str], int | None, Iterator[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError) as error:
        raise WrongSettings([f"{path}: not an Excel workbook"]) from error
    sheet = workbook.worksheets[0]
    lines = sheet.iter_rows(values_only=True)
    header = [str(cell) if cell is not None else f"column {n}" for n, cell in enumerate(next(lines, ()), start=1)]

    def rows() -> Iterator[Row]:
        for line in lines:
            yield dict(zip(header, line, strict=False))
        workbook.close()

    return header, (sheet.max_row or 1) - 1, rows()


def _parquet(path: Path) -> tuple[list[str], int | None, Iterator[Row]]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)

    def rows() -> Iterator[Row]:
        for batch in file.iter_batches():
            yield from batch.to_pylist()

    return list(file.schema_arrow.names), file.metadata.num_rows, rows()
