"""The table of settings in the reference, made from the settings: all but what each means, which people write."""

import re
import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from triage.settings import PREFIX, SECRET_KEYS, SEPARATOR, Settings

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"
HEAD = "| setting | environment | type | default | meaning |\n|---|---|---|---|---|\n"
ROW = re.compile(r"^\| `([a-z_.]+)` \|.*\| ([^|]+) \|$", re.MULTILINE)
WORDS: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", Path: "file or folder", SecretStr: "secret",
    datetime: "instant with offset",
}  # fmt: skip


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Dotted key and field of every setting, in order."""
    for table, field in Settings.model_fields.items():
        model = field.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        yield from ((f"{table}.{key}", inner) for key, inner in model.model_fields.items())


def _type(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin in (Union, types.UnionType):
        return _type(next(one for one in inner if one is not type(None)))
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    return WORDS[annotation]


def _bounds(field: FieldInfo) -> str:
    found = {name: getattr(one, name) for one in field.metadata for name in ("ge", "le") if hasattr(one, name)}
    low, high = found.get("ge"), found.get("le")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return "" if low is None else f", at least {low}"


def _default(value: Any) -> str:
    if value is None:
        return "–"
    text = ",".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{text}`"


def row(key: str, field: FieldInfo, meaning: str) -> str:
    """One line of the table."""
    name = f"{PREFIX}{key.upper().replace('.', SEPARATOR)}"
    files = f", `{name}_FILE`" if key in SECRET_KEYS else ""
    cells = (
        f"`{key}`",
        f"`{name}`{files}",
        f"{_type(field.annotation)}{_bounds(field)}",
        _default(field.default),
        meaning,
    )
    return f"| {' | '.join(cells)} |\n"


def again(text: str) -> str:
    """The page with its table made anew; meanings stay. Raises KeyError for a setting that nobody has explained."""
    meanings = dict(ROW.findall(text))
    begin = text.index("| setting |")
    table = re.match(r"(?:\|.*\n)+", text[begin:])
    assert table is not None
    made = HEAD + "".join(row(key, field, meanings[key]) for key, field in fields())
    return text[:begin] + made + text[begin + table.end() :]
