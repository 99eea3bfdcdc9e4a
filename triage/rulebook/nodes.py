"""YAML as nodes with positions: the parser's events, composed under the closed rules of our files.

Scalars are texts here; what they mean is decided by the place where they stand, never by their look.
"""

import re
from collections.abc import Iterator
from typing import Protocol, TypedDict, TypeGuard, Unpack

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    StreamEndEvent,
)

from triage.rulebook.faults import FAULT, Finding, Hint
from triage.wording.text import NOTHING, Text, say

DEEPEST = 50
"""Mappings and lists inside one another."""

LONGEST_LINE = 4_000
"""Characters of a line that a finding repeats."""

_PROPERTY = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Known(TypedDict, total=False):
    """What more a finding may tell; see `Finding`. Columns as the parser counts them."""

    found: str
    allowed: tuple[str, ...]
    line_text: str
    corrected: str
    end_column: int | None


class Page:
    """One rule file while it is read: its name, its lines as the parser counts them, and what was found in it.

    `lines` are what the parser reads, `written` what stands in the file: a line that a Chinese keyboard has spoilt is
    put right in memory. Findings are told where the file has them.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.lines = self.written = _LINE_END.split(text)
        self.origins: dict[int, list[int]] = {}
        self.findings: list[Finding] = []
        self.broken = False

    def add(
        self, code: str, line: int, column: int, message: Text, hint: Text = NOTHING, severity: str = FAULT,
        **known: Unpack[Known],
    ) -> None:  # fmt: skip
        """Note a finding; line and column from 1, as the parser counts."""
        known.setdefault("allowed", hint.allowed if isinstance(hint, Hint) else ())
        end = known.get("end_column")
        if end is not None:
            known["end_column"] = self._written_column(line, end)
        written = self.written[line - 1] if line <= len(self.written) else ""
        if len(written) <= LONGEST_LINE:
            known["line_text"] = written
        else:
            known["corrected"] = ""
        column = self._written_column(line, column)
        self.findings.append(
            Finding(
                severity=severity, file=self.file, line=line, column=column, code=code, message=message, hint=hint,
                **known,
            )
        )  # fmt: skip

    def changed(self, line: int, new: str, origins: list[int]) -> "Page":
        """The same page with another line in place of the one with this index; without findings. `origins`: for each
        character of the new line, and its end, the column from 0 that it had."""
        lines = [*self.lines]
        lines[line] = new
        page = Page(self.file, "\n".join(lines))
        before = self.origins.get(line)
        page.written = self.written
        page.origins = self.origins | {line: [before[one] for one in origins] if before else origins}
        return page

    def _written_column(self, line: int, column: int) -> int:
        """The column from 1 that the file has for one of the parser's."""
        origins = self.origins.get(line - 1)
        return origins[min(column, len(origins)) - 1] + 1 if origins else column


class Scalar(msgspec.Struct, frozen=True, gc=False):
    """One text. Line and column from 1, the end behind the last character. `plain`: written without quotes."""

    page: Page
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    plain: bool


class Sequence(msgspec.Struct, frozen=True):
    """A list. `complete`: the file could be parsed to its end."""

    page: Page
    line: int
    column: int
    items: "list[Node]"
    complete: bool


class Mapping(msgspec.Struct, frozen=True):
    """A mapping: key text to (key, value), in the order of the file. `complete`: the file was parsed to its end."""

    page: Page
    line: int
    column: int
    entries: "dict[str, tuple[Scalar, Node]]"
    complete: bool


Node = Scalar | Sequence | Mapping

ABSENT = Scalar(Page("", ""), 0, 0, 0, 0, "", plain=True)
"""Stands where a value is missing and that has been reported: readers pass over it in silence."""


class TooDeep(Exception):
    """Nesting deeper than a rule file may have; the rest of the file is not read."""


class Composed(msgspec.Struct, frozen=True):
    """What could be read of a page. `root` None: nothing. `error`: why the parser stopped, None at the end."""

    root: Node | None
    error: yaml.MarkedYAMLError | None


def compose(page: Page) -> Composed:
    """The page's nodes; faults against our rules are noted on the page, the parser's own error is given back."""
    composer = _Composer(page)
    try:
        root = composer.document()
    except TooDeep:
        return Composed(None, None)
    return Composed(root, composer.error)


