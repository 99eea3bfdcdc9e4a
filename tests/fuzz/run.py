"""One fuzzer: `python -m tests.fuzz.run TARGET SECONDS`. Coverage-guided by atheris; what breaks a promise is written
to `tests/fuzz/corpus/TARGET/crashes`, where the tests replay it for ever, and ends the run with exit code 1."""

import hashlib
import resource
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["triage", "monitors"], enable_loader_override=False):
    from tests.fuzz.targets import CORPUS, TARGETS, seeds


def main(name: str, seconds: int) -> None:
    """Runs for so many seconds; says how many inputs were tried, in how much CPU time."""
    target = TARGETS[name]
    tried = 0
    began = time.monotonic()

    def one(data: bytes) -> None:
        nonlocal tried
        tried += 1
        try:
            target(data)
        except Exception:
            crashes = CORPUS / name / "crashes"
            crashes.mkdir(parents=True, exist_ok=True)
            (crashes / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise
        finally:
            if tried % 1000 == 0:
                print(f"{name}: {_told(tried, began)}", flush=True)

    with tempfile.TemporaryDirectory(prefix="triage-fuzz-") as scratch:
        for file, content in seeds(name).items():
            (Path(scratch) / file).write_bytes(content)
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=60", "-verbosity=0", scratch], one)
        atheris.Fuzz()


def _told(tried: int, began: float) -> str:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return f"{tried} inputs, {spent.ru_utime:.0f} s of CPU, {time.monotonic() - began:.0f} s"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
