"""A decision table means exactly what the same rules mean that are written one by one."""

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import POLICIES, RULES, compiled, sound_rules
from tests.unit.rulebook.cases import case
from tests.unit.rulebook_load.table_files import (
    CSV,
    SHEET,
    SIDE,
    SIDECAR,
    XLSX,
    csv_of,
    with_shared_texts,
    with_table,
    workbook_of,
)
from triage.domain.condition import holds
from triage.domain.facts import Facts
from triage.rulebook.combine import combine, said_by_rules
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.judge import judge
from triage.rulebook.load import load
from triage.rulebook.model import Rule

SEVERAL = ("in", "not_in", "between", "contains_any", "contains_none", "mentions")
CAUSES = ("claim_delay", "claim_denial", "amount_dispute")
COLUMNS: dict[str, tuple[str, ...]] = {
    "channel": ("phone", "fax", "web"),
    "channel is_not": ("phone", "fax"),
    "channel not_in": ("phone", "fax", "web"),
    "nature in": ("complaint", "petition"),
    "customer.language": ("zh", "no", "007", "~"),
    "customer.age at_least": ("60", "70"),
    "customer.age less_than": ("65", "80"),
    "group_size": ("2", "3", "10"),
    "weight between": ("1", "2.5", "9"),
    "weight more_than": ("0.5", "2.5"),
    "amount_disputed at_least": ("1000 CNY", "1 USD"),
    "amount_disputed between": ("0 CNY", "1000 CNY", "2000.5 CNY"),
    "vip": ("true", "false"),
    "customer.birth_date at_most": ("1956-03-02", "2000-01-01"),
    "received_at at_least": ("2026-03-02 10:00", "2026-03-02"),
    "causes contains": CAUSES,
    "causes contains_any": CAUSES,
    "causes contains_none": CAUSES,
    "description mentions": ("medical",),
    "weight known": ("true", "false"),
}
"""Columns of every type and test, and values of theirs; few of them, so that tests meet."""

THENS: dict[str, tuple[str, ...]] = {
    "priority": ("urgent", "high", "normal", "low"),
    "department": ("care", "claims"),
    "handler": ("personal_adviser", "dedicated"),
    "tags": ("a", "b", "c"),
    "policies": ("contact",),
}

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "channel": st.sampled_from(COLUMNS["channel"]),
        "nature": st.sampled_from(COLUMNS["nature in"]),
        "customer.language": st.sampled_from(COLUMNS["customer.language"]),
        "customer.age": st.sampled_from(["59", "60", "65", "70", "80"]),
        "group_size": st.sampled_from(["2", "3"]),
        "weight": st.sampled_from(["0.5", "1", "2.5", "3"]),
        "amount_disputed": st.sampled_from(["999 CNY", "1000 CNY", "2000.5 CNY", "5 USD"]),
        "vip": st.sampled_from(["true", "false"]),
        "customer.birth_date": st.sampled_from(["1956-03-02", "1990-01-01"]),
        "received_at": st.sampled_from(["2026-03-02T01:00:00Z", "2026-03-02T02:00:00Z"]),
        "causes": st.lists(st.sampled_from(CAUSES), min_size=1, unique=True),
        "description": st.sampled_from(["因为医疗事故住院", "投保医疗事故责任险"]),
    },
)
"""Facts as examples give them."""


