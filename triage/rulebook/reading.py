"""Readers of single values: a node and its place in, a typed value out, every misfit noted on the node's page.

A reader that has noted a fault gives a stand-in of the right type, so that the reading goes on and all faults come
at once; a rulebook with faults is never given out.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum
from typing import Concatenate, ParamSpec, TypeVar

from triage.rulebook.characters import suspects
from triage.rulebook.faults import nearest, suggestion
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar, Sequence
from triage.rulebook.schema import Shape
from triage.rulebook.syntax import spoilt
from triage.rulebook.words import Words
from triage.wording.text import Text

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_NAME = re.compile(r"\w[\w.-]*")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KINDS = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping"}
SHOWN = 60


def fault(code: str, node: Node, message: str | Text, hint: str | Text = "") -> None:
    """Note a fault at the node's beginning."""
    node.page.add(code, node.line, node.column, message, hint)


def misfit(code: str, node: Node, message: str, hint: str = "") -> None:
    """Note that a key or value does not fit. When a look-alike character in it, or in its line, may be why, that
    character is named instead; one elsewhere in the line only when the hint names no near word."""
    if isinstance(node, Scalar):
        for line in range(node.line, node.end_line + 1):
            start = node.column - 1 if line == node.line else 0
            end = node.end_column - 1 if line == node.end_line else None
            if _blame(node, line, message, start, end):
                return
    if not hint.startswith("did you mean") and _blame(node, node.line, message, 0, None):
        return
    fault(code, node, message, hint)


def _blame(node: Node, line: int, message: str, start: int, end: int | None) -> bool:
    lines = node.page.lines
    found = suspects(lines[line - 1], start, end) if line <= len(lines) else []
    if found:
        node.page.findings.append(spoilt(node.page, line - 1, found, message))
    return bool(found)


def shown(word: str) -> str:
    """A word of the file as a message quotes it."""
    return f'"{word}"' if len(word) <= SHOWN else f'"{word[:SHOWN]}…"'


