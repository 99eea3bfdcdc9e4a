"""`triage check`, `triage test`, `triage try`: rule files before they go live."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, RulesDir, counted
from triage.errors import Refused
from triage.main.tools import compiled_folder, rules_scanner
from triage.rulebook.faults import Finding, in_order
from triage.rulebook.judge import Judged, judge
from triage.service.release import inspect_files
from triage.service.try_text import try_text

Folder = Annotated[Path | None, typer.Argument(help="Rules folder; default: the shipped rulebook.")]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("check")(check_rules)
    app.command("test")(judge_examples)
    app.command("try")(try_)


def check_rules(directory: Folder = None, as_json: AsJson = False) -> None:
    """Check rule files: every fault at once, with file, line and column. Exit 1 when there is a fault."""
    findings = _findings(directory)
    for found in findings:
        print(msgspec.json.encode(_in_english(found)).decode() if as_json else str(found))
    faults = sum(found.is_fault for found in findings)
    if faults:
        raise Refused([] if as_json else [counted(faults, "fault")])
    if not as_json:
        print("no faults")


def _in_english(found: Finding) -> Finding:
    """The finding with its words as one text each."""
    return msgspec.structs.replace(found, message=str(found.message), hint=str(found.hint))


def _findings(directory: Path | None) -> tuple[Finding, ...]:
    found = rules_scanner(directory)()
    return in_order([*found.findings, *inspect_files(found.files)])


def judge_examples(directory: Folder = None, as_json: AsJson = False) -> None:
    """Judge every example of rules, policies and term lists. Exit 1 when one fails or there is none."""
    judged = judge(compiled_folder(directory))
    for one in judged:
        _print_judged(one, as_json=as_json)
    failed = sum(not one.passed for one in judged)
    if failed or not judged:
        raise Refused([f"{failed} of {len(judged)} examples fail"])
    if not as_json:
        print(f"{len(judged)} examples hold")


def _print_judged(one: Judged, *, as_json: bool) -> None:
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
