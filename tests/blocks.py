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

import opencc
from typer.testing import CliRunner

from tests import settings_table
from tests.catalogue import PAGES, REFERENCE, page_text
from tests.command import app
from triage.service.schemas import INTEGRATION_FILES, SCHEMA_FILES

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
REFERENCE_FILES = {f"schemas/{name}": what for name, what in SCHEMA_FILES.items()} | INTEGRATION_FILES
"""File under docs/reference to the schema that it is."""


def commands(block: str) -> list[str]:
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


LOCALES = {".zh-Hant": "zh_TW.UTF-8", ".zh-Hans": "zh_CN.UTF-8"}
"""What a document's name ends with, and the locale of its reader's terminal."""

TRANSCRIBED = {"docs/tutorial/writing-rules.zh-Hans.md": "docs/tutorial/writing-rules.zh-Hant.md"}
"""Documents in simplified Chinese, each made of the one in traditional Chinese."""


def run(command: str, directory: Path, locale: str = "C.UTF-8") -> str:
    """The command's output as a person sees it in a terminal 120 columns wide."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "LANG": locale,
        "LC_CTYPE": "C.UTF-8",  # of tools whose locale the machine lacks
        "PYTHONUTF8": "1",
        "HOME": str(directory),
        "PYTHONUNBUFFERED": "1",  # as in a terminal, what comes first stands first
        "TRIAGE_LOG__LEVEL": "error",
        "TRIAGE_ENGINE__MODE": "compiled",  # whether the second engine answers in time is no matter of documents
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def written(document: Path) -> str:
    """The document as somebody wrote it, before its blocks are run."""
    origin = TRANSCRIBED.get(document.relative_to(ROOT).as_posix())
    if origin is None:
        return document.read_text(encoding="utf-8")
    simplified: str = opencc.OpenCC("tw2sp").convert((ROOT / origin).read_text(encoding="utf-8"))
    return simplified.replace(".zh-Hant.md)", ".zh-Hans.md)")


def regenerated(document: Path) -> str:
    """The document with the output of every block made anew."""
    locale = LOCALES.get(Path(document.stem).suffix, "C.UTF-8")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "desk"
        shutil.copytree(ROOT / "docs" / "samples", directory)
        shutil.copytree(ROOT / "rules", directory / "rules", ignore=shutil.ignore_patterns("__pycache__"))

        def again(match: re.Match[str]) -> str:
            parts = [f"$ {command}\n{run(command, directory, locale)}" for command in commands(match[2])]
            return match[1] + "\n".join(parts) + match[3]

        return BLOCK.sub(again, written(document))


def schema_text(what: str) -> str:
    """What `triage schema` prints, with the words of the shipped rulebook."""
    done = CliRunner().invoke(app, ["schema", what])
    assert done.exit_code == 0, done.output
    return done.stdout


def main() -> None:
    """Rewrite them all, or those documents that are named."""
    named = [Path(name).resolve() for name in sys.argv[1:]]
    for document in named or DOCUMENTS:
        document.write_text(regenerated(document), encoding="utf-8")
    if named:
        return
    for name, what in REFERENCE_FILES.items():
        (REFERENCE / name).write_text(schema_text(what), encoding="utf-8")
    settings_table.PAGE.write_text(settings_table.again(settings_table.PAGE.read_text("utf-8")), encoding="utf-8")
    for name in PAGES:
        (REFERENCE / name).write_text(page_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
