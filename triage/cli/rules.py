"""`triage test`, `triage try`: what rule files do, before they go live."""

import sys
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Folder, Language, RulesDir
from triage.errors import Refused
from triage.main.tools import compiled_folder
from triage.rulebook.judge import judge
from triage.service.told import JudgedLine, judged_line
from triage.service.try_text import try_text
from triage.settings import language


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("test")(judge_examples)
    app.command("try")(try_)


def judge_examples(directory: Folder = None, as_json: AsJson = False, lang: Language = None) -> None:
    """Judge every example of rules, policies and term lists. Exit 1 when one fails or there is none."""
    spoken = language(lang)
    judged = [judged_line(one, spoken) for one in judge(compiled_folder(directory, spoken))]
    for one in judged:
        _print_judged(one, as_json=as_json)
    failed = sum(not one.passed for one in judged)
    if failed or not judged:
        raise Refused([f"{failed} of {len(judged)} examples fail"])
    if not as_json:
        print(f"{len(judged)} examples hold")


def _print_judged(one: JudgedLine, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(one).decode())
    else:
        mark = "ok  " if one.passed else "FAIL"
        at = f"{one.at.file}:{one.at.line}"
        print(f"{mark} {one.kind} {one.subject} {at} {one.message}".rstrip())


def try_(
    text: Annotated[str, typer.Argument(help="A complaint's text; - reads stdin.")],
    rules: RulesDir = None,
    as_json: AsJson = False,
) -> None:
    """Show which terms a text hits, what saved it, and the decision that the rules would make."""
    tried = try_text(compiled_folder(rules), sys.stdin.read() if text == "-" else text)
    if as_json:
        print(msgspec.json.encode(tried).decode())
        return
    _show_tried(Console(), tried)


def _show_tried(console: Console, tried: dict[str, Any]) -> None:
    if tried["hits"]:
        hits = Table("term list", "term", "as written", "saved by", box=None)
        for hit in tried["hits"]:
            hits.add_row(hit["list"], hit["term"], hit["found"], hit["saved_by"] or "-")
        console.print(hits)
    else:
        console.print("no term list is hit")
    outcome = tried["outcome"]
    team = f", team {outcome['team']}" if outcome["team"] else ""
    fallback = " (fallback: no rule names a department)" if outcome["fallback"] else ""
    console.print(
        f"priority {outcome['priority']}, department {outcome['department']}{team}, "
        f"handler {outcome['handler']}{fallback}"
    )
    for reason in tried["reasons"]:
        console.print(f"because {reason['rule']}")
