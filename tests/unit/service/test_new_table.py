"""A new decision table is sound as it is written, and sound again once it is put in force."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders_rules import RULES, changed, compiled, places, sound_rules
from triage.errors import FaultyRules, Refused, WrongSettings
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.read_conditions import operators
from triage.service.new_table import Order, new_table
from triage.service.release import inspect_files
from triage.service.table_view import shown_rows

VOCABULARY = compiled(sound_rules()).rulebook.vocabulary
HEADERS = [
    header
    for spec in VOCABULARY.facts.values()
    for header in [f"{spec.name} {op.value}" for op in operators(spec)] + ([spec.name] if spec.type != "texts" else [])
]
THENS = ("priority", "department", "team", "handler", "tags", "policies")


def order(*facts: str, thens: tuple[str, ...] = ("priority",), as_workbook: bool = False, **more: Any) -> Order:
    """A table called `new`, unless something else is said."""
    given: dict[str, Any] = {"name": "new", "language": "en"} | more
    return Order(facts=facts, thens=thens, as_workbook=as_workbook, **given)


def enabled(made: dict[str, bytes]) -> dict[str, bytes]:
    """The table put in force, as its sidecar says."""
    side = made["tables/new.table.yaml"].decode()
    lines = [line for line in side.splitlines() if not line.startswith("status: disabled")]
    assert len(lines) == len(side.splitlines()) - 1
    return made | {"tables/new.table.yaml": "\n".join(lines).encode()}


@pytest.mark.parametrize("header", HEADERS)
def test_a_table_of_any_column_is_sound(header: str) -> None:
    """For every fact and test: no finding as it is written, and its examples hold once it is in force."""
    files = sound_rules()
    made = new_table(files, order(header))
    assert inspect_files(files | made) == []
    judged = [one for one in judge(compiled(files | enabled(made))) if one.kind == "table"]
    told = [str(one.message) for one in judged if not one.passed]
    assert told == ([] if header not in NEVER_SILENT else ["no example in which the table does not fire"])
    assert len(judged) == 2


NEVER_SILENT = {
    f"{fact} known"
    for fact in ("status", "history.complaints_90d", "history.open", "reopened", "happened", "jurisdiction")
}
"""What every complaint has is always known: an author has to write another test beside it."""


@pytest.mark.parametrize("as_workbook", [False, True])
def test_a_table_of_many_columns_is_sound(as_workbook: bool) -> None:
    """With several tests of one fact, every kind of outcome, as CSV and as workbook; and nothing is decided by it."""
    ages = ("customer.age at_least", "customer.age less_than", "customer.age between")
    causes = ("causes contains", "causes contains_none")
    others = ("description mentions", "amount_disputed at_least", "vip", "received_at at_least")
    files = sound_rules()
    made = new_table(files, order("channel", *ages, *causes, *others, thens=THENS, as_workbook=as_workbook))
    assert inspect_files(files | made) == []
    assert inspect_files(files | enabled(made)) == []
    kept = compiled(files | made).rulebook
    assert {rule.status for rule in kept.rules if rule.in_table} == {"disabled"}
    [row] = shown_rows(kept.tables["new"])
    assert (row.rule, row.cells["channel"], row.cells["customer.age between"]) == ("new row 2", "phone|email", "10|20")


def test_a_workbook_offers_what_is_allowed() -> None:
    """Drop-downs hold the words of the rulebook; where several may stand in a cell they only offer."""
    made = new_table(sound_rules(), order("channel", "customer.age at_least", thens=THENS, as_workbook=True))
    book = load_workbook(io.BytesIO(made["tables/new.xlsx"]))
    sheet, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    offered = {}
    for one in sheet.data_validations.dataValidation:
        letter = str(one.sqref)[0]
        words = [cell.value for (cell,) in lists[one.formula1.split("!")[1].replace("$", "")]]
        offered[sheet[f"{letter}1"].value] = (one.showErrorMessage, words)
    assert offered["channel"] == (False, list(VOCABULARY.facts["channel"].values or ()))
    assert offered["then.priority"] == (True, ["urgent", "high", "normal", "low"])
    assert offered["then.team"] == (True, ["illness", "elderly", "medical", "motor", "intake"])
    assert offered["then.policies"] == (False, ["decision", "contact"])
    assert offered["then.tags"] == (False, ["medical"])
    assert "customer.age at_least" not in offered
    assert sheet.freeze_panes == "A2"
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("@", "General")


def test_help_speaks_the_languages_of_the_rulebook() -> None:
    """Each header says in every language of the rulebook what may stand below it."""
    made = new_table(sound_rules(), order("nature", "amount_disputed between", as_workbook=True))
    sheet = load_workbook(io.BytesIO(made["tables/new.xlsx"])).worksheets[0]
    assert sheet["B1"].comment.text == (
        "Nature: one of the list, several values with | between them, empty: anything will do\n"
        "性质: 从列表中选择，可填几个值，中间用 | 隔开，留空表示不限"
    )
    assert "15000 CNY" in sheet["C1"].comment.text
    assert "小的在前" in sheet["C1"].comment.text


def test_a_sidecar_is_explained_in_the_authors_language() -> None:
    """What is said to the author is in the language of the command line."""
    made = new_table(sound_rules(), order("channel", language="zh-Hant"))
    side = made["tables/new.table.yaml"].decode()
    assert side.startswith("# yaml-language-server: $schema=")
    assert "刪除這一行" in side


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (order("chanel"), 'unknown column "chanel" (did you mean "channel"?)'),
        (order("customer.age at_leats"), 'did you mean "at_least"?'),
        (order("causes"), 'did you mean "contains"?'),
        (order("channel", "channel"), 'the column "channel" stands twice'),
        (order("channel", thens=("prority",)), 'did you mean "then.priority"?'),
        (order(thens=("priority",)), "no column tests a fact"),
        (order("channel", thens=()), "no column says what is to be done"),
        (order("channel", name="../new"), "cannot be the name of a table"),
        (order("channel", name="a b"), "cannot be the name of a table"),
    ],
)
def test_a_wrong_order_is_refused_with_the_nearest_word(wanted: Order, says: str) -> None:
    """Every misspelt word is told at once, and nothing is written."""
    with pytest.raises(WrongSettings) as refused:
        new_table(sound_rules(), wanted)
    assert says in str(refused.value)


def test_all_misspelt_words_are_told_at_once() -> None:
    """One line a fault."""
    with pytest.raises(WrongSettings) as refused:
        new_table(sound_rules(), order("chanel", "customer.agee", thens=("prority",)))
    assert len(refused.value.reasons) == 3


def test_a_column_for_which_there_are_no_words_is_refused() -> None:
    """A rulebook without term lists has nothing to mention."""
    files = sound_rules()
    del files["terms/medical.yaml"]
    files["triage/rules.yaml"] = RULES.replace("        - description: {mentions: medical}\n", "").encode()
    with pytest.raises(WrongSettings, match="nothing yet that could stand under description mentions"):
        new_table(files, order("description mentions"))


@pytest.mark.parametrize("taken", ["tables/new.csv", "tables/new.xlsx", "tables/new.table.yaml"])
def test_nothing_is_overwritten(taken: str) -> None:
    """A table of that name, or half of one, stays as it is; so does one of that id under another name."""
    files = sound_rules()
    made = new_table(files, order("channel", as_workbook=taken.endswith("xlsx")))
    with pytest.raises(WrongSettings, match=r"tables/new\.[a-z.]+ is there already"):
        new_table(files | made, order("channel", as_workbook="csv" in taken))
    moved = {path.replace("new", "other"): content for path, content in made.items()}
    with pytest.raises(WrongSettings, match="the table new is there already"):
        new_table(files | moved, order("channel"))


def test_a_folder_with_faults_gets_no_table() -> None:
    """Its words are not known well enough."""
    with pytest.raises(FaultyRules):
        new_table(changed("rulebook.yaml", "zone: Asia/Shanghai", "zone: Asia/Shangai"), order("channel"))


def test_a_team_needs_its_department() -> None:
    """What the loader would refuse is never written."""
    with pytest.raises(Refused, match="team-without-department"):
        new_table(sound_rules(), order("channel", thens=("team",)))


def test_a_new_table_has_no_finding_in_a_folder_of_its_own_places() -> None:
    """The places of its files are those that the loader reads."""
    made = new_table(sound_rules(), order("channel"))
    assert [*made] == ["tables/new.csv", "tables/new.table.yaml"]
    assert places(load(sound_rules() | made).findings) == []
