"""How rule files are read: the place of a value gives its type, whatever it looks like."""

from datetime import UTC, date, datetime

import pytest

from tests.builders_rules import RULES, TERMS, TEXTS, changed, compiled, places, sound_rules
from triage.domain.condition import All, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.facts import Money
from triage.rulebook.load import load
from triage.rulebook.revision import revision

LOOKS = ["no", "on", "007", "09:30", "1_000", "~", "null", "true", "2026-03-02", "1e3", "0x1F", ".5", "=", "：，“”"]
"""Texts that other readers take for something else."""


def condition(when: str) -> Condition:
    """The condition of the sound rule with this instead of its first test."""
    rules = compiled(changed("triage/rules.yaml", "- causes: {contains: medical_dispute}", f"- {when}")).rulebook.rules
    assert isinstance(rules[0].when, AnyOf)
    return rules[0].when.items[0]


@pytest.mark.parametrize("written", LOOKS)
def test_a_text_is_a_text_whatever_it_looks_like(written: str) -> None:
    """`no`, `007` and the like are texts where texts are wanted."""
    assert compiled(changed("rulebook.yaml", "name: small", f"name: {written}")).rulebook.name == written
    assert condition(f"policy_no: {written}") == Test("policy_no", Op.IS, written)


@pytest.mark.parametrize("written", ["no", "on", "007", "1_000", "null"])
def test_an_id_is_a_text_whatever_it_looks_like(written: str) -> None:
    """Ids that look like truth values or numbers stay as written."""
    rules = RULES.replace("{mentions: medical}", f"{{mentions: {written}}}").encode()
    files = changed("terms/medical.yaml", "id: medical", f"id: {written}") | {"triage/rules.yaml": rules}
    assert list(compiled(files).rulebook.terms) == [written]


