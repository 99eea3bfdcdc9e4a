"""What an independent reader finds: plain SQL, a plain consumer, and the JSON Lines of files."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.workers import query, whole_lines

Output = dict[str, Any]


class Letter(NamedTuple):
    """A published dead letter: the original bytes, and the headers as texts."""

    value: bytes
    headers: Mapping[str, str]


def json_lines(path: Path) -> list[Output]:
    """Every whole line of the file, and each of them parses; nothing when there is no file yet."""
    return [json.loads(line) for line in whole_lines(path.read_text(encoding="utf-8"))] if path.exists() else []


def letter_of(line: Output) -> Letter:
    """A line of dead-letters.jsonl as what a consumer of the topic gets."""
    value = base64.b64decode(line["value_base64"]) if "value_base64" in line else line["value"].encode()
    return Letter(value, dict(line["headers"]))


def of_type(outputs: list[Output], *kinds: str) -> list[Output]:
    """Those of these types, in order."""
    return [one for one in outputs if one["type"].removeprefix("complaint.") in kinds]


def count(url: str, table: str, where: str = "true") -> int:
    """Rows of a table."""
    ((found,),) = query(url, f"SELECT count(*) FROM {table} WHERE {where}")
    return int(found)


def rows(url: str, statement: str) -> list[Any]:
    """The only column of a query."""
    return [value for (value,) in query(url, statement)]
