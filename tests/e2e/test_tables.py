"""Decision tables through the installed command: a new one, what it decides once in force, and what is refused."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.rules.shipped import RULES


def triage(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "triage", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def test_a_table_from_nothing_to_a_decision(rules: Path) -> None:
    """Made, filled in a spreadsheet, refused for a slip with the cell's name, put in force, and named by a reason."""
    columns = ("--facts", "description mentions", "--then", "priority,tags")
    made = triage("table", "new", "bribes", *columns, "--rules", rules)
    assert (made.returncode, made.stderr) == (0, "")
    book, side = rules / "tables" / "bribes.xlsx", rules / "tables" / "bribes.table.yaml"
    assert made.stdout.splitlines() == [str(book), str(side)]
    assert triage("check", rules).stdout == "no faults\n"

    fill(book, "staff-misconducts", "high")
    refused = triage("check", rules, "--json")
    [fault] = map(json.loads, refused.stdout.splitlines())
    assert (refused.returncode, fault["file"], fault["line"], fault["column"]) == (1, "tables/bribes.xlsx", 2, 2)
    assert fault["message"] == 'B2: "staff-misconducts" is not a term list'
    assert fault["hint"] == 'did you mean "staff-misconduct"?'

    fill(book, "staff-misconduct", "high")
    text = "查勘員開口要好處費才肯寫報告"
    lines = side.read_text(encoding="utf-8").replace(given(side), f'given: {{description: "{text}"}}').splitlines()
    side.write_text("\n".join(line for line in lines if not line.startswith("status:")), encoding="utf-8")
    assert triage("check", rules).stdout == "no faults\n"
    tried = json.loads(triage("try", text, "--rules", rules, "--json").stdout)
    assert "bribes" in tried["outcome"]["tags"]
    assert "bribes row 2" in [reason["rule"] for reason in tried["reasons"]]


def fill(book: Path, mentions: str, priority: str) -> None:
    """Put values into the row as somebody at a spreadsheet does."""
    workbook = openpyxl.load_workbook(book)
    workbook.worksheets[0]["B2"], workbook.worksheets[0]["C2"] = mentions, priority
    workbook.save(book)


def given(side: Path) -> str:
    """What the example that fires gives."""
    line = next(line for line in side.read_text(encoding="utf-8").splitlines() if "given:" in line)
    return line.removeprefix("  - ")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["new", "t", "--facts", "chanel"], 2, 'unknown column "chanel" (did you mean "channel"?)'),
        (["new", "amount-by-line", "--facts", "channel"], 2, "tables/amount-by-line.csv is there already"),
        (["new", "t", "--facts", "channel", "--csv", "--xlsx"], 2, "exclude each other"),
        (["show", "nothing"], 2, "there is no table nothing; tables: amount-by-line"),
    ],
)
def test_what_cannot_be_done_is_refused(rules: Path, arguments: list[str], code: int, says: str) -> None:
    """With the exit code of wrong usage, a line a fault, and nothing written."""
    before = sorted(rules.rglob("*"))
    done = triage("table", *arguments, "--rules", rules)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert sorted(rules.rglob("*")) == before


def test_the_shipped_table_is_shown(rules: Path) -> None:
    """One object a row for tools, with the names that reasons use."""
    done = triage("table", "show", "amount-by-line", "--rules", rules, "--json")
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["rule"] for row in shown][:2] == ["amount-by-line row travel", "amount-by-line row motor-in-payment"]
    assert shown[1]["cells"]["claim_stage"] == "payment|after_payment"
    assert shown[1]["at"] == {"file": "tables/amount-by-line.csv", "line": 3, "column": 1}
