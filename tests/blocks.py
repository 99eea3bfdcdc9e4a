"""Console blocks of the documents: run again and compared, or rewritten (`python -m tests.blocks`).

A block is fenced as `console`; lines that begin with `$ ` are commands, what follows is their output. The commands of
one document run in order in one empty directory that holds a copy of `docs/samples`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def commands(block: str) -> list[str]:
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def run(command: str, directory: Path) -> str:
    """The command's output as a person sees it in a terminal 120 columns wide."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "LANG": "C.UTF-8",
        "HOME": str(directory),
    }
    done = subprocess.run(
        command, shell=True, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def regenerated(document: Path) -> str:
    """The document with the output of every block made anew."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "desk"
        shutil.copytree(ROOT / "docs" / "samples", directory)

        def again(match: re.Match[str]) -> str:
            parts = [f"$ {command}\n{run(command, directory)}" for command in commands(match[2])]
            return match[1] + "\n".join(parts) + match[3]

        return BLOCK.sub(again, document.read_text(encoding="utf-8"))


def main() -> None:
    for document in DOCUMENTS:
        document.write_text(regenerated(document), encoding="utf-8")


if __name__ == "__main__":
    main()