class DrawnTable(NamedTuple):
    """`tests`, `thens`: the columns. `rows`: their cells, as lists of values; an empty list is an empty cell."""

    tests: list[str]
    thens: list[str]
    rows: list[tuple[list[list[str]], list[list[str]]]]

    def cells(self) -> list[list[str]]:
        """The table as text, the header first; separators with and without white space."""
        header = [*self.tests, *(f"then.{key}" for key in self.thens), "note"]
        rows = [[*map("|".join, tests), *map(" | ".join, thens), "，“x”\n|"] for tests, thens in self.rows]
        return [header, *rows]

    def typed_cells(self) -> list[list[Any]]:
        """The table as Excel keeps it when its values are typed in."""
        header, *rows = self.cells()
        return [header, *([_typed(name, cell) for name, cell in zip(header, row, strict=True)] for row in rows)]

    def rules(self) -> str:
        """The same as rules, `r2` for row 2."""
        return yaml.safe_dump(
            {"rules": [self._rule(number, *row) for number, row in enumerate(self.rows, start=2)]},
            default_style='"',
            allow_unicode=True,
        )

    def _rule(self, number: int, tests: list[list[str]], thens: list[list[str]]) -> dict[str, Any]:
        when = [_condition(name, values) for name, values in zip(self.tests, tests, strict=True) if values]
        then = {
            key: values if key in ("tags", "policies") else values[0]
            for key, values in zip(self.thens, thens, strict=True)
            if values
        }
        return {
            "id": f"r{number}",
            "title": {"en": "A matrix", "zh-Hans": "矩阵"},
            "why": "A test needs it.",
            "when": {"all": when} if len(when) > 1 else when[0] if when else "always",
            "then": then,
            "examples": [{"given": {}, "expect": {"fires": "true"}}],
        }


def _condition(name: str, values: list[str]) -> dict[str, Any]:
    fact, _, test = name.partition(" ")
    if not test:
        return {fact: values if len(values) > 1 else values[0]}
    return {fact: {test: values if test in SEVERAL else values[0]}}


def _typed(name: str, cell: str) -> Any:
    """What Excel makes of a text that somebody types under this header."""
    if not cell or "|" in cell or name.startswith("then.") or name == "customer.language":
        return cell or None
    if cell in ("true", "false"):
        return cell == "true"
    for kind in (int, float, date.fromisoformat, datetime.fromisoformat):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


@st.composite
def cells(draw: st.DrawFn, name: str) -> list[str]:
    """The values of a cell under a header, none where the cell is empty."""
    values = COLUMNS.get(name) or THENS[name]
    test = name.partition(" ")[2]
    if draw(st.booleans()):
        return []
    if test == "between":
        return sorted(draw(st.lists(st.sampled_from(values), min_size=2, max_size=2)), key=values.index)
    several = test in SEVERAL or name in ("channel", "customer.language", "group_size", "tags", "policies")
    most = len(values) if several else 1
    return draw(st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True))


@st.composite
def tables(draw: st.DrawFn) -> DrawnTable:
    """Tables of one to five rows that have no fault."""
    tests = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4, unique=True))
    thens = draw(st.lists(st.sampled_from(sorted(THENS)), min_size=1, max_size=3, unique=True))
    rows = []
    count = draw(st.integers(1, 5))
    for number in range(count):
        asked = [draw(cells(name)) for name in tests]
        if not any(asked) and number < count - 1:
            asked[0] = [*COLUMNS[tests[0]][: 2 if tests[0].endswith("between") else 1]]
        wanted = [draw(cells(key)) for key in thens]
        if not any(wanted):
            wanted[0] = [THENS[thens[0]][0]]
        rows.append((asked, wanted))
    return DrawnTable(tests, thens, rows)


PLAIN = (
    "id: t\ntitle: {en: A matrix, zh-Hans: 矩阵}\nwhy: A test needs it.\nhit: %s\nexamples: [{given: {}, expect: {}}]\n"
)
ATTACHED = POLICIES.replace("  - id: contact\n", "  - id: contact\n    applies_when: {priority: urgent}\n").encode()


def book(files: dict[str, bytes]) -> CompiledRulebook:
    """The sound folder with other files and without rules of its own."""
    others = {"triage/rules.yaml": b"", "sla/policies.yaml": ATTACHED}
    return compiled({path: one for path, one in (sound_rules() | others | files).items() if one})


