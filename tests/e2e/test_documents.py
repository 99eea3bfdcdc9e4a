"""The documents say what is so: blocks are run again, links lead somewhere, references are complete."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.blocks import BLOCK, DOCUMENTS, REFERENCE_FILES, ROOT, regenerated, schema_text
from tests.command import app
from triage.rulebook.catalogue import CODES
from triage.rulebook.schema import CLOCK, NOTES, PACK, POLICY, STEP

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
REFERENCE = ROOT / "docs" / "reference"


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def prose(document: Path) -> str:
    """The document without its code: a bracket in a rule file is no link."""
    return INLINE_CODE.sub("", FENCED.sub("", document.read_text(encoding="utf-8")))


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    text = FENCED.sub("", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(text)}


def broken_links(document: Path) -> list[str]:
    broken = []
    for link in LINK.findall(prose(document)):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def verbs(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every verb with its full name, those inside groups too."""
    inner = getattr(command, "commands", None)
    if inner is None or command.invoke_without_command:
        yield name, command
    if inner is not None:
        for each, found in inner.items():
            yield from verbs(found, f"{name} {each}")


VERBS = dict(verbs(typer.main.get_command(app), "triage"))


def section(verb: str) -> str:
    """What the command-line reference says under the verb's heading."""
    text = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if BLOCK.search(one.read_text("utf-8"))], ids=name_of)
def test_each_block_shows_what_its_commands_print(document: Path) -> None:
    """A reader who types what a document shows sees what it shows; `python -m tests.blocks` rewrites the blocks."""
    assert document.read_text(encoding="utf-8") == regenerated(document)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_each_link_leads_somewhere(document: Path) -> None:
    """Links between documents lead to files and headings that are there."""
    assert not broken_links(document)


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.parent != ROOT], ids=name_of)
def test_each_document_can_be_reached(document: Path) -> None:
    """A reader who begins at the README comes to every document by links."""
    reached = {ROOT / "README.md"}
    ahead = [ROOT / "README.md"]
    while ahead:
        source = ahead.pop()
        for link in LINK.findall(prose(source)):
            target = (source.parent / link.partition("#")[0]).resolve()
            found = sorted(target.glob("*.md")) if target.is_dir() else [target] if target.suffix == ".md" else []
            ahead += [one for one in found if one not in reached and one.exists()]
            reached.update(found)
    assert document in reached


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_documented_with_its_options(verb: str) -> None:
    """The command-line reference names every verb, and under it every option and no other."""
    written = set(re.findall(r"(?<!\w)--[a-z][a-z-]*", "\n".join(re.findall(r"^\|.*", section(verb), re.MULTILINE))))
    options = {name for option in VERBS[verb].params for name in option.opts if name.startswith("--")} - {"--help"}
    assert section(verb)
    assert written == options


def test_no_verb_is_documented_that_is_not_there() -> None:
    """The command-line reference has no verb that the command line lacks."""
    text = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (triage .+)$", text, re.MULTILINE)) == set(VERBS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_documents_speak_only_of_verbs_that_are_there(document: Path) -> None:
    """Whatever document tells a reader to call a verb, the verb exists."""
    called = set(
        re.findall(r"(?:`|\$ |^|\| )triage ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert called <= {verb.split()[1] for verb in VERBS}


def test_each_fault_is_documented() -> None:
    """The reference has a row for every code of a finding, with its meaning and what to do, and no other."""
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \| (.+?) \| (.+?) \| .*\|$", (REFERENCE / "faults.md").read_text("utf-8"), re.MULTILINE
    )
    assert [code for code, _, _ in rows if not CODES.get(code)] == []
    assert sorted(code for code, _, _ in rows) == sorted(CODES)


@pytest.mark.parametrize("key", sorted({*CLOCK.keys, *POLICY.keys, *PACK.keys, *STEP.keys} - set(NOTES)))
def test_each_word_of_clocks_is_explained(key: str) -> None:
    """Whoever writes rules finds every key that a policy, a clock, a step or a pack may have."""
    text = (ROOT / "docs" / "how-to" / "write-rules.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{key}\b", text)


@pytest.mark.parametrize("name", REFERENCE_FILES)
def test_each_schema_file_is_what_the_service_would_print(name: str) -> None:
    """An editor marks what the loader would refuse, another system knows what is read and sent; `python -m
    tests.blocks` rewrites the files."""
    assert (REFERENCE / name).read_text(encoding="utf-8") == schema_text(REFERENCE_FILES[name])
