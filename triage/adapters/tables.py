"""Tables on disk as rows: CSV (UTF-8), XLSX (first sheet), Parquet; the first row names the columns."""

import csv
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from triage.errors import WrongSettings
from triage.service.import_history import WITHOUT_COLUMN

Row = dict[str, Any]
Table = tuple[list[str], int | None, Iterator[Row]]

EXTRAS = {".parquet": "complaint-triage[parquet]"}

NOT_WHAT_IT_SAYS = (csv.Error, BadZipFile, zlib.error, EOFError, LookupError, ValueError, SyntaxError)
"""What the readers raise on a file that is broken or of another kind; SyntaxError: the XML inside a workbook."""


def read_table(path: Path) -> Table:
    """Column names, the number of rows when the format tells it, and the rows. Raises WrongSettings when the file
    cannot be read as what its ending says, or its extra is not installed; reading the rows may raise it too."""
    readers = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise WrongSettings([f"{path}: ending {path.suffix!r} is not one of {', '.join(readers)}"])
    with _faults_told(path):
        header, total, rows = reader(path)
    return header, total, _told_while_read(path, rows)


def _told_while_read(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    with _faults_told(path):
        yield from rows


@contextmanager
def _faults_told(path: Path) -> Iterator[None]:
    """Turns what the readers raise into WrongSettings."""
    ending = path.suffix.lower()
    try:
        yield
    except ImportError as error:
        raise WrongSettings(
            [f"{path}: install {EXTRAS.get(ending, 'complaint-triage')} to read it ({error.name} is missing)"]
        ) from error
    except OSError as error:
        raise WrongSettings([f"{path}: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise WrongSettings([f"{path}: not UTF-8 at byte {error.start}; save it as CSV UTF-8"]) from error
    except NOT_WHAT_IT_SAYS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WrongSettings([f"{path}: cannot be read as {ending}: {reason}"]) from error


def _csv(path: Path) -> Table:
    def rows() -> Iterator[Row]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            header = next(lines, [])
            for line in lines:
                row: Row = dict(zip(header, line, strict=False))
                yield row if len(line) <= len(header) else row | {WITHOUT_COLUMN: line[len(header) :]}

    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
        total = sum(1 for _ in csv.reader(file))
    return header, total, rows()


def _xlsx(path: Path) -> Table:
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    sheet = workbook.worksheets[0]
    total = max(0, (sheet.max_row or 1) - 1) or None
    sheet.reset_dimensions()  # what a workbook says of its size may be wrong; rows beyond it would be lost
    lines = sheet.iter_rows(values_only=True)
    header = [str(cell) if cell is not None else f"column {n}" for n, cell in enumerate(next(lines, ()), start=1)]

    def rows() -> Iterator[Row]:
        for line in lines:
            yield dict(zip(header, line, strict=False))
        workbook.close()

    return header, total, rows()


def _parquet(path: Path) -> Table:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)

    def rows() -> Iterator[Row]:
        for batch in file.iter_batches():
            yield from batch.to_pylist()

    return list(file.schema_arrow.names), file.metadata.num_rows, rows()
