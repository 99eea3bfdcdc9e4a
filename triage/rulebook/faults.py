"""Findings about rule files: the closed list of what can be wrong, and how each finding reads."""

import difflib
from collections.abc import Collection

import msgspec

from triage.wording.text import Text

FAULT, WARNING = "fault", "warning"

CODES: dict[str, str] = {
    "unreadable-folder": "the rules directory, or a folder in it, is missing or may not be read",
    "unreadable-file": "a file may not be read",
    "outside-link": "a link leads out of the rules directory",
    "looping-link": "a link leads back to a folder that it stands in, or to itself",
    "missing-file": "rulebook.yaml is missing",
    "misplaced-file": "a rule file stands where none is read",
    "wrong-ending": "a file ends in .yml",
    "too-large": "a file is larger than 1 MiB",
    "not-utf-8": "a file is not UTF-8",
    "control-character": "a character that no text file may hold",
    "not-yaml": "a line cannot be parsed",
    "look-alike-character": "a full-width or curly character, or a tab in the indentation, where YAML wants its own",
    "several-documents": "more than one document in a file",
    "too-deep": "nesting deeper than 50",
    "anchor": "an anchor (&name)",
    "alias": "an alias (*name)",
    "tag": "a tag (!name)",
    "merge-key": "a merge key (<<)",
    "duplicate-key": "a key stands twice in one mapping",
    "empty-file": "a file without content",
    "empty-value": "a key or list entry without a value",
    "empty-list": "a list or mapping without entries where one is needed",
    "unknown-key": "a key, fact or test that is not known here",
    "missing-key": "a required key is missing",
    "missing-language": "a title lacks a language of `languages`",
    "wrong-type": "a value of another kind than its place wants",
    "unknown-value": "a word that is none of those allowed or declared",
    "out-of-range": "a number or span of time outside its bounds",
    "empty-range": "a range whose end lies before its start",
    "not-supported-yet": "a known key or word whose feature this release does not have",
    "bad-name": "an id or name with characters that ids may not hold",
    "reserved-name": "a name that already means something else",
    "duplicate-id": "an id that was given before",
    "duplicate-value": "the same entry twice in one list",
    "wrong-test": "a test that does not fit the type of the fact",
    "from-memory": "a source graded from-memory on something that is in force",
    "team-without-department": "a rule names a team but no department",
    "not-term-without-term": "an entry of `not_terms` that holds no term of its list",
    "not-term-is-term": "an entry of `not_terms` that is a term of its list",
    "overlapping-hours": "opening hours that overlap or stand in the wrong order",
    "never-open": "a calendar or working date without opening hours",
    "closed-and-open": "a date under both `closed` and `open`",
    "duplicate-date": "a date twice under `closed` or twice under `open`",
    "beyond-known": "calendar entries outside known_from to known_until (warning)",
    "unlisted-pack": "a folder under packs/ that rulebook.yaml does not list (warning)",
    "stopped-at-start": "a clock whose start also stops or cancels it",
    "paused-at-start": "a clock that a pause starts and that a pause may hold at once",
    "clock-circle": "clocks that wait for each other",
    "only-for-days": "a rule of counting days on a clock whose limit is in hours",
    "only-for-recurring": "`reset` on a clock that does not recur",
    "empty-cycle": "a recurring clock whose cycles may have no length",
    "only-for-add": "`from` on an extension that has no `add`",
    "extension-below-limit": "an extension that is no longer than the limit itself",
    "unreachable-step": "a warning, escalation or reminder of a clock that never alerts",
    "warning-after-due": "a warning above 100 percent",
    "warning-before-start": "a warning further ahead than the limit is long",
    "duplicate-step": "two steps of a clock with the same words",
    "never-attached": "a policy that no rule names and that has no applies_when",
    "example-fails": "an example of a rule, term list or policy does not hold, or is missing",
    "beyond-second-engine": "a rule that the second engine cannot take, so that the first decides it alone (warning)",
    "missing-escalation": "a department without a person for a role that a ladder speaks to",
}
"""Every code and what it means. Closed: a code that is not here cannot be reported."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, as `triage check --json` prints it.

    `severity`: fault | warning. `file`: relative to the rules directory with `/`, `.` for the directory itself.
    `line`, `column`: from 1, in characters. `hint`: how to put it right, empty when there is nothing to add.
    """

    severity: str
    file: str
    line: int
    column: int
    code: str
    message: str | Text
    hint: str | Text = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not in the list of codes")

    @property
    def is_fault(self) -> bool:
        """Whether it keeps the rulebook from being used."""
        return self.severity == FAULT

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}{hint}"


def in_order(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Sorted by file, line and column; the same finding only once."""
    return tuple(sorted(set(findings), key=lambda one: (one.file, one.line, one.column, one.code, str(one.message))))


LONGEST_WORD, MOST_WORDS_SHOWN = 60, 12


def nearest(word: str, allowed: Collection[str]) -> str | None:
    """The allowed word that was probably meant, None when none is near."""
    if not word or len(word) > LONGEST_WORD:
        return None
    plain = {_plain(one): one for one in sorted(allowed, reverse=True)}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return word.strip().casefold().replace("-", "_").replace(" ", "_")


def suggestion(word: str, allowed: Collection[str]) -> str:
    """A hint for a word that is not allowed: the nearest one, else all of them when they are few."""
    near = nearest(word, allowed)
    if near is not None:
        return f'did you mean "{near}"?'
    if 0 < len(allowed) <= MOST_WORDS_SHOWN:
        return "one of: " + ", ".join(allowed)
    return ""
