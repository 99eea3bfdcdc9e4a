"""The reference lists every action that a log line may have, at its level, and none that no line has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LEVELS = ("debug", "info", "warning", "error")
DELIVERY_RESULTS = ("held", "failed")
"""What the dispatcher tells of a message that was refused: the one action that is put together."""

ROW = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| (\w+) \| .+ \| .+ \|$", re.MULTILINE)


def calls(source: str) -> Iterator[tuple[str, str]]:
    """(action, level) of every call with an `action`; the level's name is the method's, or stands in an argument."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "action":
                    for action in actions(keyword.value):
                        yield action, level(node)


def actions(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Constant):
        return [str(value.value)]
    assert isinstance(value, ast.JoinedStr), ast.unparse(value)
    assert ast.unparse(value) == "f'dispatch.{delivery.result}'"
    return [f"dispatch.{result}" for result in DELIVERY_RESULTS]


def level(call: ast.Call) -> str:
    parts = [call.func, *call.args]
    found = [node.attr for node in parts if isinstance(node, ast.Attribute) and node.attr in LEVELS]
    assert len(found) == 1, ast.unparse(call)
    return found[0]


def used() -> set[tuple[str, str]]:
    code = [path for package in ("triage", "monitors") for path in (ROOT / package).rglob("*.py")]
    return {found for path in code for found in calls(path.read_text(encoding="utf-8"))} | {("log.library", "error")}


def listed(text: str) -> list[tuple[str, str]]:
    return [(action, level) for action, level in ROW.findall(text)]


def test_every_action_is_listed_and_none_is_left_over() -> None:
    """With its level, once."""
    found = listed((ROOT / "docs" / "reference" / "logs.md").read_text(encoding="utf-8"))
    assert len(found) == len({action for action, _ in found})
    assert set(found) == used()


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ('log.info("x", action="planted.one")', ("planted.one", "info")),
        ('_log_line(log.error, "x", action="planted.two", a=1)', ("planted.two", "error")),
    ],
)
def test_a_planted_action_is_seen(line: str, seen: tuple[str, str]) -> None:
    """However it is written."""
    assert list(calls(line)) == [seen]


def test_every_line_of_the_log_has_an_action() -> None:
    """No line is written that nobody can filter by."""
    code = [path for package in ("triage", "monitors") for path in (ROOT / package).rglob("*.py")]
    assert [line for path in code for line in bare(path)] == []


def bare(path: Path) -> list[str]:
    return [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and ast.unparse(node.func.value) == "log"
        and "action" not in {keyword.arg for keyword in node.keywords}
    ]
