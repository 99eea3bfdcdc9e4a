"""Every fault that rule files can have is found at its own place, and nothing else is made up beside it."""

import pytest

from tests.builders_rules import POLICIES, RULEBOOK, RULES, TERMS, changed, places, policies_of, sound_rules
from tests.unit.rulebook_load.fault_rows import Row
from tests.unit.rulebook_load.provoked import FOLDER_CODES, ROWS, examples
from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import WARNING, Finding
from triage.rulebook.load import load
from triage.service.release import inspect_files
from triage.wording.text import say

CIRCLES = policies_of(
    {
        "behind": ["id: it, start: {clock: one/it, is: met}, stop: complaint.withdrawn, limit: 1 hour"],
        "one": ["id: it, start: complaint.registered, stop: {clock: other/it, is: met}, limit: 1 hour"],
        "other": ["id: it, start: {clock: one/it, is: ended}, stop: complaint.withdrawn, limit: 1 hour"],
        "self": [
            "id: sound, start: {clock: waits, is: met}, stop: complaint.withdrawn, limit: 1 hour",
            "id: waits, start: complaint.registered, stop: [complaint.withdrawn, {clock: waits, is: breached}], "
            "limit: 1 hour",
        ],
    }
)
"""Two clocks that wait for each other, one that waits for itself, and two behind these that wait in no circle."""

MORE_FILES: dict[str, tuple[dict[str, bytes], list[str]]] = {
    "a list over 1 MiB": ({"terms/big.yaml": b"#" * (1 << 20) + b"#"}, ["terms/big.yaml:1:1 too-large"]),
    "GBK from Excel": ({"terms/gbk.yaml": "id: x\nterms: [医疗]\n".encode("gbk")}, ["terms/gbk.yaml:2:10 not-utf-8"]),
    "UTF-16": ({"terms/wide.yaml": "id: x".encode("utf-16")}, ["terms/wide.yaml:1:1 not-utf-8"]),
    "no bytes": ({"terms/none.yaml": b""}, ["terms/none.yaml:1:1 empty-file"]),
    "the same list twice": ({"terms/second.yaml": TERMS.encode()}, ["terms/second.yaml:1:1 duplicate-id"]),
    "the same rules twice": ({"triage/second.yaml": RULES.encode()}, ["triage/second.yaml:2:5 duplicate-id"]),
    "the same policies twice": (
        {"sla/second.yaml": POLICIES.encode()},
        ["sla/second.yaml:2:5 duplicate-id", "sla/second.yaml:23:5 duplicate-id"],
    ),
    "two circles of clocks": (
        {"sla/circles.yaml": CIRCLES.encode()},
        ["sla/circles.yaml:11:5 clock-circle", "sla/circles.yaml:29:5 clock-circle"],
    ),
    "a file beside a pack's folders": ({"packs/gb/a.yaml": b"a: 1\n"}, ["packs/gb/a.yaml:1:1 misplaced-file"]),
}
"""Further files beside the sound ones, and what is found."""

