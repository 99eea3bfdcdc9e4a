"""`triage check` as it is called in a terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders_rules import changed
from tests.unit.rulebook_load.folders import write


def check(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The verb's output and exit code."""
    return subprocess.run(
        [sys.executable, "-m", "triage", "check", str(folder)],
        env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


SAYS = {
    "zh_TW.UTF-8": ('"hihg" 不是可用的優先級', "1 個錯誤"),
    "zh_CN.UTF-8": ('"hihg" 不是可用的优先级', "1 个错误"),
    "en_GB.UTF-8": ('"hihg" is not a priority', "1 fault"),
    "C": ('"hihg" is not a priority', "1 fault"),
}
"""The terminal's language, and what is said in it."""


@pytest.mark.parametrize("locale", SAYS)
def test_the_terminal_chooses_the_language(tmp_path: Path, locale: str) -> None:
    """Findings go to standard output, the count to standard error; the exit code is 1 in every language."""
    folder = write(tmp_path / "rules", changed("triage/rules.yaml", "priority: high\n", "priority: hihg\n"))
    done = check(folder, LANG=locale, PYTHONUTF8="1")
    message, count = SAYS[locale]
    assert done.stdout.splitlines()[0] == f"triage/rules.yaml:11:17: fault unknown-value: {message}"
    assert done.stderr.splitlines() == [count]
    assert done.returncode == 1


def test_a_terminal_without_chinese_characters_is_no_error(tmp_path: Path) -> None:
    """What it cannot show is written as numbers; every fault is told."""
    files = changed("triage/rules.yaml", "priority: high\n", "priority: 高\n")
    done = check(write(tmp_path / "rules", files), LC_MESSAGES="zh_TW", PYTHONIOENCODING="ascii")
    assert done.stdout.startswith("triage/rules.yaml:11:17: fault unknown-value: ")
    assert "\\u9ad8" in done.stdout
    assert done.returncode == 1
