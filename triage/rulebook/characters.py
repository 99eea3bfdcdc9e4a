"""Characters of a Chinese keyboard that look like YAML's own, and what was meant by them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from triage.wording.text import Text, say

MEANT: dict[str, tuple[str, Text]] = {
    "：": (":", say("full-width colon")),
    "，": (",", say("full-width comma")),
    "｜": ("|", say("full-width bar")),
    "［": ("[", say("full-width bracket")),
    "］": ("]", say("full-width bracket")),
    "【": ("[", say("full-width bracket")),
    "】": ("]", say("full-width bracket")),
    "－": ("-", say("full-width dash")),
    "％": ("%", say("full-width percent sign")),
    "｛": ("{", say("full-width brace")),
    "｝": ("}", say("full-width brace")),
    "“": ('"', say("curly quote")),
    "”": ('"', say("curly quote")),
    "‘": ("'", say("curly quote")),
    "’": ("'", say("curly quote")),
    "\u3000": (" ", say("full-width space")),
    "\u00a0": (" ", say("no-break space")),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\u00ad", ("", say("zero-width character"))),
    **{chr(ord("０") + digit): (str(digit), say("full-width digit")) for digit in range(10)},
}
"""Character to what was meant by it and its name."""

TAB = "\t"
INDENT_STEP = "  "

_QUOTES = "“”‘’"
_ANY = re.compile("[" + "".join(MEANT) + "]")
_INDENT = re.compile(r"[ \t\u3000\u00a0]*")
_IN_NUMBER = re.compile(r"(?<![\w.])[0-9０-９]{1,3}(?:[：，][0-9０-９]{2,3})+")
"""A time of day, or a number with commas."""

_COMMENT = re.compile(r"(?:^|[ \t])#")


class Suspect(NamedTuple):
    """A suspicious character: its column from 0, and what it is."""

    column: int
    character: str

    @property
    def name(self) -> Text:
        """How a message calls it."""
        if self.character == TAB:
            return say("a tab in the indentation")
        kind = MEANT[self.character][1]
        shown = self.character if self.character.isprintable() else ""
        return say("the {kind} {character}", kind=kind, character=shown) if shown else say("a {kind}", kind=kind)

    @property
    def meant(self) -> Text | str:
        """How a message calls what was meant."""
        if self.character == TAB:
            return say("spaces")
        meant = MEANT[self.character][0]
        return {" ": say("a space"), "": say("nothing")}.get(meant, meant)

    @property
    def advice(self) -> Text:
        """What to do about it, beside the corrected line."""
        if self.character == TAB:
            return say("indent with spaces")
        return say("type it anew with the keyboard at half width")


def suspects(line: str, start: int = 0, end: int | None = None) -> list[Suspect]:
    """Suspicious characters of a line between two columns, comments left out."""
    end = len(line) if end is None else end
    comment = _COMMENT.search(line, start)
    if comment:
        end = min(end, comment.start())
    found = [Suspect(match.start(), match.group()) for match in _ANY.finditer(line, start, max(start, end))]
    indent = _INDENT.match(line)
    indent_end = min(end, indent.end() if indent else 0)
    found += [Suspect(column, TAB) for column in range(start, indent_end) if line[column] == TAB]
    return sorted(found)


def corrected(line: str, these: list[Suspect]) -> tuple[str, list[int]]:
    """The line with what was probably meant in the place of these characters; and for each character of the new line,
    and its end, the column from 0 that it had."""
    columns = {one.column for one in these}
    indent = _INDENT.match(line)
    indent_end = indent.end() if indent else 0
    pieces = [
        _replacement(line, column, in_indent=column <= indent_end) if column in columns else character
        for column, character in enumerate(line)
    ]
    origins = [column for column, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*origins, len(line)]


def _replacement(line: str, column: int, *, in_indent: bool) -> str:
    character = line[column]
    if in_indent and character in (TAB, "\u3000"):
        return INDENT_STEP
    meant = MEANT[character][0]
    follows = line[column + 1 : column + 2]
    stands_alone = meant in (":", ",") or (meant == "-" and in_indent)
    if not stands_alone or follows in ("", " ", "\u3000", "\u00a0") or _is_in_number(line, column):
        return meant
    return meant + " "


def _is_in_number(line: str, column: int) -> bool:
    return any(found.start() < column < found.end() for found in _IN_NUMBER.finditer(line))


def repairs(line: str) -> Iterator[list[Suspect]]:
    """Choices of characters that may be the ones to correct, the fewest first; quotes go together."""
    found = suspects(line)
    quotes = [one for one in found if one.character in _QUOTES]
    others = [one for one in found if one.character not in _QUOTES]
    for one in others:
        yield [one]
    if quotes:
        yield quotes
    for kind in sorted({one.character for one in others}):
        yield [one for one in others if one.character == kind]
    for count in range(2, len(others) + 1):
        yield others[:count]
    if quotes and others:
        yield found
