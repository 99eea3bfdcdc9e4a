"""What is said about a fault is in the reader's language, and never in that of programmers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builders_rules import sound_rules
from tests.unit.rulebook_load.provoked import planted
from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import Finding
from triage.rulebook.load import load
from triage.rulebook.parser_words import problem_of
from triage.wording.chinese import CHINESE
from triage.wording.text import LANGUAGES, Text

ROOT = Path(__file__).parents[3]

PYTHON = re.compile(
    r"\b(None|True|False|dict|int|str|bool|float|tuple|object|NoneType|\w*Error|\w*Exception|Traceback|keyword|"
    r"token|scalar|stream|while scanning|while parsing|expected <|did not find|could not find)\b"
)
"""Words of Python and of the YAML parser."""

ENGLISH_NOUN = re.compile(r"(a|an|the) \w")
"""How a noun of a message begins that was not made with `say`."""

NOT_YAML = {
    "a key without a colon": "a: b\nc\nd: e\n",
    "a colon too many": "a: b: c\n",
    "an indentation of its own": "a:\n   - b\n  - c\n",
    "an entry among keys": "a: b\n- c\n",
    "an open list": "a: [b, c\nd: e\n",
    "an open mapping": "a: {b: c\nd: [\n",
    "an open quote": 'a: "b\n',
    "an open quote before a document": 'a: "b\n--- \n',
    "an entry in a line": "a: - b\n",
    "nothing behind a comma": "a: [b, , c]\n",
    "a sign at the beginning": "a: @b\n",
    "a percent sign at the beginning": "%b\n",
    "a percent sign in a value": "a: %b\n",
    "a backquote": "a: `b`\n",
    "a backslash": 'a: "C:\\data"\n',
    "a short escape": 'a: "\\x1"\n',
    "a high escape": 'a: "\\Uffffffff"\n',
    "an ampersand": "a: & b\n",
    "an asterisk": "a: * b\n",
    "a tag of nobody": "a: !x!y b\n",
    "a tag with a bad escape": "!a%ff b\n",
    "a bar with more": "a: | b\n",
    "a bar with nought": "a: |0\n  b\n",
    "a tab before a key": "a:\n\tb: c\n",
    "a tab behind a bar": "a: |\n\tb\n",
    "two versions": "%YAML 1.2\n%YAML 1.2\n---\na: b\n",
    "a version of nobody": "%YAML 9\n---\na: b\n",
    "a version without a number": "%YAML x\n---\na: b\n",
    "a directive of nobody": "%FOO bar\n---\na: b\n",
    "a tag twice": "%TAG ! tag:a,2000:\n%TAG ! tag:b,2000:\n---\na: b\n",
    "a directive without a document": "%YAML 1.1\na: b\n",
}
"""Texts that are no YAML, of every kind that the parser knows."""


def texts(value: Any) -> Iterator[Text]:
    """A text, and those inside it."""
    if isinstance(value, Text):
        yield value
        for _, inner in value.values:
            yield from texts(inner)
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


def untranslated(finding: Finding) -> list[str]:
    """Parts of the finding that are English in every language: a template without its translation, or a noun."""
    found = [*texts(finding.message), *texts(finding.hint)]
    templates = [one.template for one in found if one.template not in CHINESE and (" " in one.template or one.values)]
    plain = [str(value) for one in found for _, value in one.values if isinstance(value, str)]
    return templates + [one for one in plain if ENGLISH_NOUN.match(one)]


def english_literals(path: Path) -> list[str]:
    """Texts of a module that begin like a noun of a message and are not said; docstrings are nobody's message."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {call.args[0] for call in ast.walk(tree) if isinstance(call, ast.Call) and call.args and _is_say(call)}
    prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{path.name}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ENGLISH_NOUN.match(node.value)
        if node not in said | prose
    ]


def _is_say(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "say"


@pytest.mark.parametrize("path", sorted((ROOT / "triage" / "rulebook").glob("*.py")), ids=lambda path: path.name)
def test_no_noun_of_a_message_is_a_plain_text(path: Path) -> None:
    """What readers call a thing goes through `say`, so that it has its translations."""
    assert english_literals(path) == []


PLANTED = [found for _, found in planted()]


@pytest.mark.parametrize("found", PLANTED, ids=lambda one: f"{one.code}-{one.file}:{one.line}")
def test_every_part_of_a_finding_has_its_translation(found: Finding) -> None:
    """Message and hint, and whatever stands inside them, are texts with translations, or words of the file."""
    assert untranslated(found) == []
    for language in LANGUAGES:
        said = f"{found.message.said(language)} {found.hint.said(language)}"
        assert not PYTHON.search(said.replace(found.found, "")), said
        assert "{" not in found.message.said(language).replace(found.found, "").replace("{en", "")


@pytest.mark.parametrize("found", PLANTED, ids=lambda one: f"{one.code}-{one.file}:{one.line}")
def test_what_is_said_in_chinese_is_chinese(found: Finding) -> None:
    """Each message has Chinese words in both scripts, and is not the English one."""
    for language in ("zh-Hant", "zh-Hans"):
        assert re.search("[\u4e00-\u9fff]", found.message.said(language))
        assert found.message.said(language) != str(found.message)


@pytest.mark.parametrize("name", NOT_YAML)
def test_what_the_parser_says_is_never_repeated(name: str) -> None:
    """Whatever stops the parser is told in our words and in every language."""
    problem = _problem(NOT_YAML[name])
    assert problem
    findings = load(sound_rules() | {"terms/odd.yaml": NOT_YAML[name].encode()}).findings
    assert findings
    for found in findings:
        assert untranslated(found) == []
        for language in LANGUAGES:
            assert problem not in found.said(language)
            assert not PYTHON.search(found.message.said(language)), found.message.said(language)


def _problem(text: str) -> str:
    """What the parser says."""
    with pytest.raises(yaml.MarkedYAMLError) as stopped:
        list(yaml.parse(text, Loader=yaml.CBaseLoader))
    assert problem_of(stopped.value)[0].template in CHINESE
    return stopped.value.problem or ""


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_says_what_it_means_and_what_to_do_in_every_language(code: str) -> None:
    """Nothing of the catalogue is left in English."""
    for text in (CODES[code].meaning, CODES[code].advice):
        assert text.template in CHINESE
        assert str(text) not in (text.said("zh-Hant"), text.said("zh-Hans"))
