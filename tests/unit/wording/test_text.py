"""What is said has the reader's language, and every template has its translations."""

import ast
import pkgutil
import string
from collections import Counter
from importlib import import_module
from pathlib import Path

import opencc
import pytest

from triage.wording import chinese
from triage.wording.chinese import CHINESE
from triage.wording.text import say, title_in

ROOT = Path(__file__).parents[3]
TO_SIMPLIFIED, TO_TRADITIONAL = opencc.OpenCC("t2s"), opencc.OpenCC("s2tw")


def templates() -> dict[str, str]:
    """Every literal that `say` is called with, and where."""
    found = {}
    for path in sorted([*(ROOT / "triage").rglob("*.py"), *(ROOT / "monitors").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{where}: not a literal"
                assert isinstance(first.value, str), f"{where}: not a text"
                found[first.value] = where
    return found


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_template_has_its_translations() -> None:
    missing = {template: where for template, where in templates().items() if template not in CHINESE}
    assert not missing


def test_no_template_is_translated_in_two_rooms() -> None:
    """What several rooms say stands in `common`: else one of the two would be lost in silence."""
    rooms = [import_module(f"triage.wording.chinese.{one.name}") for one in pkgutil.iter_modules(chinese.__path__)]
    times = Counter(template for room in rooms for template in room.CHINESE)
    assert [template for template, count in times.items() if count > 1] == []
    assert set(times) == set(CHINESE)


def test_no_translation_is_left_over() -> None:
    assert set(CHINESE) - set(templates()) == set()


def test_translations_have_the_places_of_their_template() -> None:
    wrong = {
        template: text for template, texts in CHINESE.items() for text in texts if places(text) != places(template)
    }
    assert not wrong


@pytest.mark.parametrize("template", CHINESE)
def test_each_script_is_written_in_its_own_characters(template: str) -> None:
    traditional, simplified = CHINESE[template]
    assert TO_SIMPLIFIED.convert(simplified) == simplified
    assert TO_TRADITIONAL.convert(traditional) == traditional


def test_a_value_that_is_a_text_is_said_in_the_same_language() -> None:
    inner = say("{file} is missing", file="a.yaml")
    assert str(say("{file} is missing", file=inner)) == "a.yaml is missing is missing"
    assert say("{file} is missing", file=(inner, "b")).said("zh-Hant") == "缺少 缺少 a.yaml、b"


def test_a_title_falls_back_to_english_and_then_to_any() -> None:
    assert title_in({"en": "a", "zh-Hant": "b"}, "zh-Hant") == "b"
    assert title_in({"en": "a"}, "zh-Hans") == "a"
    assert title_in({"zh-Hant": "b"}, "en") == "b"
    assert title_in({}, "en") == ""
