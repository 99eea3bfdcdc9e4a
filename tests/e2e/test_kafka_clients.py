"""The setting `kafka.client`."""

import subprocess
import sys
from pathlib import Path

WITHOUT = "import sys; sys.modules['confluent_kafka'] = None; from triage.__main__ import main; main()"
"""The command line where the extra `fast` is not installed."""


def test_a_client_that_is_not_installed_is_refused(tmp_path: Path) -> None:
    """Exit 2, with what to install."""
    config = tmp_path / "triage.toml"
    config.write_text(f"[kafka]\nclient = 'confluent'\n[store]\nurl = 'sqlite:///{tmp_path}/t.sqlite'\n")
    program = [sys.executable, "-c", WITHOUT, "run", "--config", str(config)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == (
        "setting kafka.client: confluent needs confluent-kafka, which is not installed: install the extra fast, "
        "complaint-triage[fast], or set kafka.client to kafka-python"
    )
