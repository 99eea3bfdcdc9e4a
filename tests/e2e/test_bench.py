"""`triage bench` measures the real service and says where its time goes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.services.kafka import Broker


def bench(*arguments: str) -> list[dict[str, object]]:
    """What it found, one object a candidate."""
    program = [sys.executable, "-m", "triage", "bench", "--complaints", "20", "--json", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_files_are_measured_beside_each_other(tmp_path: Path) -> None:
    """Events by one engine and by both, and due steps; a report that needs nothing from elsewhere."""
    page = tmp_path / "bench.html"
    found = bench("--html", str(page), "--rounds", "2")
    assert [one["candidate"]["what"] for one in found] == [  # type: ignore[index] # JSON
        "files + SQLite, one engine", "files + SQLite, both engines", "due steps, SQLite",
    ]  # fmt: skip
    for one in found:
        rounds = one["rounds"]
        assert isinstance(rounds, list)
        assert len(rounds) == 2
        assert all(each["per_second"] > 0 and each["app_cpu"] > 0 and each["ready"] > 0 for each in rounds)
        assert all(0.99 < sum(each["stages"].values()) < 1.01 for each in rounds)
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "http://" not in text
    assert "https://" not in text


def test_a_client_is_measured_beside_its_own_echo(broker: Broker, postgres_url: str, tmp_path: Path) -> None:
    """The ratio is to the echo of the same run; the database's CPU is counted; two workers share the events."""
    broker.start()
    config = tmp_path / "triage.toml"
    config.write_text(f'[kafka]\nbootstrap_servers = "{broker.bootstrap}"\n', encoding="utf-8")
    wanted = "confluent + PostgreSQL, one engine, 2"
    echo, service = bench("--kafka", "--only", wanted, "--config", str(config), "--store", postgres_url)
    assert echo["ratio"] == 1
    assert isinstance(service["ratio"], float)
    rounds = service["rounds"]
    assert isinstance(rounds, list)
    assert rounds[0]["store_cpu"] > 0
