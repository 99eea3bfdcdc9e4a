"""Where the right line can be told it is told, and it is right."""

import pytest

from tests.builders_rules import changed
from tests.unit.rulebook_load.provoked import planted, with_line
from triage.rulebook.faults import Finding
from triage.rulebook.load import load

CORRECTED = [(files, found) for files, found in planted() if found.corrected]
"""The planted faults whose corrected line is told."""

WRITTEN: dict[str, tuple[str, str, str, str]] = {
    "a word misspelt": ("triage/rules.yaml", "priority: high\n", "priority: hihg\n", "priority: high"),
    "a key misspelt": ("triage/rules.yaml", "    why:", "    wy:", "why: It needs a dedicated handler at once."),
    "a fact misspelt": (
        "triage/rules.yaml", "- causes: {con", "- cause: {con", "- causes: {contains: medical_dispute}",
    ),
    "a word in quotes": ("triage/rules.yaml", "priority: high\n", "priority: 'hihg'\n", "priority: 'high'"),
    "yes": ("triage/rules.yaml", "fires: false,", "fires: no,", "expect: {fires: false, fallback: true}"),
    "is of a list": (
        "triage/rules.yaml", "- causes: {contains: medical_dispute}", "- causes: {is: medical_dispute}",
        "- causes: {contains: medical_dispute}",
    ),
    "a value of a list": (
        "triage/rules.yaml", "- causes: {contains: medical_dispute}", "- causes: medical_dispute",
        "- causes: {contains: medical_dispute}",
    ),
    "one tag": ("triage/rules.yaml", "tags: [medical]", "tags: medical", "tags: [medical]"),
    "tags by commas": ("triage/rules.yaml", "tags: [medical]", "tags: a、b,c", "tags: [a, b, c]"),
    "a tag with a space": ("triage/rules.yaml", "tags: [medical]", "tags: [medical case]", "tags: [medical-case]"),
    "no currency": (
        "triage/rules.yaml", "50000 CNY", "50000",
        "- given: {causes: [medical_dispute], amount_disputed: 50000 CNY}",
    ),
    "an amount in yuan": (
        "triage/rules.yaml", "50000 CNY", "5万元", "- given: {causes: [medical_dispute], amount_disputed: 50000 CNY}",
    ),
    "an amount with signs": (
        "triage/rules.yaml", "50000 CNY", "'¥50,000.50'",
        "- given: {causes: [medical_dispute], amount_disputed: '50000.50 CNY'}",
    ),
    "an event without its prefix": ("sla/policies.yaml", "stop: complaint.contacted", "stop: contacted",
                                    "stop: complaint.contacted"),
    "days": ("sla/policies.yaml", "15 calendar days", "15 days", "limit: 15 calendar days"),
    "working days in Chinese": ("sla/policies.yaml", "15 calendar days", "15个工作日", "limit: 15 working days"),
    "days in Chinese": ("sla/policies.yaml", "15 calendar days", "15日", "limit: 15 calendar days"),
    "a unit misspelt": ("sla/policies.yaml", "15 calendar days", "15 Calender-Days", "limit: 15 calendar days"),
    "a warning without a unit": ("sla/policies.yaml", "[80%, 1 working", "[80, 1 working",
                                 "warn: [80%, 1 working day before]"),
    "a warning in days": (
        "sla/policies.yaml", "1 working day before", "1 day before", "warn: [80%, 1 calendar days before]",
    ),
    "a warning twice": ("sla/policies.yaml", "[80%, 1", "[80%, 80%, 1", "warn: [80%, 1 working day before]"),
    "a time of one digit": (
        "sla/policies.yaml", "until: 2026-03-02 15:00:01", "until: 2026/3/2 9:05", "until: 2026-03-02 09:05",
    ),
    "a date of a spreadsheet": ("rulebook.yaml", "2026-03-02", "2026/3/2", "examples_on: 2026-03-02"),
    "a date in Chinese": ("rulebook.yaml", "2026-03-02", "2026年3月2日", "examples_on: 2026-03-02"),
    "an entry twice": (
        "rulebook.yaml", "[urgent, high, normal, low]", "[urgent, high, urgent, normal, low]",
        "priorities: [urgent, high, normal, low]",
    ),
    "hours of one digit": (
        "calendars/cn.yaml", 'hours: ["09:00-12:00"]', 'hours: ["9:00-12:00"]',
        '- {date: 2026-12-31, hours: ["09:00-12:00"], name: Last day}',
    ),
    "hours with a long dash": (
        "calendars/cn.yaml", 'hours: ["09:00-12:00"]', 'hours: ["09:00～12:00"]',
        '- {date: 2026-12-31, hours: ["09:00-12:00"], name: Last day}',
    ),
    "an anchor": ("facts.yaml", "from: labels.vip", "from: &a labels.vip", "- {name: vip, title: {en: Important, "
                  "zh-Hans: 重要}, type: yes_no, from: labels.vip}"),
    "no space behind a colon": ("rulebook.yaml", "zone: Asia/Shanghai", "zone:Asia/Shanghai", "zone: Asia/Shanghai"),
    "a full-width time": (
        "calendars/cn.yaml", 'hours: ["09:00-12:00"]', 'hours: ["09：00-12:00"]',
        '- {date: 2026-12-31, hours: ["09:00-12:00"], name: Last day}',
    ),
    "a colon in a text": (
        "triage/rules.yaml", "why: It needs a dedicated handler at once.", "why: Note: it needs a handler.",
        'why: "Note: it needs a handler."',
    ),
    "a sign at the beginning": ("rulebook.yaml", "name: small", "name: @small", 'name: "@small"'),
    "a backslash": ("rulebook.yaml", "name: small", 'name: "C:\\small"', "name: 'C:\\small'"),
    "an open quote": ("rulebook.yaml", "name: small", 'name: "small', 'name: "small"'),
    "an open list": (
        "rulebook.yaml", "teams: [medical, motor]", "teams: [medical, motor", "teams: [medical, motor]",
    ),
    "an open mapping": (
        "triage/rules.yaml", "given: {channel: fax, nature: petition}", "given: {channel: fax, nature: petition",
        "- given: {channel: fax, nature: petition}",
    ),
    "a full-width dash": ("sla/policies.yaml", "  - id: contact\n", "  － id: contact\n", "- id: contact"),
}  # fmt: skip
"""What was written in the sound folder in place of what, and the corrected line that is told."""