EXAMPLES = {
    "priority: high, department: claims, policies": ("priority: low, department: claims, policies", 18, "priority is"),
    "{fires: false, fallback: true}": ("{fires: true}", 20, "fires: false"),
}
"""Wrong expectations of the sound rule's examples: the line of the example, and what is told."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.codes.split()[0]}-{ROWS.index(row)}")
def test_a_fault_is_found_at_its_place_and_alone(row: Row) -> None:
    """One fault gives one finding, with its code, line and column and the words that help."""
    loaded = load(sound_rules() | {row.file: row.text.encode()})
    assert places(loaded.findings) == row.expected
    assert row.says in str(loaded.findings[0])
    assert (loaded.rulebook is None) == any(one.is_fault for one in loaded.findings)


@pytest.mark.parametrize("name", MORE_FILES)
def test_a_faulty_file_beside_sound_ones_is_found(name: str) -> None:
    """A further file with a fault is told by its own path."""
    files, expected = MORE_FILES[name]
    loaded = load(sound_rules() | files)
    assert places(loaded.findings) == expected
    assert loaded.rulebook is None


def test_a_folder_without_its_rulebook_is_told() -> None:
    """Without rulebook.yaml that alone is told: nothing that it would have declared is called unknown."""
    files = sound_rules()
    del files["rulebook.yaml"]
    assert places(load(files).findings) == ["rulebook.yaml:1:1 missing-file"]
    assert places(load({}).findings) == ["rulebook.yaml:1:1 missing-file"]


@pytest.mark.parametrize("old", EXAMPLES)
def test_an_example_that_does_not_hold_is_told_at_the_example(old: str) -> None:
    """The finding stands at the example, and says what came instead."""
    new, line, says = EXAMPLES[old]
    found = inspect_files(changed("triage/rules.yaml", old, new))
    assert f"triage/rules.yaml:{line}:9 example-fails" in places(found)
    assert any(says in str(one.message) for one in found)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_provoked_by_some_files(code: str) -> None:
    """The list of codes is closed in both directions: none is left that no rule file can cause. A code without an
    example has one to come in `provoked.py`."""
    assert code in examples() or code in FOLDER_CODES


def test_a_code_outside_the_list_cannot_be_reported() -> None:
    """A finding with a code that the list lacks is refused when it is made."""
    with pytest.raises(ValueError, match="no-such-code"):
        Finding(
            severity="fault",
            file="a",
            line=1,
            column=1,
            code="no-such-code",
            message=say("{file} is missing", file="a"),
        )


UNLISTED = {
    "packs/gb/triage/a.yaml": RULES.encode(),
    "packs/gb/sla/broken.yaml": b"policies: [",
    "packs/us/terms/a.yaml": b"\xff",
}
"""Packs that rulebook.yaml does not list, with files that would be faulty if they were read."""

WARNINGS: dict[str, tuple[dict[str, bytes], list[str]]] = {
    "dates outside the known ones": (
        changed("calendars/cn.yaml", "known_until: 2026-12-31", "known_until: 2026-12-30"),
        ["calendars/cn.yaml:20:16 beyond-known"],
    ),
    "unlisted packs": (
        sound_rules() | UNLISTED,
        ["packs/gb/sla/broken.yaml:1:1 unlisted-pack", "packs/us/terms/a.yaml:1:1 unlisted-pack"],
    ),
}
"""What may be in doubt: the files, and what is told."""


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_lets_the_rulebook_be_used(name: str) -> None:
    """A warning is told once and lets the rulebook be used, a fault never."""
    files, expected = WARNINGS[name]
    loaded = load(files)
    assert places(loaded.findings) == expected
    assert {one.severity for one in loaded.findings} == {WARNING}
    assert loaded.rulebook is not None


def test_faults_of_one_file_come_together_in_order() -> None:
    """Five faults of five kinds in one file are told in one run, in the order of the lines."""
    text = (
        RULEBOOK.replace("zone: Asia/Shanghai", "zone: Asia/Shangai")
        .replace("examples_on: 2026-03-02", "examples_on: 2 March")
        .replace("[urgent, high, normal, low]", "[urgent, high, normal, high]")
        .replace("    duty_owner: Sun Qiang\n", "")
        .replace("ladders:\n", "packs: {}\nladders:\n")
    )
    assert places(load(sound_rules() | {"rulebook.yaml": text.encode()}).findings) == [
        "rulebook.yaml:3:7 unknown-value",
        "rulebook.yaml:8:14 wrong-type",
        "rulebook.yaml:9:36 duplicate-value",
        "rulebook.yaml:26:5 missing-key",
        "rulebook.yaml:30:8 wrong-type",
    ]


def test_faults_of_several_files_come_together() -> None:
    """A line that cannot be parsed in one file does not hide the fault of another."""
    files = changed("terms/medical.yaml", "hits: [", "hits [") | {
        "triage/rules.yaml": RULES.replace("priority: high\n", "priority: hihg\n").encode()
    }
    assert places(load(files).findings) == ["terms/medical.yaml:5:1 not-yaml", "triage/rules.yaml:11:17 unknown-value"]
