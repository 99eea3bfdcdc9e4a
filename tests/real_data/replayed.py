"""Real complaints replayed in virtual time: met and late at 15, 30 and 60 days, beside the counts of pandas.

    python -m tests.real_data.replayed DATA EVENTS.jsonl

`DATA`: the folder of the Connecticut Insurance Department's complaints. `EVENTS`: written by `triage import`.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from tests.real_data.connecticut import FILE, HERE


def main() -> None:
    data, events = Path(sys.argv[1]) / FILE, sys.argv[2]
    began = time.monotonic()
    rules = str(HERE / "rules")
    done = subprocess.run(
        [sys.executable, "-m", "triage", "replay", "--events", events, "--rules", rules, "--json"],
        capture_output=True,
        check=True,
    )
    seconds = time.monotonic() - began
    counted: Counter[tuple[str, bool]] = Counter()
    lines = done.stdout.splitlines()
    for line in lines:
        for clock in json.loads(line)["clocks"]:
            counted[clock["clock"], clock["breached"]] += 1
    print(f"replay: {len(lines)} cases in {seconds:.1f} s")
    table = pd.read_parquet(data).drop_duplicates("file_no")
    days = (pd.to_datetime(table["closed"]) - pd.to_datetime(table["opened"])).dt.days
    for limit in (15, 30, 60):
        ours = (counted[f"days/d{limit}", False], counted[f"days/d{limit}", True])
        theirs = (int((days <= limit).sum()), int((days > limit).sum()))
        print(
            f"{limit} days: met {ours[0]}, late {ours[1]}; pandas: met {theirs[0]}, late {theirs[1]}; {ours == theirs}"
        )


if __name__ == "__main__":
    main()