class _Composer:
    """Composes nodes out of the parser's events, as far as those go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.events: Iterator[Event] = yaml.parse(page.text, Loader=yaml.CBaseLoader)
        self.error: yaml.MarkedYAMLError | None = None

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        while (event := self._next()) is not None and not isinstance(event, StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._fault(
                        "several-documents", event, say("a second document begins here"), say("put it in its own file")
                    )
                    return _incomplete(root)
            elif isinstance(event, NodeEvent):
                root = self._node(event, 1)
        return root

    def _next(self) -> Event | None:
        """The next event, None from the place on where the parser stopped."""
        if self.error is None:
            try:
                return next(self.events)
            except yaml.MarkedYAMLError as error:
                self.error = error
        return None

    def _fault(self, code: str, event: Event, message: Text, hint: Text = NOTHING, **known: Unpack[Known]) -> None:
        self.page.add(code, *_place(event.start_mark), message, hint, **known)

    def _node(self, event: NodeEvent, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            self._fault("alias", event, say("*{name} is an alias", name=event.anchor), say("write the value out"))
            return ABSENT
        self._check_properties(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, event.value)
        if depth > DEEPEST:
            self._fault("too-deep", event, say("nesting deeper than {most}", most=DEEPEST), say("write it flatter"))
            raise TooDeep
        return self._mapping(event, depth) if isinstance(event, MappingStartEvent) else self._sequence(event, depth)

    def _check_properties(self, event: NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if event.anchor is None and tag is None:
            return
        line, column = _place(event.start_mark)
        written = self.page.lines[line - 1]
        match = _PROPERTY.match(written, column - 1)
        without = written[: column - 1] + written[match.end() :] if match else ""
        if event.anchor is not None:
            advice = say("take it out and write the value where needed")
            self._fault(
                "anchor", event, say("&{name} is an anchor", name=event.anchor), advice,
                found=f"&{event.anchor}", corrected=without,
            )  # fmt: skip
        if tag is not None:
            named = next((one for one in match[0].split() if one.startswith("!")), "!") if match else "!"
            advice = say("take it out: the place of a value gives its type")
            self._fault("tag", event, say("{tag} is a tag", tag=named), advice, found=named, corrected=without)

    def _scalar(self, event: NodeEvent, text: str) -> Scalar:
        plain = not isinstance(event, ScalarEvent) or event.implicit[0]
        return Scalar(self.page, *_place(event.start_mark), *_place(event.end_mark), text, plain)

    def _sequence(self, event: NodeEvent, depth: int) -> Sequence:
        items: list[Node] = []
        while isinstance(found := self._next(), NodeEvent):
            items.append(self._node(found, depth + 1))
        return Sequence(self.page, *_place(event.start_mark), items, found is not None)

    def _mapping(self, event: NodeEvent, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while isinstance(found := self._next(), NodeEvent):
            key = self._node(found, depth + 1)
            value_event = self._next()
            if not isinstance(value_event, NodeEvent):
                break
            value = self._node(value_event, depth + 1)
            if self._is_key(key, found, entries):
                entries[key.text] = (key, _placed(value, key))
        return Mapping(self.page, *_place(event.start_mark), entries, self.error is None)

    def _is_key(self, key: Node, event: Event, entries: dict[str, tuple[Scalar, Node]]) -> TypeGuard[Scalar]:
        if not isinstance(key, Scalar):
            self._fault("wrong-type", event, say("a key must be a text"))
        elif key is ABSENT:
            return False
        elif key.plain and key.text == "<<":
            self._fault("merge-key", event, say("<< is a merge key"), say("write the keys out"))
        elif key.text in entries:
            first = entries[key.text][0]
            twice = say('"{word}" stands twice', word=key.text)
            self._fault("duplicate-key", event, twice, say("first in line {line}; keep one of them", line=first.line))
        else:
            return True
        return False


def _incomplete(root: Node | None) -> Node | None:
    """The node as one of which more may follow."""
    return root if root is None or isinstance(root, Scalar) else msgspec.structs.replace(root, complete=False)


class _Mark(Protocol):
    line: int
    column: int


def _place(mark: _Mark | None) -> tuple[int, int]:
    """Line and column from 1."""
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _placed(value: Node, key: Scalar) -> Node:
    """An empty value is found at its key: there is nothing of its own to point at."""
    if isinstance(value, Scalar) and value.plain and not value.text:
        return Scalar(key.page, key.line, key.column, key.end_line, key.end_column, "", plain=True)
    return value
