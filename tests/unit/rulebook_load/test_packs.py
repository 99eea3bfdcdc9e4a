"""Packs: the same folders again for one jurisdiction, with ids and a condition of their own."""

from datetime import UTC, datetime

import pytest

from monitors.clocks.policy import ClockPattern, ClockPolicy, Reached
from tests.builders_rules import compiled, places, policies_of
from tests.unit.rulebook.cases import case, decided
from tests.unit.rulebook_load.fault_rows import Row
from tests.unit.rulebook_load.pack_files import LISTED, PACK, WITH_PACK, with_pack
from triage.domain.condition import All, Always, Op, Test
from triage.domain.facts import History
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.model import Rule

IN_GB = Test("jurisdiction", Op.IS, "GB")
DESK_FILE, RULES_FILE, POLICIES_FILE = "rulebook.yaml", "packs/gb/triage/rules.yaml", "packs/gb/sla/policies.yaml"


def rule(rule_id: str) -> Rule:
    return next(one for one in compiled(with_pack()).rulebook.rules if one.id == rule_id)


def clock(policy: str, clock_id: str) -> ClockPolicy:
    clocks = compiled(with_pack()).rulebook.policies[policy].clocks
    return next(one for one in clocks if one.id == clock_id)


def test_ids_of_a_pack_are_kept_with_its_name() -> None:
    """Rules, policies, term lists and calendars of a pack stand beside those of the rulebook with the same id; short
    names of clocks stay as they are, full ones carry the pack."""
    book = compiled(with_pack()).rulebook
    assert [one.id for one in book.rules] == ["gb:medical-is-high", "gb:late", "gb:unspoken", "medical-is-high"]
    assert sorted(book.policies) == ["contact", "decision", "gb:decision", "gb:gone-late", "gb:letter"]
    assert sorted(book.terms) == ["delay", "gb:medical", "medical"]
    assert {key: one.zone for key, one in book.calendars.items()} == {"cn": "Asia/Shanghai", "gb:uk": "Europe/London"}
    assert {key: one.id for key, one in book.policies.items()} == {key: key for key in book.policies}
    letter = book.policies["gb:letter"]
    assert [letter.clock_name(one) for one in letter.clocks] == ["gb:letter/sent", "gb:letter/again"]
    assert {one.policy for one in book.policy_examples} == set(book.policies)


def test_a_reference_inside_a_pack_finds_its_own_first() -> None:
    """What the pack and the rulebook both have is the pack's; what it has not is the rulebook's."""
    book = compiled(with_pack()).rulebook
    assert rule("gb:medical-is-high").then.policies == ("gb:decision", "contact", "gb:letter")
    assert rule("gb:medical-is-high").when == All((IN_GB, Test("description", Op.MENTIONS, ("gb:medical", "delay"))))
    assert book.policies["gb:decision"].calendar == "gb:uk"
    assert book.policies["gb:letter"].calendar == "cn"
    assert book.policies["gb:gone-late"].applies_when == All(
        (IN_GB, Test("clocks.breached", Op.CONTAINS_ANY, ("gb:decision/answer", "contact/call")))
    )


def test_a_clock_inside_a_pack_waits_for_its_own_first() -> None:
    """Short names mean the same policy's clock, full names the pack's, then the rulebook's."""
    sent = clock("gb:letter", "sent")
    assert sent.start == (
        ClockPattern("gb:decision/answer", Reached.BREACHED),
        ClockPattern("contact/call", Reached.BREACHED),
    )
    assert sent.cancel == (ClockPattern("gb:letter/again", Reached.MET),)


def test_examples_inside_a_pack_speak_of_its_own_first() -> None:
    """`policies`, `rules` and given clocks of an example are found like every other reference."""
    first, _ = rule("gb:medical-is-high").examples
    assert first.expect["policies"] == ("gb:decision", "gb:letter")
    assert first.expect["rules"] == ("gb:medical-is-high", "gb:late")
    breached, _ = rule("gb:late").examples
    assert breached.given["clocks.breached"] == ["gb:decision/answer"]
    assert breached.expect["policies"] == ("gb:gone-late",)


def test_the_rulebook_does_not_see_a_packs_ids_without_its_name() -> None:
    """References of the rulebook's own files mean its own; a pack's is named in full."""
    book = compiled(with_pack()).rulebook
    own = next(one for one in book.rules if one.id == "medical-is-high")
    assert own.then.policies == ("contact",)
    named = with_pack({"triage/rules.yaml": ("policies: [contact]\n", "policies: [contact, 'gb:letter']\n")})
    own = next(one for one in compiled(named).rulebook.rules if one.id == "medical-is-high")
    assert own.then.policies == ("contact", "gb:letter")
    found = load(with_pack({"triage/rules.yaml": ("policies: [contact]\n", "policies: [contact, letter]\n")})).findings
    assert places(found) == ["triage/rules.yaml:16:27 unknown-value"]


def test_the_examples_of_a_pack_hold() -> None:
    """A pack's examples are judged with its condition, its calendar and its zone; nothing else changes its verdict."""
    assert [str(one) for one in judge(compiled(with_pack())) if not one.passed] == []