def found_in(file: str, old: str, new: str) -> Finding:
    found = load(changed(file, old, new)).findings
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_corrected_line_is_told(name: str) -> None:
    """A typical slip is told with the line as it would be right, and that line makes the folder sound again."""
    file, old, new, corrected = WRITTEN[name]
    found = found_in(file, old, new)
    assert found.corrected.strip() == corrected
    assert load(with_line(changed(file, old, new), found, found.corrected)).findings == ()


@pytest.mark.parametrize(("files", "found"), CORRECTED, ids=lambda one: one.code if isinstance(one, Finding) else "")
def test_a_corrected_line_takes_its_fault_away(files: dict[str, bytes], found: Finding) -> None:
    """Whatever line is told as corrected: with it the fault is gone."""
    left = load(with_line(files, found, found.corrected)).findings
    assert found.corrected != found.line_text
    assert str(found) not in [str(one) for one in left]


def test_most_planted_slips_of_words_are_corrected() -> None:
    """Every near word has its corrected line."""
    near = [found for _, found in planted() if str(found.hint).startswith("did you mean")]
    assert len(near) > 30
    assert [str(found) for found in near if not found.corrected] == []


def test_what_was_found_and_what_is_allowed_is_told() -> None:
    """A word that is none of the declared ones is told beside them, with its place from beginning to end."""
    found = found_in("triage/rules.yaml", "priority: high\n", "priority: hihg\n")
    assert (found.found, found.allowed) == ("hihg", ("urgent", "high", "normal", "low"))
    assert found.line_text == "      priority: hihg"
    assert found.line_text[found.column - 1 : (found.end_column or 0) - 1] == "hihg"


def test_a_missing_key_is_told_as_allowed() -> None:
    found = found_in("terms/medical.yaml", "hits: [因为医疗事故住院]\n", "")
    assert (found.code, found.allowed) == ("missing-key", ("hits",))


def test_places_are_those_of_the_line_as_it_is_written() -> None:
    """A line put right in memory is longer than the written one; what is found behind that place is not moved."""
    old = "fallback: {department: coordination, team: intake"
    found = load(changed("rulebook.yaml", old, "fallback：{department: coordination, team: intakes")).findings
    assert [one.code for one in found] == ["look-alike-character", "unknown-value"]
    for one in found:
        assert one.line_text.startswith("fallback：{")
    assert found[1].line_text[found[1].column - 1 : (found[1].end_column or 0) - 1] == "intakes"


def test_a_key_inside_a_spoilt_one_is_not_called_missing() -> None:
    """A full-width colon makes one key of several: that alone is told."""
    found = load(changed("rulebook.yaml", "fallback: {department: coor", "fallback: {department：coor")).findings
    assert [one.code for one in found] == ["look-alike-character"]


def test_a_very_long_line_is_not_repeated() -> None:
    """A line of thousands of characters is told by its place alone."""
    found = found_in("rulebook.yaml", "teams: [illness, elderly]", f"teams: [{'x' * 4000}, illness, elderly, illness]")
    assert (found.code, found.line_text, found.corrected) == ("duplicate-value", "", "")


def test_a_word_written_with_escapes_has_no_corrected_line() -> None:
    """What stands in the line is not what was read: only the near word is told."""
    found = found_in("triage/rules.yaml", "priority: high\n", 'priority: "hi\\u0068g"\n')
    assert (str(found.hint), found.corrected) == ('did you mean "high"?', "")
