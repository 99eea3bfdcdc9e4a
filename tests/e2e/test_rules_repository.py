"""A repository of rules of one's own is sound as it is written, and its checks call verbs that are there."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from triage.main.rules_repository import template_folder

SCHEMA_LINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)")


def triage(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "triage", *arguments], cwd=directory, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("repository")
    done = triage(directory, "rules", "new", ".")
    assert done.returncode == 0, done.stderr
    return directory


def test_it_holds_every_file_of_the_template(repository: Path) -> None:
    for file in template_folder().rglob("*"):
        assert (repository / file.relative_to(template_folder())).exists()


def test_each_rule_file_finds_its_schema(repository: Path) -> None:
    """An editor that follows the first line finds a schema in the repository itself."""
    files = sorted((repository / "rules").rglob("*.yaml"))
    assert files
    for file in files:
        match = SCHEMA_LINE.match(file.read_text(encoding="utf-8"))
        assert match, file
        assert (file.parent / match[1]).resolve().is_relative_to(repository.resolve()), file
        assert msgspec.json.decode((file.parent / match[1]).read_bytes()), file


def test_it_is_not_written_over_rules_that_are_there(repository: Path) -> None:
    done = triage(repository, "rules", "new", ".")
    assert done.returncode == 1
    assert "is there already" in done.stderr


def test_schemas_are_renewed_with_new_words(repository: Path, tmp_path: Path) -> None:
    """A value that facts.yaml adds is offered by the editor after `--schemas-only`."""
    assert triage(tmp_path, "rules", "new", ".").returncode == 0
    facts = tmp_path / "rules" / "facts.yaml"
    facts.write_text(facts.read_text(encoding="utf-8") + "\nadd_values: {channel: [pigeon]}\n", encoding="utf-8")
    assert "pigeon" not in (tmp_path / "schemas" / "rules.schema.json").read_text(encoding="utf-8")
    done = triage(tmp_path, "rules", "new", ".", "--schemas-only")
    assert done.returncode == 0, done.stderr
    assert "pigeon" in (tmp_path / "schemas" / "rules.schema.json").read_text(encoding="utf-8")


def ci_commands() -> list[str]:
    """Every command of the two CI files that calls us, without what the shell adds."""
    github = yaml.safe_load((template_folder() / ".github" / "workflows" / "rules.yml").read_text(encoding="utf-8"))
    gitlab = yaml.safe_load((template_folder() / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    lines = [line for step in github["jobs"]["rules"]["steps"] for line in step.get("run", "").splitlines()]
    lines += [line for job in ("rules", "what-changes") for line in gitlab[job]["script"]]
    return sorted({match.strip() for line in lines for match in re.findall(r"\btriage [^|>;#$]+", line)})


@pytest.mark.parametrize("command", ci_commands())
def test_each_command_of_its_checks_is_good_for_the_rules_as_written(repository: Path, command: str) -> None:
    """What runs at every merge request passes on an unchanged rulebook."""
    (repository / "before").mkdir(exist_ok=True)
    if not (repository / "before" / "rules").exists():
        (repository / "before" / "rules").symlink_to(repository / "rules")
    history = repository / "history"
    history.mkdir(exist_ok=True)
    samples = Path(__file__).parents[2] / "docs" / "samples" / "events.jsonl"
    (history / "events.jsonl").write_bytes(samples.read_bytes())
    done = triage(repository, *command.split()[1:])
    assert done.returncode == 0, done.stdout + done.stderr