def test_a_packs_condition_stands_before_every_rule_and_policy_of_it() -> None:
    """A rule or policy that would hold always holds only where the pack applies; the rulebook's own stay the same."""
    book = compiled(with_pack()).rulebook
    assert rule("gb:late").when == All((IN_GB, Always()))
    assert book.policies["gb:decision"].applies_when == All((IN_GB, Always()))
    assert book.policies["decision"].applies_when == Always()
    assert book.policies["gb:letter"].applies_when is None


@pytest.mark.parametrize(
    ("jurisdiction", "rules", "policies", "priority"),
    [
        (
            "GB",
            ["gb:late", "gb:medical-is-high"],
            ("contact", "decision", "gb:decision", "gb:gone-late", "gb:letter"),
            "urgent",
        ),
        ("CN", [], ("decision",), "normal"),
        (None, [], ("decision",), "normal"),
    ],
)
def test_a_pack_counts_only_where_its_condition_holds(
    jurisdiction: str | None, rules: list[str], policies: tuple[str, ...], priority: str
) -> None:
    """A British complaint comes under the pack and the rulebook, a Chinese one, or one that names no place, under the
    rulebook alone, whatever else the pack's rules and policies ask for."""
    book = compiled(with_pack())
    data = {"description": "whiplash", "jurisdiction": jurisdiction}
    facts = book.facts.of_case(case(data), History(), {"gb:decision/answer"})
    decision = book.decide(facts, case(data))
    assert [one.rule for one in decision.reasons] == rules
    assert decision.outcome.policies == policies
    assert decision.outcome.priority == priority


def test_a_term_list_of_a_pack_is_its_own() -> None:
    """The pack's list of the same id does not make the rulebook's rule fire, nor the other way round."""
    book = compiled(with_pack())
    british = decided(book, case({"description": "whiplash", "jurisdiction": "GB"}))
    assert "medical-is-high" not in {one.rule for one in british.reasons}
    other = decided(book, case({"description": "malpractice", "jurisdiction": "GB"}))
    assert {one.rule for one in other.reasons} == {"gb:late", "medical-is-high"}


def test_a_pack_that_applies_always_adds_nothing() -> None:
    """`applies_when: always` leaves the conditions as they are written."""
    files = with_pack({DESK_FILE: ("{jurisdiction: GB}", "always")})
    book = compiled(files).rulebook
    assert next(one for one in book.rules if one.id == "gb:late").when == Always()
    assert book.policies["gb:decision"].applies_when == Always()


def test_a_packs_condition_may_speak_of_several_facts() -> None:
    """It is a condition like every other; terms in it are the rulebook's."""
    files = with_pack(
        {DESK_FILE: ("{jurisdiction: GB}", "{any: [{jurisdiction: GB}, {description: {mentions: delay}}]}")}
    )
    book = compiled(files)
    for data, is_under in (({"jurisdiction": "GB"}, True), ({"description": "too late"}, True), ({}, False)):
        assert ("gb:decision" in decided(book, case(data)).outcome.policies) is is_under


def test_times_in_a_packs_examples_are_those_of_its_calendar() -> None:
    """Times without an offset are London's, those in the data of an event too."""
    registered = "{type: complaint.registered, time: 2026-03-02 10:00}\n          - {type: complaint.reply_sent"
    stated = registered.replace("10:00}", "10:00, data: {received_at: 2026-03-02 09:30}}")
    book = compiled(with_pack({POLICIES_FILE: (registered, stated)})).rulebook
    event = next(one for one in book.policy_examples if one.policy == "gb:decision").events[0]
    assert event.time == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert event.data == {"received_at": "2026-03-02T09:30:00+00:00"}


def test_several_packs_stand_side_by_side() -> None:
    """Each pack has ids and a condition of its own."""
    files = with_pack({DESK_FILE: (LISTED, "packs:\n  - {id: gb, applies_when: {jurisdiction: GB}}\n"
                                           "  - {id: us, applies_when: {jurisdiction: US-CA}}\n")})  # fmt: skip
    files |= {path.replace("packs/gb/", "packs/us/"): text.encode() for path, text in PACK.items()}
    book = compiled(files)
    assert {"gb:decision", "us:decision"} <= set(book.rulebook.policies)
    assert decided(book, case({"jurisdiction": "US-CA"})).outcome.policies == ("decision", "us:decision")


def _row(codes: str, file: str, old: str, new: str, says: str = "") -> Row:
    return Row(codes, file, old, new, says, WITH_PACK)


LAST_EXPECTED = "expect: {notice: {state: running}}\n"
SECOND = policies_of({"decision": ["id: it, start: complaint.registered, stop: complaint.withdrawn, limit: 1 hour"]})
SECOND = SECOND.removeprefix("policies:\n").replace("id: decision", "¦id: decision")
"""One more policy behind the last of the file."""

GB = "{id: gb, applies_when: {jurisdiction: GB}}"

