"""A repository of rules of one's own: the shipped rulebook with what checks it at every change, and editor hints."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from triage.errors import Refused
from triage.main.rule_folders import compiled_folder, shipped_rules
from triage.service.schemas import SCHEMA_FILES, schema_of

SCHEMAS_HERE, SCHEMAS_THERE = "docs/reference/schemas/", "schemas/"
"""Where the first lines of rule files look for their schemas, in this project and in a repository of rules."""


def template_folder() -> Path:
    """What a repository holds beside the rules: inside the package in a wheel, under `deploy` in a checkout."""
    inside = Path(__file__).parent.parent / "rules_repository"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "deploy" / "rules-repository"


def new_repository(directory: Path) -> None:
    """Write the whole layout into a folder that holds no rules yet. Raises Refused when it does."""
    rules = directory / "rules"
    if rules.exists():
        raise Refused([f"{rules} is there already"])
    try:
        for source, place in _layout(directory):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    except OSError as error:
        raise Refused([f"{directory}: {error.strerror}"]) from error
    for file in rules.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(SCHEMAS_HERE, SCHEMAS_THERE, 1), encoding="utf-8", newline="\n")
    write_schemas(directory)


def write_schemas(directory: Path) -> None:
    """Write the editor hints anew, with the words that the repository's own rulebook declares. Raises FaultyRules."""
    rules = compiled_folder(directory / "rules")
    folder = directory / SCHEMAS_THERE
    folder.mkdir(exist_ok=True)
    for name, what in SCHEMA_FILES.items():
        formatted = msgspec.json.format(msgspec.json.encode(schema_of(what, rules)), indent=2)
        (folder / name).write_bytes(formatted + b"\n")


def _layout(directory: Path) -> Iterator[tuple[Path, Path]]:
    """Each file, and where it goes."""
    for origin, target in ((template_folder(), directory), (shipped_rules(), directory / "rules")):
        for source in sorted(origin.rglob("*")):
            if source.is_file() and source.suffix not in (".py", ".pyc"):
                yield source, target / source.relative_to(origin)
