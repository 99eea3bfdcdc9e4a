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

from triage.rulebook import nouns
from triage.rulebook.faults import did_you_mean, hint, nearest, suggestion, write
from triage.rulebook.meant import meant_day, meant_list, meant_name
from triage.rulebook.nodes import ABSENT, Mapping, Node, Scalar, Sequence
from triage.rulebook.noting import SHOWN, fault, misfit, no_such, shown, wanted_not, without, write_as
from triage.rulebook.nouns import What
from triage.rulebook.schema import Shape
from triage.rulebook.words import Words
from triage.wording.text import NOTHING, Text, say

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_NAME = re.compile(r"\w[\w.-]*")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FULL_WIDTH = re.compile(r"\s*[：，]\s*")
_KINDS = {Scalar: nouns.SINGLE_VALUE, Sequence: nouns.LIST, Mapping: nouns.MAPPING}

__all__ = ["fault", "misfit", "shown"]


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
        _wrong_kind(node, say("{what} is a mapping (key: value)", what=shape.name))
        return Fields(ABSENT, {})
    for key, (key_node, _) in node.entries.items():
        if key not in shape.keys:
            unknown = say("unknown key {word} in {what}", word=shown(key), what=shape.name)
            misfit("unknown-key", key_node, unknown, suggestion(key, shape.keys))
    missing = [key for key in shape.required if key not in node.entries and key not in unless]
    for key in missing if node.complete else ():
        if not _misspelt(node, key, shape):
            needed = say("{what} needs {word}", what=shape.name, word=shown(key))
            fault("missing-key", node, needed, hint(say("write {word}", word=f"{key}: …"), allowed=(key,)))
    return Fields(node, {key: entry for key, entry in node.entries.items() if key in shape.keys})


def _misspelt(node: Mapping, key: str, shape: Shape) -> bool:
    """Whether another key of the mapping was probably meant to be this one, or holds it because of a full-width colon
    or comma; that has been reported."""
    others = [other for other in node.entries if other not in shape.keys]
    return any(key in _FULL_WIDTH.split(other) or nearest(other, shape.keys) == key for other in others)


def _wrong_kind(node: Node, wanted: Text, hint: Text = NOTHING) -> None:
    if node is ABSENT:
        return
    if isinstance(node, Scalar) and not node.text:
        fault("empty-value", node, say("nothing here: {wanted}", wanted=wanted))
    else:
        misfit("wrong-type", node, say("{wanted}, not {kind}", wanted=wanted, kind=_KINDS[type(node)]), hint)


def text(node: Node, what: What = nouns.TEXT) -> str:
    """Any text, whatever it looks like; not an empty one."""
    if isinstance(node, Scalar) and node.text:
        return node.text
    _wrong_kind(node, say("{what} is wanted", what=what))
    return ""


def name(node: Node) -> str:
    """An id: letters, digits, `-`, `_` and `.`, beginning with a letter or digit."""
    word = text(node, nouns.ID)
    if word and (not _NAME.fullmatch(word) or unicodedata.normalize("NFKC", word) != word):
        form = say("letters, digits, - _ . and no spaces")
        near = meant_name(word) if len(word) <= SHOWN else ""
        misfit("bad-name", node, say("{word} cannot be an id", word=shown(word)), hint(form, near))
    return word


def word(node: Node, allowed: Collection[str] | None, what: What) -> str:
    """One of the allowed words; None: they are not known because the file that names them is faulty."""
    found = text(node, what)
    if found and allowed is not None and found not in allowed:
        misfit("unknown-value", node, no_such(found, what), suggestion(found, allowed))
    return found


def referred(node: Node, known: tuple[str, ...] | None, words: Words, what: What) -> str:
    """The full id of something that the rulebook, or the pack that is read, declares; the pack's own comes first."""
    written = text(node, what)
    full = words.full(written)
    if known is None or not written:
        return full
    if full not in known and written in known:
        return written
    word(node, words.short(known), what)
    return full


def member(node: Node, kind: type[E], what: What) -> E:
    """A member of a closed set of words."""
    found = word(node, tuple(kind), what)
    return next((one for one in kind if one.value == found), next(iter(kind)))


def items(node: Node, what: What, *, least: int = 0) -> list[Node]:
    """The entries of a list."""
    if not isinstance(node, Sequence):
        short = isinstance(node, Scalar) and len(node.text) <= SHOWN
        form = write(meant_list(node.text)) if isinstance(node, Scalar) and short else NOTHING
        _wrong_kind(node, say("{what} is a list", what=what), form)
        return []
    if len(node.items) < least and node.complete:
        fault("empty-list", node, say("{what} needs at least one entry", what=what))
    return node.items


def each(node: Node, what: What, reader: Callable[[Node], str], *, least: int = 0) -> tuple[str, ...]:
    """A list of different texts."""
    found: list[str] = []
    for item in items(node, what, least=least):
        value = reader(item)
        if value in found:
            twice = say("{word} stands twice in {what}", word=shown(value), what=what)
            fault("duplicate-value", item, twice, say("take it out"), corrected=without(item))
        elif value:
            found.append(value)
    return tuple(found)


def entries(node: Node, what: What, *, least: int = 0) -> list[tuple[Scalar, Node]]:
    """Keys and values of a mapping whose keys are the user's own."""
    if not isinstance(node, Mapping):
        _wrong_kind(node, say("{what} is a mapping (key: value)", what=what))
        return []
    if len(node.entries) < least and node.complete:
        fault("empty-list", node, say("{what} needs at least one key", what=what))
    return list(node.entries.values())


_FLAGS = ("true", "false")
_LIKE_FLAG = {"yes": "true", "on": "true", "y": "true", "1": "true", "no": "false", "off": "false", "n": "false",
              "0": "false", "true": "true", "false": "false"}  # fmt: skip


def flag(node: Node) -> bool:
    """`true` or `false`, and nothing else."""
    found = text(node, nouns.FLAG)
    if found and found not in _FLAGS:
        meant = _LIKE_FLAG.get(found.strip().casefold())
        misfit(
            "wrong-type", node, wanted_not(nouns.FLAG, found),
            did_you_mean(meant, _FLAGS, quote="") if meant else suggestion(found, _FLAGS),
        )  # fmt: skip
    return found == "true"


def whole(node: Node) -> int:
    """A whole number."""
    found = text(node, nouns.WHOLE)
    if found and not _WHOLE.fullmatch(found):
        misfit("wrong-type", node, wanted_not(nouns.WHOLE, found))
        return 0
    return int(found or 0)


def day(node: Node) -> date:
    """A date written as 2026-03-02."""
    found = text(node, nouns.DATE)
    try:
        if found and _DAY.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    if found:
        misfit("wrong-type", node, wanted_not(nouns.DATE, found), write_as("2026-03-02", meant_day(found)))
    return date.min