ROWS = {
    "a pack without an id": _row("missing-key", DESK_FILE, GB, "¦{applies_when: {jurisdiction: GB}}", '"id"'),
    "a pack without a condition": _row("missing-key", DESK_FILE, GB, "¦{id: gb}", '"applies_when"'),
    "a pack given twice": _row("duplicate-id", DESK_FILE, GB, f"{GB}, ¦{GB}", "was given before"),
    "a pack without a folder": _row(
        "unknown-value", DESK_FILE, GB, f"{GB}, {{id: ¦fr, applies_when: {{jurisdiction: FR}}}}", "packs/fr"
    ),
    "a misspelt pack": _row("unknown-value", DESK_FILE, "{id: gb,", "{id: ¦gd,", "no folder packs/gd"),
    "a pack with a name that is none": _row(
        "bad-name", DESK_FILE, f"[{GB}]", f"[{GB}, {{id: ¦'g b', applies_when: always}}]", "no spaces"
    ),
    "an unknown fact in the condition": _row(
        "unknown-key", DESK_FILE, "{jurisdiction: GB}", "{¦juristiction: GB}", 'did you mean "jurisdiction"?'
    ),
    "an outcome in the condition": _row("unknown-key", DESK_FILE, "{jurisdiction: GB}", "{¦priority: high}"),
    "an unknown term list in the condition": _row(
        "unknown-value", DESK_FILE, "{jurisdiction: GB}", "{description: {mentions: ¦delays}}", 'did you mean "delay"?'
    ),
    "an unknown clock in the condition": _row(
        "unknown-value", DESK_FILE, "{jurisdiction: GB}", "{clocks.breached: {contains: ¦decision/anwser}}"
    ),
    "an unknown key of a pack": _row("unknown-key", DESK_FILE, "{id: gb,", "{id: gb, ¦zone: UTC,"),
    "a rule given twice": _row("duplicate-id", RULES_FILE, "- id: unspoken", "- ¦id: late", '"gb:late"'),
    "a policy given twice": _row("duplicate-id", POLICIES_FILE, LAST_EXPECTED, LAST_EXPECTED + SECOND, '"gb:decision"'),
    "an unknown calendar": _row("unknown-value", POLICIES_FILE, "calendar: uk", "calendar: ¦us", "one of: cn, uk"),
    "an unknown policy": _row(
        "unknown-value", RULES_FILE, "contact, letter]}", "contact, letter, ¦leter]}", 'did you mean "letter"?'
    ),
    "an unknown rule": _row(
        "unknown-value", RULES_FILE, "[medical-is-high, late]", "[¦medical-high, late]", '"medical-is-high"?'
    ),
    "an unknown term list": _row("unknown-value", RULES_FILE, "[medical, delay]", "[medical, ¦gb:delay]", '"delay"'),
    "an unknown clock": _row(
        "unknown-value", POLICIES_FILE, "{clock: again", "{clock: ¦agian", 'did you mean "again"?'
    ),
    "an unknown clock of another policy": _row(
        "unknown-value", POLICIES_FILE, "{clock: decision/answer", "{clock: ¦decision/anwser", '"decision/answer"'
    ),
}  # fmt: skip
"""Changes of the folder with a pack, and where they are found."""


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_of_a_pack_is_found_at_its_place(name: str) -> None:
    """Faults in the list of packs and in their files are told like all others; hints speak the pack's own names."""
    row = ROWS[name]
    loaded = load(with_pack() | {row.file: row.text.encode()})
    faults = [one for one in loaded.findings if one.is_fault]
    assert places(faults) == row.expected
    assert row.says in f"{faults[0].message} {faults[0].hint}"
    assert loaded.rulebook is None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("packs/gb/notes.yaml", "packs/gb/notes.yaml:1:1 misplaced-file"),
        ("packs/gb/extra/notes.yaml", "packs/gb/extra/notes.yaml:1:1 misplaced-file"),
        ("packs/notes.yaml", "packs/notes.yaml:1:1 misplaced-file"),
        ("packs/gb/tables/matrix.yaml", "packs/gb/tables/matrix.yaml:1:1 misplaced-file"),
        ("packs/gb/terms/broken.yaml", "packs/gb/terms/broken.yaml:2:1 not-yaml"),
    ],
)
def test_a_file_that_fits_nowhere_in_a_pack_is_told(path: str, place: str) -> None:
    """A pack has the folders of the rulebook and no files beside them."""
    assert places(load(with_pack() | {path: b"terms: ["}).findings) == [place]


def test_a_pack_that_is_not_listed_is_not_in_force() -> None:
    """Taken off the list, the pack is out of the rulebook, and what it said of its own ids is not known any more."""
    files = with_pack({DESK_FILE: (LISTED, "")})
    loaded = load(files)
    assert [(one.severity, one.code) for one in loaded.findings] == [("warning", "unlisted-pack")]
    assert loaded.rulebook is not None
    assert sorted(loaded.rulebook.policies) == ["contact", "decision"]
    files["triage/rules.yaml"] = files["triage/rules.yaml"].replace(b"[contact]\n    ex", b"['gb:letter']\n    ex")
    assert [one.code for one in load(files).findings if one.is_fault] == ["never-attached", "unknown-value"]
