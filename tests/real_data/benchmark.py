"""The whole benchmark on a broker and a PostgreSQL of its own, which are removed at the end.

    python -m tests.real_data.benchmark DIRECTORY [OPTIONS OF triage bench]

Writes DIRECTORY/bench.jsonl and DIRECTORY/bench.html; best on a machine that does nothing else.
"""

import subprocess
import sys
from pathlib import Path

from tests.services.kafka import Broker
from tests.services.postgres import Server


def main(directory: Path, options: list[str]) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    with Broker() as broker, Server(fsync=True) as server:
        config = directory / "triage.toml"
        config.write_text(f'[kafka]\nbootstrap_servers = "{broker.bootstrap}"\n', encoding="utf-8")
        program = [
            sys.executable,
            "-m",
            "triage",
            "bench",
            "--kafka",
            "--json",
            "--html",
            str(directory / "bench.html"),
        ]
        program += ["--config", str(config), "--store", server.fresh_database(), *options]
        with (directory / "bench.jsonl").open("wb") as found:
            return subprocess.run(program, stdout=found, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