@pytest.mark.parametrize(
    ("when", "test"),
    [
        ("amount_disputed: {at_least: 50000 CNY}", Test("amount_disputed", Op.AT_LEAST, Money(50000.0, "CNY"))),
        ("group_size: {more_than: 007}", Test("group_size", Op.MORE_THAN, 7)),
        ("group_size: 3", Test("group_size", Op.IS, 3)),
        ("weight: {between: [1, 2.5]}", Test("weight", Op.BETWEEN, (1, 2.5))),
        ("vip: true", Test("vip", Op.IS, True)),
        ("customer.birth_date: {less_than: 1960-01-01}", Test("customer.birth_date", Op.LESS_THAN, date(1960, 1, 1))),
        (
            "received_at: {at_least: 2026-03-02}",
            Test("received_at", Op.AT_LEAST, datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ),
        (
            "received_at: {at_most: 2026-03-02T10:00:00-05:00}",
            Test("received_at", Op.AT_MOST, datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ),
        ("claim_no: [1, no]", Test("claim_no", Op.IN, ("1", "no"))),
        ("channel: {not_in: [phone, fax]}", Test("channel", Op.NOT_IN, ("phone", "fax"))),
        ("causes: {contains_any: [surrender, other]}", Test("causes", Op.CONTAINS_ANY, ("surrender", "other"))),
        ("causes: {known: false}", Test("causes", Op.KNOWN, False)),
        ("description: {mentions: [medical]}", Test("description", Op.MENTIONS, ("medical",))),
        (
            "group_size: {at_least: 3, less_than: 9}",
            All((Test("group_size", Op.AT_LEAST, 3), Test("group_size", Op.LESS_THAN, 9))),
        ),
        (
            "{channel: phone, none: [{vip: true}]}",
            All((Test("channel", Op.IS, "phone"), NoneOf((Test("vip", Op.IS, True),)))),
        ),
        ("happened: {contains: complaint.visited}", Test("happened", Op.CONTAINS, "complaint.visited")),
        ("clocks.breached: {contains: decision/answer}", Test("clocks.breached", Op.CONTAINS, "decision/answer")),
    ],
)
def test_a_value_is_typed_as_its_fact(when: str, test: Condition) -> None:
    """Numbers, amounts, dates and lists are read where the fact is one, in the words of the contract."""
    assert condition(when) == test


@pytest.mark.parametrize(
    ("written", "meant"),
    [("yes", "true"), ("on", "true"), ("True", "true"), ("1", "true"), ("no", "false"), ("OFF", "false")],
)
def test_a_flag_is_true_or_false_and_nothing_else(written: str, meant: str) -> None:
    """`yes` where a flag is wanted is a fault that says what was probably meant."""
    found = load(changed("triage/rules.yaml", "fires: false", f"fires: {written}")).findings
    assert places(found) == ["triage/rules.yaml:21:25 wrong-type"]
    assert str(found[0].hint) == f"did you mean {meant}?"


LOOK_ALIKES = {
    "a full-width colon": (
        "currency: CNY", "currency：CNY", "5:9", "the full-width colon ： instead of :", "write: currency: CNY",
    ),
    "a full-width comma": (
        "teams: [illness, elderly]", "teams: [illness，elderly]", "17:20", "the full-width comma ，",
        "write: teams: [illness, elderly]",
    ),
    "full-width brackets": (
        "teams: [illness, elderly]", "teams: ［illness, elderly］", "17:12", "the full-width bracket ［",
        "write: teams: [illness, elderly]",
    ),
    "a full-width brace": (
        "{department_head: Gu Mingde}", "｛department_head: Gu Mingde}", "29:17", "the full-width brace ｛",
        "write: escalation: {department_head: Gu Mingde}",
    ),
    "a full-width digit": (
        "2026-03-02", "2026-03-0２", "8:23", "the full-width digit ２", "write: examples_on: 2026-03-02",
    ),
    "curly quotes": (
        "examples_on: 2026-03-02", "examples_on: “2026-03-02”", "8:14", "the curly quote “",
        'write: examples_on: "2026-03-02"',
    ),
    "a full-width space": (
        "zone: Asia/Shanghai", "zone:　Asia/Shanghai", "3:6", "a full-width space", "write: zone: Asia/Shanghai",
    ),
    "a no-break space": (
        "zone: Asia/Shanghai", "zone:\u00a0Asia/Shanghai", "3:6", "a no-break space", "write: zone: Asia/Shanghai",
    ),
    "a no-break space in a value": (
        "after: 1 working day", "after: 1\u00a0working day", "34:16", "a no-break space",
        "write: - {after: 1 working day, to: department_head}",
    ),
    "a closing bracket": (
        "teams: [illness, elderly]", "teams: [illness, elderly］", "17:29", "the full-width bracket ］",
        "write: teams: [illness, elderly]",
    ),
    "a closing brace": (
        "{department_head: Gu Mingde}", "{department_head: Gu Mingde｝", "29:44", "the full-width brace ｝",
        "write: escalation: {department_head: Gu Mingde}",
    ),
    "heavy brackets": (
        "teams: [illness, elderly]", "teams: 【illness, elderly】", "17:12", "the full-width bracket 【",
        "write: teams: [illness, elderly]",
    ),
    "single curly quotes": (
        "examples_on: 2026-03-02", "examples_on: ‘2026-03-02’", "8:14", "the curly quote ‘",
        "write: examples_on: '2026-03-02'",
    ),
    "a full-width space in the indentation": (
        "  department_head:\n", "　department_head:\n", "12:1", "a full-width space instead of a space",
        "write: department_head:",
    ),
    "a zero-width character": (
        "zone: Asia/Shanghai", "zone\u200b: Asia/Shanghai", "3:5", "a zero-width character instead of nothing",
        "write: zone: Asia/Shanghai",
    ),
    "tabs": (
        "    title: {en: Head of department, zh-Hans: 部门负责人}\n",
        "\t\ttitle: {en: Head of department, zh-Hans: 部门负责人}\n", "13:1", "a tab in the indentation",
        "write: title: {en: Head of department, zh-Hans: 部门负责人}",
    ),
    "a tab": (
        "  department_head:\n", "\tdepartment_head:\n", "12:1", "a tab in the indentation instead of spaces",
        "write: department_head:",
    ),
}  # fmt: skip
"""What was written, what a Chinese keyboard made of it, where, and what is told."""


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_character_of_a_chinese_keyboard_is_named(name: str) -> None:
    """The fault names the character at its own line and column and shows the corrected line."""
    old, new, place, message, hint = LOOK_ALIKES[name]
    found = load(changed("rulebook.yaml", old, new)).findings
    assert places(found)[0] == f"rulebook.yaml:{place} look-alike-character"
    assert str(found[0].message).startswith(message)
    assert f"write: {found[0].corrected.strip()}" == hint
    assert len(found) == 1


def test_a_line_full_of_them_is_put_right_as_a_whole() -> None:
    """Whatever is told about the line, the corrected line has everything put right."""
    old, new = (
        "fallback: {department: coordination, team: intake,",
        "fallback：｛department：coordination，team：intake，",
    )
    text = TEXTS["rulebook.yaml"].replace(old, new)
    assert text != TEXTS["rulebook.yaml"]
    found = load(sound_rules() | {"rulebook.yaml": text.encode()}).findings
    assert places(found)[0] == "rulebook.yaml:30:9 look-alike-character"
    assert {one.code for one in found} == {"look-alike-character"}
    assert {one.corrected for one in found} == {
        next(line for line in TEXTS["rulebook.yaml"].split("\n") if old in line)
    }


def test_a_spoilt_line_hides_no_fault_behind_it() -> None:
    """The line is put right in memory, so that the faults behind it are told in the same run."""
    text = TEXTS["rulebook.yaml"].replace("zone: ", "zone：").replace("teams: [illness", "team: [illness")
    assert places(load(sound_rules() | {"rulebook.yaml": text.encode()}).findings) == [
        "rulebook.yaml:3:5 look-alike-character",
        "rulebook.yaml:17:5 unknown-key",
    ]


def test_full_width_characters_are_free_in_texts() -> None:
    """Chinese punctuation in a title is no fault; nor is it in a comment."""
    old, new = "zh-Hans: 医疗争议}", "zh-Hans: 医疗争议（甲）：“急”　１} # 注：好"
    assert load(changed("triage/rules.yaml", old, new)).findings == ()


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"], ids=["CRLF", "CR", "LF"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_any_line_ends_and_a_byte_order_mark_are_read(ends: str, mark: bytes) -> None:
    """The rulebook is the same, and so are the places of faults."""
    files = {path: mark + text.replace("\n", ends).encode() for path, text in TEXTS.items()}
    assert load(files).findings == ()
    assert compiled(files).rulebook.departments == compiled(sound_rules()).rulebook.departments
    files["terms/medical.yaml"] = mark + TERMS.replace("\nhits:", "\nhit:").replace("\n", ends).encode()
    assert places(load(files).findings) == ["terms/medical.yaml:5:1 unknown-key"]


def test_the_revision_is_the_content_and_not_how_it_is_saved() -> None:
    """Line ends and a byte order mark do not change the revision; a text, a path and a missing file do."""
    plain = sound_rules()
    windows = {path: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") for path, content in plain.items()}
    assert revision(windows) == revision(plain) == revision(dict(reversed(plain.items())))
    others = [
        changed("rulebook.yaml", "name: small", "name: Small"),
        {path.replace("medical", "other"): content for path, content in plain.items()},
        {path: content for path, content in plain.items() if path != "facts.yaml"},
        plain | {"a": b""},
    ]
    assert len({revision(plain), *map(revision, others)}) == 5


def test_every_byte_of_a_workbook_is_in_the_revision() -> None:
    """A workbook is no text: what looks like line ends in it is content."""
    one, other = ({"tables/a.xlsx": content} for content in (b"PK\r\n", b"PK\n"))
    assert revision(one) != revision(other)
    assert revision({"tables/a.csv": b"a\r\n"}) == revision({"tables/a.csv": b"\xef\xbb\xbfa\n"})


@pytest.mark.parametrize("key", ["claim-type", "class", "性质", "Claim type", "007"])
def test_a_fact_may_come_from_any_label(key: str) -> None:
    """Labels are other people's names: one that is no word of a programming language is read as well."""
    files = changed("facts.yaml", "from: labels.nature", f"from: labels.{key}")
    assert compiled(files).rulebook.vocabulary.facts["nature"].path == f"labels.{key}"


def test_a_person_is_a_text_or_id_and_name() -> None:
    """A person written as a text has it as id and name."""
    departments = compiled(sound_rules()).rulebook.departments
    assert (departments["care"].duty_owner.id, departments["care"].duty_owner.name) == ("Lin Meihua", "Lin Meihua")
    assert (departments["claims"].duty_owner.id, departments["claims"].duty_owner.name) == ("cgd", "Chen Guodong")


def test_file_names_and_order_do_not_matter() -> None:
    """Rules spread over files with other names are the same rules."""
    plain = compiled(sound_rules()).rulebook
    moved = sound_rules()
    moved["triage/sub/zz.yaml"] = moved.pop("triage/rules.yaml")
    moved["sla/aa.yaml"] = moved.pop("sla/policies.yaml")
    other = compiled(dict(reversed(moved.items()))).rulebook
    assert [rule.id for rule in other.rules] == [rule.id for rule in plain.rules]
    assert other.policies == plain.policies
