"""An installed wheel is the whole service: its own code, its own rules, its own migrations, from any folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from tests.e2e.samples import sample_events
from tests.e2e.workers import ROOT, Worker, dump, published

SOURCES = ("triage", "monitors", "rules", "deploy", "pyproject.toml", "README.md", "LICENSE")
"""What the wheel is built from."""


class Installed(NamedTuple):
    """A wheel, the sources of which it was built, and the folder into which it is installed."""

    sources: Path
    wheel: Path
    folder: Path

    def call(self, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python in that folder with the installed code and its dependencies, but without `.pth` files: an editable
        install beside it is not seen."""
        dependencies = sysconfig.get_paths()["purelib"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIAGE_", "PYTHON"))}
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            cwd=directory,
            env={**kept, "PYTHONPATH": os.pathsep.join((str(self.folder), dependencies))},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def triage(self, directory: Path, *arguments: str) -> str:
        """What the verb prints on stdout; it ends with 0."""
        done = self.call(directory, "-m", "triage", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of a clean copy of the sources: what an earlier build left in the checkout is not taken in. Built
    without a network, by this environment's setuptools."""
    copy, folder = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("installed")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    command(copy, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy))
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    command(folder, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    return Installed(copy, wheel, target)


def command(directory: Path, *arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def in_the_sources(sources: Path) -> set[str]:
    """Every file that the package has to hold, by its name in the wheel."""
    folders = {"triage": "triage", "monitors": "monitors", "rules": "triage/shipped_rules"}
    folders["deploy/rules-repository"] = "triage/rules_repository"
    return {
        f"{place}/{path.relative_to(sources / folder).as_posix()}"
        for folder, place in folders.items()
        for path in (sources / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_wheel_holds_every_module_and_every_rule_file(installed: Installed) -> None:
    """No package, migration or rule file is left out, whatever its kind, and nothing else is in it."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == in_the_sources(installed.sources)


def test_the_code_that_runs_is_the_wheels(installed: Installed, tmp_path: Path) -> None:
    """What the tests below call comes from the wheel alone."""
    modules = "triage, triage.main.running, monitors, monitors.loops.sweeper"
    printing = f"import {modules}; print(*(one.__file__ for one in ({modules})), sep='\\n')"
    done = installed.call(tmp_path, "-c", printing)
    found = [Path(line) for line in done.stdout.splitlines()]
    assert len(found) == 4, done.stderr
    assert all(path.is_relative_to(installed.folder) for path in found)


def test_the_shipped_rules_are_sound_in_the_wheel(installed: Installed, tmp_path: Path) -> None:
    """`check` and `test` find them without being told where; the command of the same name does the same."""
    assert installed.triage(tmp_path, "check").splitlines()[-1] == "no faults"
    assert re.fullmatch(r"\d\d+ examples hold", installed.triage(tmp_path, "test").splitlines()[-1])
    script = installed.call(tmp_path, str(installed.folder / "bin" / "triage"), "check")
    assert (script.returncode, script.stdout.splitlines()[-1]) == (0, "no faults")


def test_the_wheel_decides_what_its_sources_decide(installed: Installed, tmp_path: Path) -> None:
    """The main job from another folder, with the shipped rules and a new store: every case has its department, and
    cases, clocks, notices and outputs are those of the same run in the sources."""
    events = sample_events(15)
    urls = []
    for name in ("wheel", "sources"):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "events.jsonl").write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
        urls.append(f"sqlite:///{directory}/desk.sqlite")
    arguments = ("run", "--source", "events.jsonl", "--once", "--store")
    installed.triage(tmp_path / "wheel", *arguments, urls[0])
    with Worker(tmp_path / "sources", *arguments, urls[1], PYTHONPATH=str(installed.sources)) as worker:
        assert worker.finish() == 0, worker.output()

    cases = [
        json.loads(line) for line in installed.triage(tmp_path, "cases", "--json", "--store", urls[0]).splitlines()
    ]
    assert len(cases) == 15
    assert all(case["department"] and case["owner"] and case["clocks"] for case in cases)
    assert len({case["department"] for case in cases}) > 2
    assert dump(urls[0]) == dump(urls[1])
    assert published(tmp_path / "wheel" / "out") == published(tmp_path / "sources" / "out")
    installed.triage(tmp_path, "explain", cases[0]["case"], "--store", urls[0], "--html", "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
