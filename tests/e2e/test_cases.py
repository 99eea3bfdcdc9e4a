"""`triage cases` and `triage case` as people see them: in terminals of each width, piped, in their language."""

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.command import app
from tests.e2e.workers import ROOT, Worker

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
RED = "\x1b[31m"
STORE = ("--store", "sqlite:///desk.sqlite")


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TRIAGE_LOG__LEVEL": "error", **more}


def run(directory: Path, *arguments: str) -> str:
    """What the verb writes where no terminal is."""
    store = ("--store", f"sqlite:///{directory}/desk.sqlite")
    done = CliRunner().invoke(app, [*arguments, *store], env={"LANG": "C.UTF-8"})
    assert done.exit_code == 0, done.output
    return done.stdout


def in_terminal(directory: Path, columns: int, *arguments: str, **more: str) -> str:
    """What it writes to a terminal so many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "triage", *arguments],
        cwd=directory,
        env=environment(TERM="xterm", **more),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample's three cases: one closed, two overdue."""
    directory = tmp_path_factory.mktemp("desk")
    shutil.copy(ROOT / "docs" / "samples" / "events.jsonl", directory)
    with Worker(directory, "run", "--source", "events.jsonl", "--once", *STORE) as worker:
        assert worker.finish() == 0, worker.output()
    return directory


def test_a_wide_terminal_shows_everything_with_urgency_in_colour(desk: Path) -> None:
    """An overdue case is red; every row ends within the terminal."""
    shown = in_terminal(desk, 160, "cases", *STORE)
    rows = ESCAPE.sub("", shown).splitlines()
    assert rows[0].split() == [
        "case",
        "status",
        "priority",
        "department",
        "owner",
        "received",
        "(UTC)",
        "due",
        "(UTC)",
        "clocks",
    ]
    assert all(len(row) <= 160 for row in rows)
    assert RED in next(line for line in shown.splitlines() if "C-1003" in line)
    assert "ago" in next(row for row in rows if row.startswith("C-1003"))


@pytest.mark.parametrize("columns", [79, 40])
def test_a_narrow_terminal_shows_lines_instead_of_a_table(desk: Path, columns: int) -> None:
    """Nothing is cut: id, priority, department, owner and deadline are there in full, within the width."""
    shown = ESCAPE.sub("", in_terminal(desk, columns, "cases", *STORE))
    assert all(len(row) <= columns for row in shown.splitlines())
    for word in ("C-1002", "urgent", "claims-assessment", "Zhou Wen", "2026-03-27 15:59"):
        assert word in shown


def test_a_terminal_without_colour_has_none(desk: Path) -> None:
    """NO_COLOR is heeded; what colour said, words say too."""
    shown = in_terminal(desk, 160, "cases", "--overdue", *STORE, NO_COLOR="1")
    assert RED not in shown
    assert "overdue" in shown


def test_a_pipe_gets_plain_text_that_is_never_cut(desk: Path) -> None:
    """Whatever reads it finds no escape and each name in full."""
    shown = run(desk, "cases")
    assert "\x1b" not in shown
    assert "cn-order-2020-3/decision overdue" in shown


def test_json_is_a_line_a_case_whatever_the_language(desk: Path) -> None:
    """Keys and states stay; a page is the part of the whole."""
    whole = run(desk, "cases", "--json", "--lang", "zh-Hans").splitlines()
    assert [json.loads(line)["case"] for line in whole] == ["C-1001", "C-1002", "C-1003"]
    assert [json.loads(whole[2])["status"], json.loads(whole[2])["clocks"][0]["state"]] == ["registered", "running"]
    (last,) = run(desk, "cases", "--json", "--limit", "2", "--page", "2").splitlines()
    assert json.loads(last)["case"] == "C-1003"