def of_table(content: bytes, path: str, hit: str) -> CompiledRulebook:
    """The sound folder with the table instead of its rules."""
    return book({path: content, SIDE: (PLAIN % hit).encode()})


def numbered(rules: list[Rule]) -> list[tuple[int, Any, Any]]:
    """The number of each row, its condition and what it asks for."""
    return [(int(rule.id.removeprefix("r").removeprefix("t row ")), rule.when, rule.then) for rule in rules]


@pytest.mark.long
@settings(max_examples=80, deadline=None)
@given(tables(), st.lists(FACTS, min_size=1, max_size=6))
def test_a_table_is_its_rules(table: DrawnTable, many: list[Facts]) -> None:
    """As CSV, as CSV with semicolons, as text in a workbook and as a workbook of typed values: the same decisions as
    the rules of its rows; with `hit: first` those of its first row that holds."""
    written = book({"triage/rules.yaml": table.rules().encode()})
    as_csv = of_table(csv_of(table.cells()), CSV, "all")
    as_workbook = of_table(workbook_of(table.typed_cells()), XLSX, "all")
    texts = workbook_of([[cell or None for cell in row] for row in table.cells()])
    first = of_table(with_shared_texts(texts), XLSX, "first")
    for one in (as_csv, as_workbook, first):
        assert numbered([*one.rulebook.rules]) == numbered([*written.rulebook.rules])
    complaint = case()
    for facts in (written.facts.of_example(one, date(2026, 3, 2)) for one in many):
        wanted = written.decide(facts, complaint)
        fired = [rule for rule in written.rulebook.rules if holds(rule.when, facts)]
        for one in (as_csv, as_workbook):
            decision = one.decide(facts, complaint)
            assert decision.outcome == wanted.outcome
            assert {reason.rule.removeprefix("t row ") for reason in decision.reasons} == {
                rule.id.removeprefix("r") for rule in fired
            }
            assert sorted(map(repr, (reason.because for reason in decision.reasons))) == sorted(
                map(repr, (reason.because for reason in wanted.reasons))
            )
        decision = first.decide(facts, complaint)
        assert [reason.rule.removeprefix("t row ") for reason in decision.reasons] == [
            rule.id.removeprefix("r") for rule in fired[:1]
        ]
        said = said_by_rules(written.rulebook, fired[:1])
        alone = combine(written.rulebook, fired[:1], said, complaint)
        assert msgspec.structs.replace(decision.outcome, policies=()) == alone


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_marks_mean_nothing(separator: str, end: str, mark: bytes) -> None:
    """What the region and the system of a spreadsheet make of a table does not change it."""
    plain = SHEET.replace('"the press, always"', "x")
    content = mark + plain.replace(",", separator).replace("\n", end).encode()
    assert numbered_names(compiled(with_table(content))) == numbered_names(compiled(with_table(plain)))


def numbered_names(rules: CompiledRulebook) -> list[tuple[str, Any, Any]]:
    """Every row with its id, condition and what it asks for."""
    return [(rule.id, rule.when, rule.then) for rule in rules.rulebook.rules if rule.in_table]


AS_EXCEL_SAVES_TEXT = {
    "vip": ("TRUE", "true"),
    "weight known": ("FALSE", "false"),
    "customer.birth_date at_least": ("1956/3/2", "1956-03-02"),
    "received_at less_than": ("2026/3/2 10:00", "2026-03-02 10:00"),
    "customer.language": ("2026/3/2", None),
    "nature is_not": ("TRUE", None),
}
"""A column, what a spreadsheet writes into CSV, and how a rule file says it; None: it is a word like others."""


