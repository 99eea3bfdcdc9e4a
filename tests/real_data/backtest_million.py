"""A backtest of a million complaints: how long, and how much memory.

    python -m tests.real_data.backtest_million DIRECTORY [COMPLAINTS] [EVENTS.jsonl]

`EVENTS`: of real complaints, whose shape the generated ones take; without it the shape is made up. The shipped rulebook
is compared with a copy in which one rule and one deadline of the house differ. Leaves `report.html` and
`changed.jsonl`.
"""

import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.real_data.shaped import learned, made_up, write_events

ROOT = Path(__file__).parent.parent.parent
CHANGES = {
    "triage/causes.yaml": (
        "then: {department: service-attitude, tags: [information]}",
        "then: {department: coordination, tags: [information]}",
    ),
    "sla/first-contact.yaml": ("limit: 4 working hours", "limit: 3 working hours"),
}
"""File to a text and what stands there in the proposed rulebook."""


def proposed(directory: Path) -> Path:
    """The shipped rulebook with one rule and one deadline of the house changed."""
    rules = directory / "proposed"
    shutil.rmtree(rules, ignore_errors=True)
    shutil.copytree(ROOT / "rules", rules)
    for name, (old, new) in CHANGES.items():
        text = (rules / name).read_text(encoding="utf-8")
        assert old in text, name
        (rules / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return rules


def main() -> None:
    directory = Path(sys.argv[1]).resolve()
    complaints = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    shape = learned(Path(sys.argv[3])) if len(sys.argv) > 3 else made_up()
    directory.mkdir(parents=True, exist_ok=True)
    events = directory / "events.jsonl"
    written = write_events(events, complaints, shape)
    print(f"{complaints} complaints, {written} events, {events.stat().st_size / 1e6:.0f} MB")
    command = [
        sys.executable, "-m", "triage", "backtest", "--events", str(events), "--rules", str(proposed(directory)),
        "--against", str(ROOT / "rules"), "--html", str(directory / "report.html"),
        "--diff", str(directory / "changed.jsonl"), "--json",
    ]  # fmt: skip
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    print(done.stdout.decode()[:2000])
    print(f"exit {done.returncode}, {seconds:.1f} s, {processor:.1f} s of processor time,", end=" ")
    print(f"largest process {after.ru_maxrss / 1024:.0f} MB; {directory / 'report.html'}")


if __name__ == "__main__":
    main()
