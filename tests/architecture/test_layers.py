"""Imports go one way, and what ships is what is imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_import_contracts_are_kept() -> None:
    """The layers of both packages hold."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_composition_root_imports_adapters_and_loops() -> None:
    """Adapters are reached through ports; `triage.main` alone wires them."""
    outside = [
        path
        for package in ("triage", "monitors")
        for path in (ROOT / package).rglob("*.py")
        if not path.is_relative_to(ROOT / "triage" / "main")
        and not path.is_relative_to(ROOT / "triage" / "adapters")
        and not path.is_relative_to(ROOT / "monitors" / "loops")
    ]
    offenders = [
        path.relative_to(ROOT).as_posix()
        for path in outside
        if "from triage.adapters" in (text := path.read_text(encoding="utf-8")) or "from monitors.loops" in text
    ]
    assert offenders == []
