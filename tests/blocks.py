"""Console blocks, schema files and catalogues of the documents: made again and compared, or rewritten (`python -m
tests.blocks`).

A block is fenced as `console`; lines that begin with `$ ` are commands, what follows is their output. The commands of
one document run in order in one directory that holds a copy of `docs/samples` and one of the shipped rulebook, as
`rules`. What the log says of a good run is left out: it holds times.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.catalogue import PAGES, REFERENCE, page_text

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SCHEMA_FOLDER = ROOT / "docs" / "reference" / "schemas"
SCHEMAS = {
    "rulebook.schema.json": "rulebook",
    "facts.schema.json": "facts",
    "terms.schema.json": "terms",
    "rules.schema.json": "rules",
    "tables.schema.json": "tables",
    "policies.schema.json": "policies",
    "calendar.schema.json": "calendars",
}
"""The files that editors read by the first line of a rule file, and how `triage schema` calls them."""


def commands(block: str) -> list[str]:
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def run(command: str, directory: Path) -> str:
    """The command's output as a person sees it in a terminal 120 columns wide."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "LANG": "C.UTF-8",
        "HOME": str(directory),
        "PYTHONUNBUFFERED": "1",  # as in a terminal, what comes first stands first
        "TRIAGE_LOG__LEVEL": "warning",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def regenerated(document: Path) -> str:
    """The document with the output of every block made anew."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "desk"
        shutil.copytree(ROOT / "docs" / "samples", directory)
        shutil.copytree(ROOT / "rules", directory / "rules", ignore=shutil.ignore_patterns("__pycache__"))

        def again(match: re.Match[str]) -> str:
            parts = [f"$ {command}\n{run(command, directory)}" for command in commands(match[2])]
            return match[1] + "\n".join(parts) + match[3]

        return BLOCK.sub(again, document.read_text(encoding="utf-8"))


def schema_text(what: str) -> str:
    """The JSON Schema of a kind of rule file, with the words of the shipped rulebook."""
    return run(f"triage schema {what}", ROOT)


def main() -> None:
    for document in DOCUMENTS:
        document.write_text(regenerated(document), encoding="utf-8")
    for name, what in SCHEMAS.items():
        (SCHEMA_FOLDER / name).write_text(schema_text(what), encoding="utf-8")
    for name in PAGES:
        (REFERENCE / name).write_text(page_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
