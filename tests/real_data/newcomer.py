"""A newcomer's day on real complaints: changes the rules, is told of five mistakes, tests, compares, releases into a
running daemon, explains a case. Prints what the terminal shows.

    python -m tests.real_data.newcomer EVENTS DIRECTORY [LANGUAGE]

`EVENTS`: JSON Lines as `python -m tests.real_data.connecticut` leaves them.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.workers import ROOT, Worker, count_events, query, wait_for

GUIDE = ROOT / "docs" / "samples" / "guide"
SHOWN = 40
"""Lines of an answer that are shown."""

FIRST = [
    "triage rules new desk",
    "sed -i '/^  claims-assessment:/e cat guide/department.yaml' desk/rules/rulebook.yaml",
    "cp guide/flood.yaml desk/rules/terms/",
    "sed -i 's/^id: flood/id：flood/' desk/rules/terms/flood.yaml",
    "triage check desk/rules",
    "cp guide/flood.yaml desk/rules/terms/",
    "cp guide/catastrophe.yaml desk/rules/triage/",
    "sed -i 's/department: catastrophe, tags/department: catastrofe, tags/; "
    "s/, zh-Hans: 天灾案件交天灾理赔//' desk/rules/triage/catastrophe.yaml",
    "triage check desk/rules",
    "cp guide/catastrophe.yaml desk/rules/triage/",
    "cp guide/property-causes.csv guide/property-causes.table.yaml desk/rules/tables/",
    "sed -i 's/,high,catastrophe/,hihg,catastrophe/' desk/rules/tables/property-causes.csv",
    "triage check desk/rules",
    "sed 's/after a storm every day counts/风灾后每天都重要/' guide/property-causes.csv "
    "| iconv -f UTF-8 -t GBK > desk/rules/tables/property-causes.csv",
    "triage check desk/rules",
    "cp guide/property-causes.csv desk/rules/tables/",
    "triage check desk/rules",
    "triage test desk/rules --coverage | tail -4",
    "triage rules diff shipped desk/rules --events events.jsonl",
    "triage backtest --events events.jsonl --rules desk/rules --against shipped --html report.html",
]
RELEASE = [
    'triage rules propose desk/rules --by "Luo Jing" --reason "Floods" --store sqlite:///desk.sqlite',
    'triage rules approve proposed --by "Luo Jing" --reason "Mine" --store sqlite:///desk.sqlite',
    'triage rules approve proposed --by "Zhao Lihua" --reason "Seen the backtest" --store sqlite:///desk.sqlite',
]
CONFIG = '[rules]\nactivation = "approved"\n'


def show(directory: Path, command: str, language: str) -> None:
    """Run a line as typed, and print it with what it answers."""
    environment = os.environ | {"LANG": language, "PYTHONUTF8": "1", "LC_CTYPE": "C.UTF-8", "COLUMNS": "120"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    began = time.monotonic()
    done = subprocess.run(
        command, shell=True, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    print(f"$ {command}")
    print("\n".join(lines[:SHOWN]) + (f"\n… {len(lines) - SHOWN} more lines" if len(lines) > SHOWN else ""))
    print(f"[exit {done.returncode}, {time.monotonic() - began:.1f} s]\n", flush=True)


def release(directory: Path, language: str) -> None:
    """Into a daemon that runs: events before and after, and how long the new rules took."""
    url = f"sqlite:///{directory}/desk.sqlite"
    (directory / "spool").mkdir()
    (directory / "triage.toml").write_text(CONFIG)
    shutil.copytree(directory / "shipped", directory / "live")
    arguments = ("run", "--config", "triage.toml", "--source", "spool", "--rules", "live", "--store", url)
    with Worker(directory, *arguments) as daemon:
        daemon.logged("rules.proposed")
        show(
            directory, f'triage rules approve proposed --by "Zhao Lihua" --reason "First rules" --store {url}', language
        )
        send(directory, "before.jsonl", "C-2001")
        wait_for(lambda: count_events(url) >= 1)
        for line in RELEASE:
            show(directory, line, language)
        began = time.monotonic()
        send(directory, "after.jsonl", "C-2002")
        wait_for(lambda: count_events(url) >= 2)
        print(f"the next event was decided {time.monotonic() - began:.2f} s later\n")
        print(*query(url, "SELECT id, priority, department, document ->> '$.revision' FROM cases"), sep="\n")
        show(directory, f"triage explain C-2002 --store {url} --html explained.html", language)
        print(f"the daemon ended with {daemon.stop()}")


def send(directory: Path, name: str, case: str) -> None:
    event = (GUIDE / "flooded.jsonl").read_text(encoding="utf-8").replace("C-2001", case).replace("2001:1", f"{case}:1")
    event = event.replace('"birth_date": "1951-05-04"', '"birth_date": "1991-05-04"')
    hidden = directory / "spool" / f".{name}"
    hidden.write_text(event, encoding="utf-8")
    hidden.rename(directory / "spool" / name)


def main() -> None:
    events, directory = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    language = sys.argv[3] if len(sys.argv) > 3 else "zh_TW.UTF-8"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    shutil.copytree(GUIDE, directory / "guide")
    shutil.copytree(ROOT / "rules", directory / "shipped")
    (directory / "events.jsonl").symlink_to(events)
    for line in FIRST:
        show(directory, line, language)
    release(directory, language)


if __name__ == "__main__":
    main()
