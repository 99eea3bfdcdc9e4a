"""A warning of each code of the analysis, from small folders: what the catalogue shows as its example."""

from collections.abc import Iterator

import msgspec

from tests.builders_rules import POLICIES, RULES, TERMS, compiled, sound_rules
from tests.unit.analysis.folders import APPLIED, ROUTED, TODAY, folder
from tests.unit.rulebook_load.table_files import SIDECAR, with_table
from triage.rulebook.analysis.analyse import Asked, analyse
from triage.rulebook.faults import Finding
from triage.rulebook.syntax import line_of

HIGH, CLAIMS, CARE = "{priority: high}", "{department: claims}", "{department: care}"
TWO = {"first": "{channel: phone}", "second": "{channel: phone}"}
OLD = {"broad": "{customer.age: {at_least: 65}}", "narrow": "{customer.age: {at_least: 80}}"}
OTHER = "id: other\ntitle: {en: Other, zh-Hans: 其他}\nterms: [医疗事故, 其他]\nhits: [其他]\nmisses: [无关]\n"
ROWS = SIDECAR[: SIDECAR.index("  - given")] + "  - {given: {customer.age: 90}, expect: {fires: true}}\n"


def _ending(last_day: str) -> dict[str, bytes]:
    return folder(
        {}, more={"triage/rules.yaml": RULES.replace("    when:\n", f"    effective: {{to: {last_day}}}\n    when:\n")}
    )


FILES: dict[str, dict[str, bytes]] = {
    "never-fires": folder({"odd": HIGH}, {"odd": "{all: [{channel: phone}, {channel: web}]}"}),
    "never-applies": folder(
        {"odd": HIGH},
        more={
            "sla/policies.yaml": APPLIED.replace("applies_when: always", "applies_when: {tags: {contains: medicla}}")
        },
    ),
    "never-matches": folder(
        {"odd": HIGH},
        more={
            "sla/policies.yaml": APPLIED.replace("when: {kind: final}", "when: {all: [{kind: final}, {kind: holding}]}")
        },
    ),
    "dead-part": folder({"odd": HIGH}, {"odd": "{channel: phone, any: [{nature: petition}, {channel: web}]}"}),
    "needless-part": folder(
        {"odd": HIGH}, {"odd": "{any: [{customer.age: {at_least: 65}}, {customer.age: {at_least: 80}}]}"}
    ),
    "duplicate-rule": folder({"first": HIGH, "second": HIGH}, TWO),
    "shadowed-rule": folder({"broad": HIGH, "narrow": "{priority: normal}"}, OLD),
    "outranked-department": folder({"broad": CARE, "narrow": CLAIMS}, OLD),
    "overlap": folder(
        {"first": CLAIMS, "second": CARE},
        {"first": "{amount_disputed: {at_most: 5000 CNY}}", "second": "{amount_disputed: {at_least: 4000 CNY}}"},
    ),
    "gap": folder({"routed": CLAIMS}, ROUTED),
    "unused": sound_rules(),
    "switched-off": sound_rules()
    | {"triage/rules.yaml": RULES.replace("    when:\n", "    status: disabled\n    when:\n").encode()},
    "needless-term": sound_rules()
    | {"terms/medical.yaml": TERMS.replace("malpractice", "malpractice, medical malpractice").encode()},
    "shared-term": folder(
        {"one": CLAIMS, "two": CARE},
        {"one": "{description: {mentions: medical}}", "two": "{description: {mentions: other}}"},
        {"terms/other.yaml": OTHER},
    ),
    "unreachable-row": with_table("row,customer.age at_least,then.priority\nolder,65,high\nold,80,urgent\n", ROWS),
    "ends-soon": _ending("2026-04-30"),
    "ended": _ending("2026-03-01"),
    "stale-source": sound_rules()
    | {
        "sla/policies.yaml": POLICIES.replace(
            "grade: verified-text", "grade: verified-text, reviewed: 2025-03-01"
        ).encode()
    },
}
"""Files that make the analysis tell a code, beside whatever else it says of them."""


def warned() -> Iterator[Finding]:
    """A finding of each code."""
    for code, files in FILES.items():
        found = analyse(compiled(files), files, Asked(now=TODAY, stale=365))
        yield _with_line(files, next(one for one in found if one.code == code))


def _with_line(files: dict[str, bytes], found: Finding) -> Finding:
    return msgspec.structs.replace(found, line_text=line_of(files, found.file, found.line))