@pytest.mark.parametrize("header", AS_EXCEL_SAVES_TEXT)
def test_what_a_spreadsheet_makes_of_values_is_understood_by_their_place(header: str) -> None:
    """Excel saves TRUE and dates with slashes where true and 2026-03-02 were typed; in texts they are texts."""
    written, meant = AS_EXCEL_SAVES_TEXT[header]
    side = PLAIN % "all" + "status: disabled\n"

    def read(cell: str) -> list[Any] | None:
        loaded = load(sound_rules() | {CSV: f"{header},then.tags\n{cell},a\n".encode(), SIDE: side.encode()})
        return [rule.when for rule in loaded.rulebook.rules if rule.in_table] if loaded.rulebook else None

    if meant is not None:
        assert read(written) == read(meant) is not None
    elif header == "nature is_not":
        assert read(written) is None
    else:
        assert f"'{written}'" in repr(read(written))


def test_rows_are_called_as_a_spreadsheet_shows_them() -> None:
    """The header is row 1, blank rows and cells of several lines count as one row each, and a name of its own wins."""
    sheet = 'row,channel,then.priority,note\n\n,phone,low,"two\nlines"\n,,,\nlast,fax,high,\n,web,high,\n'
    sidecar = SIDECAR[: SIDECAR.index("  - given")] + "  - {given: {channel: web}, expect: {row: 6}}\n"
    loaded = load(with_table(sheet, sidecar))
    assert loaded.rulebook is not None, loaded.findings
    table = loaded.rulebook.tables["matrix"]
    assert [(row.rule, row.name, row.at.line) for row in table.rows] == [
        ("matrix row 3", "3", 3),
        ("matrix row last", "last", 6),
        ("matrix row 6", "6", 7),
    ]
    assert table.columns == ("row", "channel", "then.priority", "note")
    assert table.rows[0].cells == ("", "phone", "low", "two\nlines")
    assert table.file == CSV


def test_reasons_name_the_row() -> None:
    """A decision says `table-id row 3`, with the tests that held."""
    rules = compiled(with_table())
    facts = rules.facts.of_example({"channel": "media"}, date(2026, 3, 2))
    [reason] = rules.decide(facts, case()).reasons
    assert (reason.rule, reason.title["en"]) == ("matrix row press", "A matrix")
    assert [(one.fact, one.test, one.value) for one in reason.because] == [("channel", "is media", "media")]


def test_of_two_tables_each_has_its_first_row() -> None:
    """`hit: first` speaks of the rows of its own table alone."""
    other = "channel,then.tags\nmedia,other\nmedia,never\n"
    side = PLAIN.replace("hit: %s", "hit: first").replace("id: t", "id: aa")
    rules = compiled(with_table() | {"tables/other.csv": other.encode(), "tables/other.table.yaml": side.encode()})
    facts = rules.facts.of_example({"channel": "media", "causes": ["medical_dispute"]}, date(2026, 3, 2))
    fired = [reason.rule for reason in rules.decide(facts, case()).reasons]
    assert fired == ["aa row 2", "matrix row press", "medical-is-high"]


def test_a_table_of_a_pack_holds_where_the_pack_does() -> None:
    """Its rows carry the pack's name and the pack's condition."""
    desk = sound_rules()["rulebook.yaml"] + b"packs:\n  - {id: gb, applies_when: {jurisdiction: GB}}\n"
    side = SIDECAR[: SIDECAR.index("  - given")]
    side += "  - {given: {channel: media, jurisdiction: GB}, expect: {row: press}}\n"
    side += "  - {given: {channel: media}, expect: {fires: false}}\n"
    files = sound_rules() | {
        "rulebook.yaml": desk,
        f"packs/gb/{CSV}": SHEET.encode(),
        f"packs/gb/{SIDE}": side.encode(),
    }
    rules = compiled(files)
    assert [*rules.rulebook.tables] == ["gb:matrix"]
    assert {rule.id for rule in rules.rulebook.rules if rule.in_table} == {
        "gb:matrix row press",
        "gb:matrix row 3",
        "gb:matrix row 4",
    }
    assert [one for one in judge(rules) if not one.passed] == []


