"""What the setting `engine.mode` asks for, and what a start does where it cannot be had."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitors.metrics.registry import Metrics
from tests.e2e.samples import sample_events, write_spool
from tests.engine.desk import Desk, engine_of
from tests.engine.test_faults import stand_in
from triage.adapters.durable_child.supervisor import Patience
from triage.errors import Unreachable, WrongSettings
from triage.main import engines
from triage.main.engines import await_engine, second_engine
from triage.settings import EngineSettings

WITHOUT_THE_EXTRA = """
import sys
sys.modules["durable_rules_engine"] = None
sys.argv[0] = "triage"
from triage.cli.start import main
main()
"""


def run(directory: Path, mode: str, *, installed: bool = True) -> tuple[int, str, list[str]]:
    """Exit code, what went to stderr, and the marks of the decisions of a run over a small spool."""
    write_spool(directory / "spool", sample_events(10), files=1)
    program = ["-m", "triage"] if installed else ["-c", WITHOUT_THE_EXTRA]
    done = subprocess.run(
        [
            sys.executable,
            *program,
            "run",
            "--source",
            "spool",
            "--out",
            "out",
            "--once",
            "--store",
            "sqlite:///x.sqlite",
        ],
        cwd=directory,
        env={"TRIAGE_ENGINE__MODE": mode, "TRIAGE_HTTP__PORT": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    out = directory / "out" / "decisions.jsonl"
    told = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    return done.returncode, done.stderr, [one["data"]["engines"] for one in told if "engines" in one["data"]]


@pytest.mark.parametrize(
    ("mode", "installed", "marks"),
    [("auto", True, {"agree"}), ("both", True, {"agree"}), ("compiled", True, {"single"}), ("auto", False, {"single"})],
)
def test_the_first_decision_has_the_mark_of_the_mode(
    tmp_path: Path, mode: str, installed: bool, marks: set[str]
) -> None:
    """The second engine is there before the first event is read; without it nothing is refused in `auto`."""
    code, told, found = run(tmp_path, mode, installed=installed)
    assert code == 0, told
    assert found
    assert set(found) == marks


def test_both_without_the_extra_is_refused(tmp_path: Path) -> None:
    """Exit 2, with what to install; nothing is decided, and no store was touched."""
    code, told, found = run(tmp_path, "both", installed=False)
    assert (code, found) == (2, [])
    assert not (tmp_path / "x.sqlite").exists()
    assert "complaint-triage[durable]" in told


def test_modes_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """`compiled` starts none, and where the extra is missing only `both` minds."""
    metrics = Metrics()
    assert second_engine(EngineSettings(mode="compiled"), metrics) is None
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert second_engine(EngineSettings(mode="auto"), metrics) is None
    with pytest.raises(WrongSettings):
        second_engine(EngineSettings(mode="both"), metrics)


def test_an_engine_that_is_installed_and_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As durable_rules on Python 3.13, which installs and cannot be imported: `both` refuses with exit 3 and the
    reason, `auto` goes on."""
    word = tmp_path / "trouble"
    word.write_text("start refuses")
    monkeypatch.setattr(engines, "START_SECONDS", 600.0)  # a start does not wait for what cannot come
    with engine_of(Patience(pause=600, longest_pause=600), stand_in(word)) as engine:
        rules = Desk(tmp_path / "desk").rules
        await_engine(engine, rules, EngineSettings(mode="auto"))
        with pytest.raises(Unreachable, match="cannot be imported"):
            await_engine(engine, rules, EngineSettings(mode="both"))
