"""Slips of the keyboard in the shipped files: each is told at a place that is there, or does no harm."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.shipped import RULES
from triage.adapters.rules_folder import scan
from triage.cli.findings import lines_of
from triage.rulebook.faults import Finding
from triage.rulebook.load import load
from triage.wording.text import LANGUAGES

pytestmark = pytest.mark.long

FILES = scan(RULES).files
FULL_WIDTH = dict(zip(":,[]{}\"'- 0123456789%", "：，［］｛｝“‘－\u3000０１２３４５６７８９％", strict=True))
"""What a Chinese keyboard makes of YAML's characters."""

SLIPS = [*FULL_WIDTH.values(), "”", "’", "\u00a0", "\t", "\u200b", "【", "、", " ", "\n", "#", "&", "*", "!", "|", '"']
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
KINDS = ("replace", "insert", "delete", "cut", "swap")


def slipped(text: str, kind: str, at: int, slip: str) -> str:
    """The text with one slip at or behind a place."""
    at %= max(1, len(text))
    lines = text.split("\n")
    number = text.count("\n", 0, at)
    match kind:
        case "replace":
            found = next((place for place in range(at, len(text)) if text[place] in FULL_WIDTH), None)
            return text if found is None else text[:found] + FULL_WIDTH[text[found]] + text[found + 1 :]
        case "insert":
            return text[:at] + slip + text[at:]
        case "delete":
            return text[:at] + text[at + 1 :]
        case "cut":
            lines[number] = lines[number][: at % (len(lines[number]) + 1)]
        case "swap":
            other = (number + 1 + at % 3) % len(lines)
            lines[number], lines[other] = lines[other], lines[number]
    return "\n".join(lines)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """One of the shipped files, and its text after up to three slips."""
    path = draw(st.sampled_from(sorted(FILES)))
    text = FILES[path].decode()
    places = st.integers(0, len(text))
    for kind, at, slip in draw(
        st.lists(st.tuples(st.sampled_from(KINDS), places, st.sampled_from(SLIPS)), min_size=1, max_size=3)
    ):
        text = slipped(text, kind, at, slip)
    return path, text


def check_place(found: Finding, files: dict[str, bytes]) -> None:
    """The finding stands inside its file, and shows the line that is there."""
    lines = LINE_END.split(files[found.file].decode("utf-8-sig")) if found.file in files else [""]
    assert 1 <= found.line <= len(lines)
    line = lines[found.line - 1]
    assert 1 <= found.column <= len(line) + 1
    assert found.line_text in (line, "")
    assert found.end_column is None or found.column <= found.end_column <= len(line) + 1
    assert found.corrected != line or not line
    for language in LANGUAGES:
        shown = "".join(lines_of(found, language))
        assert not {one for one in shown if unicodedata.category(one) in ("Cc", "Cf")} - {"\t"}


@settings(max_examples=60, deadline=None)
@given(mutated())
def test_a_slip_is_told_at_its_place_or_does_no_harm(slip: tuple[str, str]) -> None:
    """The loader never fails: it gives a rulebook, or faults with a place in the file."""
    path, text = slip
    files = FILES | {path: text.encode()}
    loaded = load(files)
    assert (loaded.rulebook is None) == any(one.is_fault for one in loaded.findings)
    for found in loaded.findings:
        check_place(found, files)
