"""A person in a terminal sees the line as written, and the mark stands under the place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rulebook_load.provoked import planted
from triage.cli.findings import INDENT, lines_of
from triage.rulebook.faults import FAULT, Finding, did_you_mean
from triage.wording.text import LANGUAGES, say


def finding(line: str, column: int, end_column: int | None = None) -> Finding:
    """A finding at a place of the line."""
    return Finding(
        severity=FAULT, file="triage/a.yaml", line=3, column=column, end_column=end_column, code="unknown-value",
        message=say("{file} is missing", file="it"), line_text=line,
    )  # fmt: skip


def cells(text: str) -> int:
    """The cells of a terminal that a text takes, by Unicode's own table (UAX 11)."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("      priority: hihg", "hihg"), ("title: {zh-Hant: 醫療爭議, fr: Conflit}", "fr"), ("醫療：爭議", "：爭議"),
        ("name: 甲", "甲"), ("e\u0301te\u0301: {a: b}", "b"), ("x: “急”", "“急”"), ("　　a: b", "b"), ("😀: b", "b"),
    ],
)  # fmt: skip
def test_the_mark_stands_under_the_place(line: str, place: str) -> None:
    """Wide characters take two cells, and the marks are as wide as what they are under."""
    at = line.index(place)
    _, written, mark = lines_of(finding(line, at + 1, at + 1 + len(place)), "en")
    assert written == INDENT + line
    assert mark == INDENT + " " * cells(line[:at]) + "^" * cells(place)


def test_a_tab_stays_a_tab_above_and_below() -> None:
    """Both lines begin at the same cell, so that a tab moves both alike."""
    _, written, mark = lines_of(finding("\t\tname: x", 9, 10), "en")
    assert (written, mark) == (f"{INDENT}\t\tname: x", f"{INDENT}\t\t      ^")


def test_a_place_without_an_end_has_one_mark() -> None:
    assert lines_of(finding("a: b", 4), "en")[2] == f"{INDENT}   ^"
    assert lines_of(finding("a:", 3), "en")[2] == f"{INDENT}  ^"


def test_what_would_act_on_the_terminal_is_shown_as_a_sign() -> None:
    """A file cannot move the cursor, change colours or turn the direction of writing."""
    lines = lines_of(finding("a: \x1b[31mred\u202e\x9b", 4, 5), "en")
    assert lines[1] == f"{INDENT}a: ␛[31mred\ufffd\ufffd"
    assert lines[2] == f"{INDENT}   ^"
    assert all(one == "\t" or unicodedata.category(one) not in ("Cc", "Cf") for line in lines for one in line)


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    """The mark still stands under the place."""
    line = "醫" * 500 + "x" + "療" * 500
    _, written, mark = lines_of(finding(line, 501, 502), "en")
    assert written.startswith(f"{INDENT}…醫")
    assert written.endswith("療…")
    assert cells(written) < 300
    assert cells(written[: written.index("x")]) == len(mark) - 1


def test_a_finding_without_a_line_is_its_first_line() -> None:
    assert lines_of(finding("", 1), "en") == ["triage/a.yaml:3:1: fault unknown-value: it is missing"]


def test_hint_allowed_words_and_the_corrected_line_follow() -> None:
    """What to do comes below the mark, in the reader's language."""
    found = Finding(
        severity=FAULT, file="triage/a.yaml", line=3, column=7, end_column=11, code="unknown-value",
        message=say("{file} is missing", file="it"), hint=did_you_mean("high", ("high", "low")),
        allowed=("high", "low"), line_text="  prio: hihg", corrected="  prio: high",
    )  # fmt: skip
    assert lines_of(found, "zh-Hant") == [
        "triage/a.yaml:3:7: fault unknown-value: 缺少 it",
        "      prio: hihg",
        "          ^^^^",
        '    您是不是要寫 "high"？',
        "    可用的值：high、low",
        "    請寫成：prio: high",
    ]


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 40))
def test_any_line_can_be_shown(line: str, start: int, length: int) -> None:
    """Whatever characters a line has, two lines come out, and the second has at least one mark."""
    column = min(start, len(line)) + 1
    lines = lines_of(finding(line, column, column + length), "zh-Hans")
    assert len(lines) == (3 if line else 1)
    assert not line or lines[2].endswith("^")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planted_fault_begins_with_a_line_that_tools_read(language: str) -> None:
    """`file:line:column: severity code: message`, the rest is indented."""
    for _, found in planted():
        first, *rest = lines_of(found, language)
        assert first.startswith(f"{found.file}:{found.line}:{found.column}: {found.severity} {found.code}: ")
        assert all(line.startswith(INDENT) for line in rest)
        assert len(rest) >= 2
