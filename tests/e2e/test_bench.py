"""`triage bench` measures the real service and says where its time goes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.services.kafka import Broker
from triage.main.bench import Candidate, Result, Round, chosen, with_ratios


def bench(*arguments: str) -> list[dict[str, object]]:
    """What it found, one object a candidate."""
    program = [sys.executable, "-m", "triage", "bench", "--complaints", "40", "--json", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def result(what: str, work: str, *rates: float, client: str | None = "kafka-python") -> Result:
    rounds = [
        Round(per_second=rate, app_cpu=rate, engine_cpu=0, store_cpu=None, peak_mb=1, ready=1, stages={})
        for rate in rates
    ]
    return Result(candidate=Candidate(what=what, work=work, client=client), events=1, rounds=rounds)


def test_a_ratio_is_of_medians_to_the_echo_of_the_same_client() -> None:
    """Files have none; what is shown beside a rate is the round that had it."""
    found = with_ratios(
        [
            result("files", "serve", 5, client=None),
            result("echo", "echo", 100, 300, 200),
            result("ours", "serve", 10, 90, 50),
        ]
    )
    assert [one.ratio for one in found] == [None, 1, 0.25]
    assert found[2].rates() == (10, 50, 90)
    assert found[2].median.app_cpu == 50


def test_whoever_asks_for_one_candidate_gets_its_echo_too() -> None:
    """And nothing of another client."""
    every = [Candidate(what=f"{name} {work}", work=work, client=name) for name in "ab" for work in ("echo", "serve")]
    assert [one.what for one in chosen(every, "b serve")] == ["b echo", "b serve"]


def test_files_are_measured_beside_each_other(tmp_path: Path) -> None:
    """Events by one engine and by both, and due steps; a report that needs nothing from elsewhere."""
    page = tmp_path / "bench.html"
    found = bench("--html", str(page))
    assert [one["candidate"]["what"] for one in found] == [  # type: ignore[index] # JSON
        "files + SQLite, one engine", "files + SQLite, both engines", "due steps, SQLite",
    ]  # fmt: skip
    for one in found:
        rounds = one["rounds"]
        assert isinstance(rounds, list)
        assert len(rounds) == 1
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
