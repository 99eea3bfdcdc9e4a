"""Open cases and a new revision: by itself it moves nobody's case, unless the rulebook says `follow`."""

import pytest

from tests.builders_rules import changed, compiled, sound_rules
from tests.unit.service.desk import Desk
from triage.rulebook.decide import CompiledRulebook


def old() -> CompiledRulebook:
    return compiled(sound_rules())


def new(open_cases: str = "keep") -> CompiledRulebook:
    """Medical disputes go to care, not to claims."""
    files = changed("triage/rules.yaml", "department: claims\n      team: medical", "department: care")
    book = changed("rulebook.yaml", "examples_on:", f"open_cases: {open_cases}\nexamples_on:")["rulebook.yaml"]
    files["triage/rules.yaml"] = files["triage/rules.yaml"].replace(
        b"department: claims, pol", b"department: care, pol"
    )
    return compiled(files | {"rulebook.yaml": book})


def after_the_change(open_cases: str, *, owned: bool, **amended: object) -> tuple[str, str | None]:
    """Where a medical dispute is after the new revision and one more event, and where the rules would move it."""
    desk = Desk(old())
    desk.is_registered(causes=["medical_dispute"])
    if owned:
        desk.happens("assigned", "2026-03-02 11:00", owner="lin")
    desk.changes_rules(new(open_cases))
    if amended:
        desk.happens("amended", "2026-03-02 12:00", patch=amended)
    else:
        desk.happens("contacted", "2026-03-02 12:00", direction="from_customer")
    assert desk.row is not None
    outcome = desk.row.document.outcome
    assert outcome is not None
    return outcome.department, outcome.rules_would_move_to


@pytest.mark.parametrize(
    ("open_cases", "owned", "amended", "where"),
    [
        ("keep", True, {}, ("claims", "care")),
        ("keep", True, {"claim_no": "7"}, ("claims", "care")),
        ("keep", True, {"causes": ["other"]}, ("coordination", None)),
        ("keep", False, {}, ("care", None)),
        ("follow", True, {}, ("care", None)),
    ],
    ids=["a revision alone", "facts that no rule asks for", "new facts", "nobody's case", "follow"],
)
def test_a_revision_alone_moves_no_owned_case(
    open_cases: str, owned: bool, amended: dict[str, object], where: tuple[str, str | None]
) -> None:
    """It says where the rules would move it; new facts move it, and then nothing is left to say."""
    assert after_the_change(open_cases, owned=owned, **amended) == where


def test_where_the_rules_would_move_a_case_is_told_once() -> None:
    """And no more when a rollback brings the old rules back."""
    desk = Desk(old())
    desk.is_registered(causes=["medical_dispute"])
    desk.happens("assigned", "2026-03-02 11:00", owner="lin")
    before = desk.rules
    desk.changes_rules(new())
    for hour in (12, 13):
        desk.happens("contacted", f"2026-03-02 {hour}:00", direction="from_customer")
    desk.changes_rules(before.active)
    desk.happens("contacted", "2026-03-02 14:00", direction="from_customer")
    told = desk.told_of("triaged", "department", "rules_would_move_to")
    assert told[-3:] == [("claims", None), ("claims", "care"), ("claims", None)]
