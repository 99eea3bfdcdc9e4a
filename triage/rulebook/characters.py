"""Characters of a Chinese keyboard that look like YAML's own, and what was meant by them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

MEANT: dict[str, tuple[str, str]] = {
    "：": (":", "full-width colon"),
    "，": (",", "full-width comma"),
    "｜": ("|", "full-width bar"),
    "［": ("[", "full-width bracket"),
    "］": ("]", "full-width bracket"),
    "｛": ("{", "full-width brace"),
    "｝": ("}", "full-width brace"),
    "“": ('"', "curly quote"),
    "”": ('"', "curly quote"),
    "‘": ("'", "curly quote"),
    "’": ("'", "curly quote"),
    "\u3000": (" ", "full-width space"),
    "\u00a0": (" ", "no-break space"),
    **{chr(ord("０") + digit): (str(digit), "full-width digit") for digit in range(10)},
}
"""Character to what was meant by it and its name."""

TAB = "\t"
INDENT_STEP = "  "

_QUOTES = "“”‘’"
_ANY = re.compile("[" + "".join(MEANT) + "]")
_INDENT = re.compile(r"[ \t\u3000\u00a0]*")
_COMMENT = re.compile(r"(?:^|[ \t])#")


class Suspect(NamedTuple):
    """A suspicious character: its column from 0, and what it is."""

    column: int
    character: str

    @property
    def name(self) -> str:
        """How a message calls it."""
        if self.character == TAB:
            return "a tab in the indentation"
        kind = MEANT[self.character][1]
        shown = self.character.strip()
        return f"the {kind} {shown}" if shown else f"a {kind}"

    @property
    def meant(self) -> str:
        """How a message calls what was meant."""
        return "spaces" if self.character == TAB else MEANT[self.character][0].replace(" ", "a space")


def suspects(line: str, start: int = 0, end: int | None = None) -> list[Suspect]:
    """Suspicious characters of a line between two columns, comments left out."""
    end = len(line) if end is None else end
    comment = _COMMENT.search(line, start)
    if comment:
        end = min(end, comment.start())
    found = [Suspect(match.start(), match.group()) for match in _ANY.finditer(line, start, max(start, end))]
    indent = _INDENT.match(line)
    tab = line.find(TAB, 0, indent.end() if indent else 0)
    if start <= tab < end:
        found.append(Suspect(tab, TAB))
    return sorted(found)


def corrected(line: str, these: list[Suspect]) -> str:
    """The line with what was probably meant in the place of these characters."""
    columns = {one.column for one in these}
    indent = _INDENT.match(line)
    indent_end = indent.end() if indent else 0
    return "".join(
        _replacement(line, column, in_indent=column < indent_end) if column in columns else character
        for column, character in enumerate(line)
    )


def _replacement(line: str, column: int, *, in_indent: bool) -> str:
    character = line[column]
    if in_indent and character in (TAB, "\u3000"):
        return INDENT_STEP
    meant = MEANT[character][0]
    follows = line[column + 1 : column + 2]
    return meant + " " if meant in ":," and follows not in ("", " ", "\u3000", "\u00a0") else meant


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