def test_filters_and_order_reach_the_listing(desk: Path) -> None:
    """Each option narrows what it names."""

    def found(*options: str) -> list[str]:
        return [json.loads(line)["case"] for line in run(desk, "cases", "--json", *options).splitlines()]

    assert found("--overdue") == ["C-1003", "C-1002"]
    assert found("--sort", "due") == ["C-1003", "C-1002", "C-1001"]
    assert found("--department", "coordination", "--department", "customer-care") == ["C-1001", "C-1003"]
    assert found("--owner", "zhou.wen") == ["C-1002"]
    assert found("--priority", "high", "--status", "closed") == ["C-1001"]
    assert found("--open") == ["C-1002", "C-1003"]
    assert found("--due-within", "1w") == []


def test_a_full_page_says_how_to_see_the_next(desk: Path) -> None:
    """And the last one does not."""
    assert "--page 2" in run(desk, "cases", "--limit", "2")
    assert "--page" not in run(desk, "cases", "--limit", "2", "--page", "2")


@pytest.mark.parametrize(("language", "words"), [("zh-Hant", ("案件", "已逾期")), ("zh-Hans", ("案件", "经办人"))])
def test_cases_are_shown_in_the_readers_language(desk: Path, language: str, words: tuple[str, ...]) -> None:
    """Heads, states and times."""
    for verb in (("cases",), ("case", "C-1003"), ("case", "C-1003", "--days")):
        shown = run(desk, *verb, "--lang", language)
        assert words[0] in shown or verb[-1] == "--days"
        assert not re.search(r"\b(ago|received|started|owner|running)\b", shown)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_verbs_options_and_values(desk: Path, shell: str) -> None:
    """The script that the documents tell to install is asked as the shell asks it."""
    assert shutil.which(shell), f"apt-get install {shell}"
    ask = {
        "bash": 'eval "$(_TRIAGE_COMPLETE=source_bash triage)"; COMP_WORDS=($*); COMP_CWORD=$(($# - 1)); '
        '_triage_completion triage; printf "%s\\n" "${COMPREPLY[@]}"',
        "zsh": "autoload -Uz compinit; compinit -u; source <(_TRIAGE_COMPLETE=source_zsh triage); "
        "(( ${+_comps[triage]} )) || exit 1; "
        '_TRIAGE_COMPLETE=complete_zsh _TYPER_COMPLETE_ARGS="$*" triage',
    }[shell]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def completed(*words: str) -> str:
        done = subprocess.run(
            [shell, "-c", ask, shell, *words],
            cwd=desk,
            env=environment(PATH=path, HOME=str(desk)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "cases" in completed("triage", "ca")
    assert "--overdue" in completed("triage", "cases", "--ov")
    assert "investigating" in completed("triage", "cases", "--status", "inv")


def test_a_voided_event_is_struck_out(tmp_path: Path) -> None:
    """By a line in a terminal, by a word where there is none, and in JSON."""
    told = (ROOT / "docs" / "samples" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(told[0])
    named = {"source": first["source"], "id": first["id"]}
    voiding = {
        **first, "id": "void-1", "type": "complaint.voided", "data": {"event": named, "reason": "a test", "by": "Lin"},
    }  # fmt: skip
    (tmp_path / "events.jsonl").write_text("\n".join([told[0], json.dumps(voiding), ""]), encoding="utf-8")
    with Worker(tmp_path, "run", "--source", "events.jsonl", "--once", *STORE) as worker:
        assert worker.finish() == 0, worker.output()
    case = first["subject"]
    assert "registration, voided" in run(tmp_path, "case", case)
    assert "登記，已作廢" in run(tmp_path, "case", case, "--lang", "zh-Hant")
    assert re.search(r"\x1b\[[0-9;]*9m[^\n]*registration, voided", in_terminal(tmp_path, 120, "case", case, *STORE))
    timeline = json.loads(run(tmp_path, "case", case, "--json"))["timeline"]
    assert [(one["type"], one["voided"]) for one in timeline if one["kind"] == "event"] == [
        ("complaint.registered", True), ("complaint.voided", False),
    ]  # fmt: skip
