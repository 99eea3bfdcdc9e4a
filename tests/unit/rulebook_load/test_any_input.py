"""Whatever stands in the files, loading says what is wrong with it and never fails itself."""

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders_rules import TEXTS, changed, policies_of, sound_rules
from tests.unit.rulebook_load.pack_files import WITH_PACK
from tests.unit.rulebook_load.table_files import CSV, SHEET, SIDE, SIDECAR, XLSX, rows_of, workbook_of
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.rule_files import FOLDERS
from triage.rulebook.syntax import LARGEST

pytestmark = pytest.mark.long

PATHS = st.sampled_from(
    [
        *TEXTS,
        *(f"{folder}/new.yaml" for folder in FOLDERS),
        *(f"tables/t{ending}" for ending in (".csv", ".xlsx", ".table.yaml")),
        "other/a.yaml",
    ]
)
SYNTAX = [
    " ", "  ", "\n", "\t", ":", ": ", ",", "[", "]", "{", "}", "-", "- ", "#", "&a ", "*a", "!!int ", "<<: ",
    "|\n", ">\n", "'", '"', "?", "? ", "%", "@", "`", "---\n", "...\n", "%YAML 1.2\n",
    "：", "，", "［", "］", "｛", "｝", "“", "”", "‘", "’", "\u3000", "０", "\u00a0",
    "\x00", "\ufeff", "\u2028", "\x85", "\r", "\ud7ff", "\U0001f600",
    "~", "null", "yes", "-1", "99999999999999", "0000-00-00", "9999-12-31", "0001-01-01",
    '"\\x00"', '"\\ud800"', "a" * 300,
]  # fmt: skip
"""What a slip of the keyboard, or an unkind author, puts into a file."""

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line of YAML."""

PIECES = st.sampled_from(SYNTAX) | st.text(max_size=4)


ALL_WORDS = policies_of(
    {
        "words": [
            "id: one, start: {clock: two, is: breached}, deliver: any_time, "
            "stop: [complaint.reply_sent, {clock: decision/answer, is: met}], "
            "limit: {by: priority, urgent: 1 hour, high: 8 working hours, normal: {later_of: [1 week, 1 month]}, "
            "low: {earlier_of: [2 working days, 3 calendar days]}}, "
            "pause: [appraisal, {mediation: {needs: [complainant_agreed], remind: 1 week}}], on_reopen: resume, "
            "extend: [{to: 2 months, needs: [reason], approver: department_head}, "
            "{add: 1 week, from: grant, late: accepted}], "
            "warn: [50%, 1 hour before], "
            "escalate: [{after: 1 hour, to: [owner, department_head], every: 1 working day}]",
            "id: two, start: complaint.registered, stop: complaint.withdrawn, cancel: complaint.referred, "
            "restart: {on: complaint.amended, when: {new_facts: true}}, limit: 5 working days, start_day: included, "
            "due: close_of_business, roll_forward: true, counts_against: customer",
            "id: three, start: complaint.solution_accepted, stop: complaint.payment_completed, every: 1 working day, "
            "reset: {on: complaint.contacted, when: {direction: to_customer}}",
        ]
    },
    "applies_when: always\n    detach: cancel",
)
RICH = WITH_PACK | {"sla/words.yaml": ALL_WORDS, CSV: SHEET, SIDE: SIDECAR}
"""A sound folder with a pack, a decision table and every word about clocks, by path."""


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, str]:
    """A file of the rich folder and its text after up to four deletions, insertions or replacements."""
    path = draw(st.sampled_from(sorted(RICH)))
    text = RICH[path]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 1, 2, 8, 40]))
        text = text[:start] + draw(st.just("") | PIECES) + text[start + length :]
    return path, text


def check(files: dict[str, bytes]) -> None:
    """Load and, when there is no fault, judge; what comes out has to hang together."""
    loaded = load(files)
    faults = [finding for finding in loaded.findings if finding.is_fault]
    assert (loaded.rulebook is None) == bool(faults)
    lines = {path: len(LINE_END.split(content.decode("utf-8", "replace"))) for path, content in files.items()}
    lines |= {path: 1 << 20 for path in files if path.endswith(".xlsx")}  # there lines are rows
    assert all(1 <= one.line <= lines.get(one.file, 1) + 1 and one.column >= 1 for one in loaded.findings)
    if loaded.rulebook is not None:
        judge(CompiledRulebook(loaded.rulebook))


def test_the_rich_folder_is_sound() -> None:
    """What is mutated below begins without a fault, so that what is found there is the mutation's."""
    assert load({path: text.encode() for path, text in RICH.items()}).findings == ()