JUDGED = {
    "a wrong row": ("{row: 3, priority: high}", "{row: 4}", "row 4 does not count, but matrix row 3"),
    "a wrong priority": ("{row: 3, priority: high}", "{row: 3, priority: low}", "priority is high, expected low"),
    "fires": ("{row: 3, priority: high}", "{fires: false}", "fires: true"),
}


@pytest.mark.parametrize("name", JUDGED)
def test_an_example_of_a_table_that_does_not_hold_is_told(name: str) -> None:
    """`fires` is about any of its rows, `row` about one that counts, the rest about the whole rulebook."""
    old, new, message = JUDGED[name]
    failed = [one for one in judge(compiled(with_table(sidecar=SIDECAR.replace(old, new)))) if not one.passed]
    assert [(one.kind, one.subject, one.at.file, one.at.line, str(one.message)) for one in failed] == [
        ("table", "matrix", SIDE, 8, message)
    ]


@pytest.mark.parametrize(
    ("sheet", "expect", "missing"),
    [
        ("channel,then.priority\nfax,low\n", "true", ["no example in which the table does not fire"]),
        ("channel,then.priority\nfax,low\n,high\n", "true", []),
        ("channel,then.priority\nphone,low\n", "false", ["no example in which the table fires"]),
    ],
)
def test_a_table_needs_an_example_that_fires_and_one_that_does_not(sheet: str, expect: str, missing: list[str]) -> None:
    """But none that does not when its last row fits every complaint."""
    side = SIDECAR[: SIDECAR.index("  - given")] + f"  - {{given: {{channel: fax}}, expect: {{fires: {expect}}}}}\n"
    assert [str(one.message) for one in judge(compiled(with_table(sheet, side))) if not one.passed] == missing


def test_a_disabled_table_is_out_of_force() -> None:
    """Its rows do not fire and its examples are not judged; its faults are told all the same."""
    side = SIDECAR.replace("hit: first", "hit: first\nstatus: disabled")
    rules = compiled(with_table(sidecar=side))
    facts = rules.facts.of_example({"channel": "media"}, date(2026, 3, 2))
    assert rules.decide(facts, case()).reasons == ()
    assert [one for one in judge(rules) if one.kind == "table"] == []
    assert load(with_table(SHEET.replace("media", "medio"), side)).rulebook is None


def test_rules_may_name_a_row_in_their_examples() -> None:
    """`expect: {rules: […]}` knows rows as well; a row that is none is told with the nearest."""
    example = "{fires: false, fallback: true}"
    rows = RULES.replace(example, "{fires: false, rules: [matrix row 4]}")
    files = with_table() | {"triage/rules.yaml": rows.encode()}
    assert [one for one in judge(compiled(files)) if not one.passed] == []
    files["triage/rules.yaml"] = rows.replace("matrix row 4", "matrix row 5").encode()
    [found] = load(files).findings
    assert (found.code, str(found.hint)) == ("unknown-value", 'did you mean "matrix row 4"?')


def test_a_policy_may_be_attached_by_a_row_alone() -> None:
    """A table that names a policy keeps it from being one that nothing attaches."""
    sheet = SHEET.replace("then.tags", "then.policies").replace("press|loud", "contact")
    side = SIDECAR.replace(", tags: [press, loud]", ", policies: [contact]")
    rules = RULES.replace("      policies: [contact]\n", "").replace(", policies: [contact]", "")
    assert load(with_table(sheet, side) | {"triage/rules.yaml": rules.encode()}).findings == ()


def test_a_range_of_amounts_can_be_told() -> None:
    """The reason of a test with two amounts names both, the lower first."""
    rules = compiled(with_table())
    given = {"channel": "fax", "customer.age": 70, "amount_disputed": "50000 CNY", "causes": ["claim_delay"]}
    [reason] = rules.decide(rules.facts.of_example(given, date(2026, 3, 2)), case()).reasons
    assert "between 1000 CNY, 50000 CNY" in [one.test for one in reason.because]
