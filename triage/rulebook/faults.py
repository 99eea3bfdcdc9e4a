"""Findings about rule files, and the hints that come with them."""

import difflib
from collections.abc import Collection

import msgspec

from triage.rulebook.catalogue import CODES
from triage.rulebook.model import Position
from triage.wording.text import NOTHING, Text, say

FAULT, WARNING = "fault", "warning"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. What it says is not yet in a language.

    `severity`: fault | warning. `file`: relative to the rules directory with `/`, `.` for the directory itself.
    `line`, `column`: from 1, in characters of the file as it is written. `end_column`: behind the last character that
    is meant, on the same line; None: not known. `hint`: how to put it right. `found`: what stands there; `allowed`:
    the words that may. `line_text`: the line as written; `corrected`: as it would be right. Empty: nothing to tell.
    """

    severity: str
    file: str
    line: int
    column: int
    code: str
    message: Text
    hint: Text = NOTHING
    found: str = ""
    allowed: tuple[str, ...] = ()
    line_text: str = ""
    corrected: str = ""
    end_column: int | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not in the list of codes")

    @property
    def is_fault(self) -> bool:
        """Whether it keeps the rulebook from being used."""
        return self.severity == FAULT

    def __str__(self) -> str:
        return self.said("en")

    def headline(self, language: str) -> str:
        """Where, what kind, and what is wrong, in one line. Severity and code are never translated."""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message.said(language)}"

    def said(self, language: str) -> str:
        """The whole finding in one line, as logs tell it."""
        write = say("write: {line}", line=self.corrected.strip()) if self.corrected and not is_near(self.hint) else None
        more = "; ".join(text.said(language) for text in (self.hint, write) if text)
        headline = self.headline(language)
        return say("{message} ({hint})", message=headline, hint=more).said(language) if more else headline


def finding_at(code: str, at: Position, message: Text, hint: Text = NOTHING, severity: str = WARNING) -> Finding:
    """A finding about what stands at a position of the model."""
    return Finding(
        severity=severity, file=at.file, line=at.line, column=at.column, code=code, message=message, hint=hint
    )


def in_order(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Sorted by file, line and column; the same finding only once."""
    by_key = {(one.file, one.line, one.column, one.code, str(one.message)): one for one in findings}
    return tuple(by_key[key] for key in sorted(by_key))


class Hint(Text, frozen=True):
    """What to do about a finding. `instead`: the text that was probably meant where the finding points, so that the
    corrected line can be shown; `allowed`: the words that may stand there."""

    instead: str = ""
    allowed: tuple[str, ...] = ()


LONGEST_WORD, MOST_WORDS_SHOWN, MOST_WORDS_KEPT = 60, 12, 100


def hint(text: Text, instead: str = "", allowed: Collection[str] = ()) -> Hint:
    """The text as a hint; a very long list of allowed words is not kept."""
    return Hint(text.template, text.values, instead, tuple(allowed) if len(allowed) <= MOST_WORDS_KEPT else ())


def did_you_mean(word: str, allowed: Collection[str] = (), quote: str = '"') -> Hint:
    """A hint at the word that was probably meant."""
    return hint(say("did you mean {word}?", word=f"{quote}{word}{quote}"), word, allowed)


def write(word: str) -> Hint:
    """A hint at the form that was probably meant."""
    return hint(say("write {word}", word=word), word)


def is_near(text: Text) -> bool:
    """Whether a hint says what was probably meant."""
    return isinstance(text, Hint) and bool(text.instead)


def nearest(word: str, allowed: Collection[str]) -> str | None:
    """The allowed word that was probably meant, None when none is near."""
    if not word or len(word) > LONGEST_WORD:
        return None
    plain = {_plain(one): one for one in sorted(allowed, reverse=True)}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return word.strip().casefold().replace("-", "_").replace(" ", "_")


def suggestion(word: str, allowed: Collection[str]) -> Hint:
    """A hint for a word that is not allowed: the nearest one, else all of them when they are few."""
    near = nearest(word, allowed)
    if near is not None:
        return did_you_mean(near, allowed)
    if 0 < len(allowed) <= MOST_WORDS_SHOWN:
        return hint(say("one of: {words}", words=tuple(allowed)), allowed=allowed)
    return hint(NOTHING, allowed=allowed)