@settings(max_examples=250, deadline=None)
@given(mutations())
def test_a_mutated_file_is_loaded_or_its_faults_are_told(mutated: tuple[str, str]) -> None:
    """A sound file with a few characters changed never makes the loader or the judge fail, and a folder with
    faults never gives a rulebook."""
    path, text = mutated
    check({one: each.encode("utf-8", "surrogatepass") for one, each in (RICH | {path: text}).items()})


def _workbook() -> bytes:
    rows = rows_of(SHEET)
    rows[2][2:4] = [70, "1000 CNY|50000 CNY"]  # type: ignore[list-item] # a number among texts
    return workbook_of(rows, lambda sheet: sheet.merge_cells("J8:K9"))


BOOK = _workbook()
PARTS = {part: ZipFile(io.BytesIO(BOOK)).read(part).decode() for part in ZipFile(io.BytesIO(BOOK)).namelist()}
XML = st.sampled_from(
    [
        "<", ">", "/", '"', "&", "&amp;", "&lt;", "]]>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<c/>", "<row/>",
        "</row>", '<c r="C3"><f>1+1</f></c>', '<c r="A1048576" t="s"><v>99</v></c>', '<c t="b"><v>x</v></c>',
        '<c t="e"><v>#N/A</v></c>', '<c t="d"><v>2026-03-02</v></c>', '<c s="99"><v>1</v></c>',
        '<c t="inlineStr"><is><r><t>x</t></r></is></c>', '<col min="0" max="99999999" hidden="1"/>',
        '<mergeCell ref="A1:XFD1048576"/>', "1e308", "nan", "-1", "0", "99999999999", ' r="0"', ' t="s"', ' hidden="1"',
    ]
)  # fmt: skip
"""What may stand in the XML of a workbook where nobody expects it."""


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.data())
def test_a_workbook_that_was_tampered_with_is_read_or_told(part: str, data: st.DataObject) -> None:
    """Whatever stands in the XML of a workbook, loading says what is wrong with it and never fails itself."""
    text = PARTS[part]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 0, 0, 1, 4, 40]))
        text = text[:start] + data.draw(st.just("") | XML | st.text(max_size=3)) + text[start + length :]
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as book:
        for name, plain in (PARTS | {part: text}).items():
            book.writestr(name, plain.encode("utf-8", "surrogatepass"))
    check(sound_rules() | {XLSX: content.getvalue(), SIDE: SIDECAR.encode()})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_told(damage: list[tuple[int, int]]) -> None:
    """A workbook with some bytes changed is read, or refused."""
    content = bytearray(BOOK)
    for place, value in damage:
        content[place] = value
    check(sound_rules() | {XLSX: bytes(content), SIDE: SIDECAR.encode()})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(PATHS, st.binary(max_size=200), max_size=4), st.booleans())
def test_arbitrary_bytes_are_faults(files: dict[str, bytes], among_sound: bool) -> None:
    """Any bytes under any name are told about and never make the loader fail."""
    check((sound_rules() if among_sound else {}) | files)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.lists(PIECES, max_size=25).map("".join))
@example("rulebook.yaml", "zone: [")
@example("calendars/cn.yaml", "\u2028\u2028\u2028\t")
def test_arbitrary_yaml_is_a_fault(path: str, text: str) -> None:
    """Pieces of YAML in any order in place of a file never make the loader fail."""
    check(sound_rules() | {path: text.encode("utf-8", "surrogatepass")})


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "{a: " * 5000, "- " * 5000, "：\n" * 20_000, '"' + "“" * 100_000, "a：b，\n" * 60_000, "? " * 3000,
     "!a%ff b"],
    ids=["lists", "mappings", "dashes", "colons", "quotes", "lines", "keys", "escape"],
)  # fmt: skip
def test_files_that_are_far_from_yaml_end_soon(text: str) -> None:
    """Deep nesting and a file full of look-alikes end in a fault, not in a deep recursion or a long wait."""
    assert len(text.encode()) <= LARGEST
    loaded = load(sound_rules() | {"terms/odd.yaml": text.encode()})
    assert loaded.rulebook is None
    assert {one.file for one in loaded.findings} == {"terms/odd.yaml"}


@pytest.mark.parametrize("name", ["Asia", "../UTC", "/etc/passwd", "a" * 300, "\\0", "Ünrein", "posixrules/", "."])
def test_a_strange_zone_is_a_fault(name: str) -> None:
    """A zone that is a folder, a path or no name at all is unknown, in the rulebook and in a calendar."""
    for file in ("rulebook.yaml", "calendars/cn.yaml"):
        loaded = load(changed(file, "zone: Asia/Shanghai", f'zone: "{name}"'))
        assert [(one.file, one.code) for one in loaded.findings] == [(file, "unknown-value")]
