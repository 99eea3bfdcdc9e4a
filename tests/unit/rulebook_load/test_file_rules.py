"""What a rule file may hold as a text, at the bounds: sizes, depths, documents, properties, keys."""

import pytest

from tests.builders_rules import TERMS, TEXTS, changed, places, sound_rules
from triage.rulebook.characters import MEANT
from triage.rulebook.load import load
from triage.rulebook.syntax import LARGEST


def terms(text: str) -> dict[str, bytes]:
    """The sound folder with this term list."""
    return sound_rules() | {"terms/medical.yaml": text.encode()}


def test_a_file_of_1_mib_is_read() -> None:
    """One byte more is a fault."""
    full = TERMS.encode() + b"#" * (LARGEST - len(TERMS.encode()))
    assert load(sound_rules() | {"terms/medical.yaml": full}).findings == ()
    assert places(load(sound_rules() | {"terms/medical.yaml": full + b"#"}).findings)[0] == (
        "terms/medical.yaml:1:1 too-large"
    )


@pytest.mark.parametrize("text", [f"---\n{TERMS}", f"{TERMS}...\n", f"%YAML 1.1\n---\n{TERMS}...\n# end\n"])
def test_one_document_may_be_marked(text: str) -> None:
    """`---` at the top and `...` at the end are no second document."""
    assert load(terms(text)).findings == ()


@pytest.mark.parametrize("text", [f"{TERMS}---\n", f"{TERMS}---\n{TERMS}"])
def test_a_second_document_is_a_fault(text: str) -> None:
    """Whatever stands in it."""
    assert [one.code for one in load(terms(text)).findings] == ["several-documents"]


def test_nesting_of_50_is_read() -> None:
    """One deeper is a fault; the list of events and its entry are the third mapping or list."""
    for inside, deep in ((47, False), (48, True)):
        found = load(changed("facts.yaml", "complaint.visited", "[" * inside + "]" * inside)).findings
        assert [one.code for one in found] == ["too-deep" if deep else "wrong-type"]


@pytest.mark.parametrize("written", ["&a medical", "!!str medical", "!own medical", "&a !!str medical"])
def test_an_anchor_or_tag_is_told_and_the_value_is_read_all_the_same(written: str) -> None:
    """The value without it is told as the corrected line."""
    found = load(terms(TERMS.replace("id: medical", f"id: {written}"))).findings
    assert {one.code for one in found} <= {"anchor", "tag"}
    assert {one.corrected for one in found} == {"id: medical"}


@pytest.mark.parametrize("written", ["'&a'", "'*a'", "'!a'", "'<<'", "'---'", "'@a'", "'%a'"])
def test_signs_of_yaml_are_texts_in_quotes(written: str) -> None:
    """In quotes they are what they look like."""
    assert load(terms(TERMS.replace("malpractice]", f"malpractice, {written}]"))).findings == ()


def test_a_merge_key_in_quotes_is_a_key() -> None:
    """It is then a key that nobody knows."""
    assert [one.code for one in load(terms(f"{TERMS}'<<': {{a: b}}\n")).findings] == ["unknown-key"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rulebook.yaml", "owner: Wang Fang}", "owner: Wang Fang, owner: Li Si}"),
        ("rulebook.yaml", "owner: Wang Fang}", 'owner: Wang Fang, "owner": Li Si}'),
        ("triage/rules.yaml", "      tags: [medical]\n", "      tags: [medical]\n      tags: [other]\n"),
        ("triage/rules.yaml", "{channel: fax,", "{channel: fax, channel: phone,"),
    ],
)
def test_a_key_twice_is_a_fault_everywhere(file: str, old: str, new: str) -> None:
    """In a block, in braces, and written with quotes the second time."""
    (found,) = load(changed(file, old, new)).findings
    assert found.code == "duplicate-key"
    assert "first in line" in str(found.hint)


@pytest.mark.parametrize("ends", ["\u0085", "\u2028", "\u2029"])
def test_other_line_ends_of_unicode_end_a_line(ends: str) -> None:
    """Faults behind them are counted as the parser counts."""
    text = TERMS.replace("id: medical\n", f"id: medical{ends}").replace("\nhits:", "\nhit:")
    assert places(load(terms(text)).findings) == ["terms/medical.yaml:5:1 unknown-key"]


def test_a_byte_order_mark_inside_a_file_is_told() -> None:
    """As it comes from files that were joined."""
    text = TEXTS["rulebook.yaml"].replace("zone:", "\ufeffzone:")
    (found,) = load(sound_rules() | {"rulebook.yaml": text.encode()}).findings
    assert (found.code, found.line, found.column, found.found) == ("control-character", 3, 1, "U+FEFF")


@pytest.mark.parametrize("encoding", ["gbk", "big5", "utf-16", "utf-16-le", "shift_jis"])
def test_another_encoding_is_a_fault_that_says_how_to_save(encoding: str) -> None:
    """The first byte that is not UTF-8 is told."""
    (found,) = load(sound_rules() | {"terms/other.yaml": "id: 事故\n".encode(encoding)}).findings
    assert found.code in ("not-utf-8", "control-character")
    assert found.code == "control-character" or "save the file as UTF-8" in str(found.hint)


def test_a_gbk_table_is_never_read_as_yaml() -> None:
    """What stands in a table is not told as faults of YAML."""
    found = load(sound_rules() | {"tables/matrix.csv": "渠道,then.priority\n电话,high\n".encode("gbk")}).findings
    assert {one.code for one in found}.isdisjoint({"not-yaml", "look-alike-character", "control-character"})


@pytest.mark.parametrize("character", "：，［］｛｝“”‘’\u3000\u00a0０１２３４５６７８９")
def test_every_character_of_the_contract_is_known(character: str) -> None:
    """Each has what was meant by it."""
    assert MEANT[character][0] in (":", ",", "[", "]", "{", "}", '"', "'", " ", *"0123456789")
