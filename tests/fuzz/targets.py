"""What is given bytes nobody has seen before: by name, a function that raises when a promise is broken."""

import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from zipfile import ZIP_DEFLATED, ZipFile

from tests.fuzz import clock_laws
from tests.unit.codec.samples import CODEC, SOUND, raw
from tests.unit.codec.test_fuzz import judged
from tests.unit.rulebook_load.table_files import CSV, SHEET, SIDE, SIDECAR, XLSX, rows_of, workbook_of
from tests.unit.rulebook_load.test_any_input import RICH, check
from triage.codec.decode import DeadLetter, read_head
from triage.errors import WrongSettings
from triage.rulebook.load import load
from triage.settings import Settings, load_settings

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
"""By target: small inputs to begin with, and in `crashes` every input that once broke a promise."""

PATHS = sorted(RICH)
BOOK = workbook_of(rows_of(SHEET))
PARTS = sorted(ZipFile(io.BytesIO(BOOK)).namelist())

PYTHON_WORDS = re.compile(
    r"Traceback|NoneType|<class |object at 0x|\w(Error|Exception|Warning)\b|unexpected keyword|positional argument"
)
"""What no finding says to somebody who is no programmer."""


def codec(data: bytes) -> None:
    """Any bytes are an event or a dead letter, to the reader of heads too, and what is kept of them can be stored."""
    judged(data)
    event = CODEC.decode_event(data)
    assert isinstance(read_head(data, digest=True), DeadLetter) is isinstance(event, DeadLetter)


def rules(data: bytes) -> None:
    """The first byte chooses a file of a sound folder, whose content the others become: a rulebook or findings with
    their places, in plain words."""
    if data:
        _loads(RICH_BYTES | {PATHS[data[0] % len(PATHS)]: data[1:]})


def tables(data: bytes) -> None:
    """The first byte chooses what the others are: a CSV, a workbook, or one part of a sound workbook."""
    if not data:
        return
    kind, content = data[0] % (len(PARTS) + 2), data[1:]
    if kind == 0:
        _loads(RICH_BYTES | {CSV: content})
    else:
        book = content if kind == 1 else _with_part(PARTS[kind - 2], content)
        _loads({path: one for path, one in RICH_BYTES.items() if path != CSV} | {XLSX: book, SIDE: SIDECAR.encode()})


def settings(data: bytes) -> None:
    """A settings file gives settings, or says what is wrong with it line by line."""
    file = Path(gettempdir()) / f"triage-fuzz-{os.getpid()}.toml"
    file.write_bytes(data)
    reasons: tuple[str, ...] = ()
    try:
        assert isinstance(load_settings(file, environment={}), Settings)
    except WrongSettings as refused:
        reasons = refused.reasons or ("",)
    finally:
        file.unlink()
    assert not [one for one in reasons if not one or "\n" in one or PYTHON_WORDS.search(one)]


RICH_BYTES = {path: text.encode() for path, text in RICH.items()}


def _loads(files: dict[str, bytes]) -> None:
    check(files)
    for finding in load(files).findings:
        for said in (finding.message, finding.hint):
            text = re.sub(r'"[^"]*"', '""', said.said("en"))  # what the file itself says may be anything
            assert not PYTHON_WORDS.search(text), text


def _with_part(part: str, content: bytes) -> bytes:
    changed = io.BytesIO()
    with ZipFile(io.BytesIO(BOOK)) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return changed.getvalue()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "codec": codec,
    "rules": rules,
    "tables": tables,
    "clocks": clock_laws.holds,
    "settings": settings,
}


def seeds(name: str) -> dict[str, bytes]:
    """What a target begins with: sound inputs of its kind, by file name."""
    made = _SEEDS[name]() if name in _SEEDS else {}
    kept = {file.name: file.read_bytes() for file in sorted((CORPUS / name).glob("*")) if file.is_file()}
    return made | kept


def crashes(name: str) -> dict[str, bytes]:
    """Every input that once broke a promise of the target, by file name."""
    return {file.name: file.read_bytes() for file in sorted((CORPUS / name / "crashes").glob("*"))}


def _seeds_of_rules() -> dict[str, bytes]:
    return {f"{place}": bytes([place]) + RICH_BYTES[path] for place, path in enumerate(PATHS)}


def _seeds_of_tables() -> dict[str, bytes]:
    with ZipFile(io.BytesIO(BOOK)) as book:
        parts = {f"part-{place}": bytes([place + 2]) + book.read(name) for place, name in enumerate(PARTS)}
    return {"csv": b"\0" + SHEET.encode(), "book": b"\1" + BOOK, **parts}


def _seeds_of_codec() -> dict[str, bytes]:
    return {event_type: raw(event_type, data) for event_type, data in SOUND.items()}


def _seeds_of_settings() -> dict[str, bytes]:
    tables = Settings().model_dump(mode="json", exclude_none=True)
    lines = [
        f"[{table}]\n" + "".join(f"{key} = {json.dumps(one)}\n" for key, one in keys.items())
        for table, keys in tables.items()
    ]
    return {"defaults": "\n".join(lines).encode()}


_SEEDS: dict[str, Callable[[], dict[str, bytes]]] = {
    "codec": _seeds_of_codec,
    "rules": _seeds_of_rules,
    "tables": _seeds_of_tables,
    "settings": _seeds_of_settings,
}
