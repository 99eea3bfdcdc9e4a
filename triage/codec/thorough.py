"""Reading JSON out of odd bytes: slower than the usual way, and it says what is wrong or folds it."""

import json
import re
from typing import Any

from triage.codec.showing import shown_key
from triage.domain.event import Fault

DEEPEST = 50

ODD = re.compile("[\x00\ud800-\udfff]")
"""U+0000 and lone surrogates: no database or message holds them."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Unreadable(Exception):
    """No JSON object can be read out of the bytes."""


def read_thoroughly(raw: bytes) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """The object, and notes on what was folded: lone surrogates and U+0000 become U+FFFD, too deep fields are left out.
    Raises Unreadable."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not UTF-8") from None
    except RecursionError:
        raise Unreadable("nested too deep to be read") from None
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    notes: list[Fault] = []
    folded = _fold_mapping(found, "", 0, notes)
    return folded, tuple(notes)


def subject_in(raw: bytes) -> str | None:
    """The case that bytes name in which no event can be read; None when there is no object, or its name is garbled."""
    try:
        found = json.loads(raw.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    subject = found.get("subject") if isinstance(found, dict) else None
    if not isinstance(subject, str) or ODD.search(subject) or REPLACEMENT in subject:
        return None
    return subject


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


class _TooDeep(Exception):
    """A field nests deeper than is read."""


def _fold(value: Any, path: str, depth: int, notes: list[Fault]) -> Any:
    if isinstance(value, str):
        folded = ODD.sub(REPLACEMENT, value)
        if folded != value:
            notes.append(Fault(path.removeprefix("data."), "U+0000 or a lone surrogate", "folded to U+FFFD"))
        return folded
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    if depth > DEEPEST and isinstance(value, dict | list):
        raise _TooDeep
    if isinstance(value, list):
        return [_fold(one, path, depth + 1, notes) for one in value]
    return _fold_mapping(value, path, depth, notes) if isinstance(value, dict) else value


def _fold_mapping(value: dict[str, Any], path: str, depth: int, notes: list[Fault]) -> dict[str, Any]:
    folded = {}
    for raw_key, one in value.items():
        key = _fold(raw_key, path, depth, notes)
        inner = f"{path}.{shown_key(key)}" if path else shown_key(key)
        try:
            folded[key] = _fold(one, inner, depth + 1, notes)
        except _TooDeep:
            if depth > 1:
                raise
            notes.append(Fault(inner.removeprefix("data."), f"nested deeper than {DEEPEST}", "less nesting"))
    return folded
