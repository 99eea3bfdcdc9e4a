"""Noting what is wrong with a node: where, what was found, and the line as it would be right."""

from triage.rulebook.characters import suspects
from triage.rulebook.faults import FAULT, Hint, did_you_mean, hint, is_near
from triage.rulebook.nodes import Node, Scalar
from triage.rulebook.nouns import What
from triage.rulebook.syntax import spoilt
from triage.wording.text import NOTHING, Text, say

SHOWN = 60
"""Characters of a word that a message repeats."""


def fault(
    code: str, node: Node, message: Text, hint: Text = NOTHING, severity: str = FAULT, *, corrected: str = ""
) -> None:
    """Note a fault, or a warning, at the node's beginning. `corrected`: its line as it would be right, where the hint
    does not say what was meant."""
    page = node.page
    if not isinstance(node, Scalar):
        page.add(code, node.line, node.column, message, hint, severity)
        return
    end = node.end_column if node.end_line == node.line else None
    page.add(
        code, node.line, node.column, message, hint, severity,
        found=_cut(node.text), corrected=corrected or _corrected(node, hint), end_column=end,
    )  # fmt: skip


def misfit(code: str, node: Node, message: Text, hint: Text = NOTHING) -> None:
    """Note that a key or value does not fit. When a look-alike character in it, or in its line, may be why, that
    character is named instead; one elsewhere in the line only when the hint names no near word."""
    if isinstance(node, Scalar):
        for line in range(node.line, node.end_line + 1):
            start = node.column - 1 if line == node.line else 0
            end = node.end_column - 1 if line == node.end_line else None
            if _blame(node, line, message, start, end):
                return
    if not is_near(hint) and _blame(node, node.line, message, 0, None):
        return
    fault(code, node, message, hint)


def _blame(node: Node, line: int, message: Text, start: int, end: int | None) -> bool:
    lines = node.page.lines
    found = suspects(lines[line - 1], start, end) if line <= len(lines) else []
    if found:
        spoilt(node.page, line - 1, found, message)
    return bool(found)


def _corrected(node: Scalar, hint: Text) -> str:
    """The node's line with what was probably meant in its place, empty when that cannot be told."""
    lines = node.page.lines
    if not (isinstance(hint, Hint) and hint.instead) or node.line != node.end_line or node.line > len(lines):
        return ""
    line, start, end = lines[node.line - 1], node.column - 1, node.end_column - 1
    quote = "" if node.plain else line[start]
    if line[start:end] != f"{quote}{node.text}{quote}":
        return ""
    return line[:start] + quote + hint.instead + quote + line[end:]


def without(node: Node) -> str:
    """The node's line without it, when it is one entry of a list in one line; else empty: a line of its own goes."""
    lines = node.page.lines
    if not isinstance(node, Scalar) or node.line != node.end_line or node.line > len(lines):
        return ""
    line = lines[node.line - 1]
    before, behind = line[: node.column - 1].rstrip(), line[node.end_column - 1 :].lstrip()
    if before.endswith(","):
        return before[:-1] + behind
    return before + behind[1:].lstrip() if behind.startswith(",") else ""


def shown(word: str) -> str:
    """A word of the file as a message quotes it: in straight quotes in every language, for others are faults in the
    files; without signs that would act on a terminal."""
    return f'"{_cut(word)}"'


def _cut(word: str) -> str:
    short = word if len(word) <= SHOWN else f"{word[:SHOWN]}…"
    if short.isprintable():
        return short
    return "".join(one if one.isprintable() else " " if one.isspace() else "�" for one in short)


def wanted_not(what: What, found: str) -> Text:
    """The message about a text of another form than its place wants."""
    return say("{what} is wanted, not {word}", what=what, word=shown(found))


def write_as(like: str, meant: str = "") -> Hint:
    """A hint at the form of a value; `meant`: what was probably meant, empty when that cannot be told."""
    return did_you_mean(meant) if meant else hint(say("write it as {like}", like=like))


def no_such(found: str, what: What) -> Text:
    """The message about a word that is none of those declared or allowed."""
    return say("{word} is not {what}", word=shown(found), what=what)