class Fields:
    """The known keys of one mapping. Missing required ones are reported and stand as absent."""

    def __init__(self, node: Node, entries: dict[str, tuple[Scalar, Node]]) -> None:
        self.node, self._entries = node, entries

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __getitem__(self, key: str) -> Node:
        entry = self._entries.get(key)
        return entry[1] if entry else ABSENT

    def key(self, key: str) -> Node:
        """The node of the key itself."""
        return self._entries[key][0]

    def read(self, key: str, reader: Callable[Concatenate[Node, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The value of an optional key, None when it is not there."""
        return reader(self[key], *args, **kwargs) if key in self else None


def fields(node: Node, shape: Shape, *, unless: Collection[str] = ()) -> Fields:
    """The mapping's keys, checked against the shape; `unless`: required keys that may be missing all the same."""
    if not isinstance(node, Mapping):
        _wrong_kind(node, f"{shape.name} is a mapping")
        return Fields(ABSENT, {})
    for key, (key_node, _) in node.entries.items():
        if key in shape.later:
            not_yet(key_node, key)
        elif key not in shape.keys:
            misfit("unknown-key", key_node, f"unknown key {shown(key)} in {shape.name}", suggestion(key, shape.keys))
    missing = [key for key in shape.required if key not in node.entries and key not in unless]
    for key in missing if node.complete else ():
        if not _misspelt(node, key, shape):
            fault("missing-key", node, f"{shape.name} needs {shown(key)}")
    return Fields(node, {key: entry for key, entry in node.entries.items() if key in shape.keys})


def _misspelt(node: Mapping, key: str, shape: Shape) -> bool:
    """Whether another key of the mapping was probably meant to be this one; that has been reported."""
    return any(nearest(other, shape.keys) == key for other in node.entries if other not in shape.keys)


def not_yet(node: Node, word: str) -> None:
    """Refuse a word of the format whose feature comes with a later release."""
    fault("not-supported-yet", node, f"{shown(word)} is not supported yet", "take it out")


def _wrong_kind(node: Node, wanted: str, hint: str = "") -> None:
    if node is ABSENT:
        return
    if isinstance(node, Scalar) and not node.text:
        fault("empty-value", node, f"nothing here: {wanted}")
    else:
        misfit("wrong-type", node, f"{wanted}, not {_KINDS[type(node)]}", hint)


def text(node: Node, wanted: str = "a text") -> str:
    """Any text, whatever it looks like; not an empty one."""
    if isinstance(node, Scalar) and node.text:
        return node.text
    _wrong_kind(node, f"{wanted} is wanted")
    return ""


def name(node: Node) -> str:
    """An id: letters, digits, `-`, `_` and `.`, beginning with a letter or digit."""
    word = text(node, "an id")
    if word and (not _NAME.fullmatch(word) or unicodedata.normalize("NFKC", word) != word):
        misfit("bad-name", node, f"{shown(word)} cannot be an id", "letters, digits, - _ . and no spaces")
    return word


def word(node: Node, allowed: Collection[str] | None, what: str) -> str:
    """One of the allowed words; None: they are not known because the file that names them is faulty."""
    found = text(node, what)
    if found and allowed is not None and found not in allowed:
        misfit("unknown-value", node, f"unknown {bare(what)} {shown(found)}", suggestion(found, allowed))
    return found


def referred(node: Node, known: tuple[str, ...] | None, words: Words, what: str) -> str:
    """The full id of something that the rulebook, or the pack that is read, declares; the pack's own comes first."""
    written = text(node, what)
    full = words.full(written)
    if known is None or not written:
        return full
    if full not in known and written in known:
        return written
    word(node, words.short(known), what)
    return full


def member(node: Node, kind: type[E], what: str) -> E:
    """A member of a closed set of words."""
    found = word(node, tuple(kind), what)
    return next((one for one in kind if one.value == found), next(iter(kind)))


def bare(what: str) -> str:
    """A noun without its article."""
    return what.removeprefix("an ").removeprefix("a ")


def items(node: Node, what: str, *, least: int = 0) -> list[Node]:
    """The entries of a list."""
    if not isinstance(node, Sequence):
        short = isinstance(node, Scalar) and len(node.text) <= SHOWN
        _wrong_kind(node, f"{what} is a list", f"write [{node.text}]" if isinstance(node, Scalar) and short else "")
        return []
    if len(node.items) < least and node.complete:
        fault("empty-list", node, f"{what} needs at least one entry")
    return node.items


def each(node: Node, what: str, reader: Callable[[Node], str], *, least: int = 0) -> tuple[str, ...]:
    """A list of different texts."""
    found: list[str] = []
    for item in items(node, what, least=least):
        value = reader(item)
        if value in found:
            fault("duplicate-value", item, f"{shown(value)} stands twice in {what}")
        elif value:
            found.append(value)
    return tuple(found)


def entries(node: Node, what: str, *, least: int = 0) -> list[tuple[Scalar, Node]]:
    """Keys and values of a mapping whose keys are the user's own."""
    if not isinstance(node, Mapping):
        _wrong_kind(node, f"{what} is a mapping")
        return []
    if len(node.entries) < least and node.complete:
        fault("empty-list", node, f"{what} needs at least one key")
    return list(node.entries.values())


_LIKE_FLAG = {"yes": "true", "on": "true", "y": "true", "1": "true", "no": "false", "off": "false", "n": "false",
              "0": "false", "true": "true", "false": "false"}  # fmt: skip


def flag(node: Node) -> bool:
    """`true` or `false`, and nothing else."""
    found = text(node, "true or false")
    if found and found not in ("true", "false"):
        meant = _LIKE_FLAG.get(found.strip().casefold())
        hint = f"did you mean {meant}?" if meant else "one of: true, false"
        misfit("wrong-type", node, f"true or false is wanted, not {shown(found)}", hint)
    return found == "true"


def whole(node: Node) -> int:
    """A whole number."""
    found = text(node, "a whole number")
    if found and not _WHOLE.fullmatch(found):
        misfit("wrong-type", node, f"a whole number is wanted, not {shown(found)}")
        return 0
    return int(found or 0)


def day(node: Node) -> date:
    """A date written as 2026-03-02."""
    found = text(node, "a date")
    try:
        if found and _DAY.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    if found:
        misfit("wrong-type", node, f"a date is wanted, not {shown(found)}", "write it as 2026-03-02")
    return date.min
