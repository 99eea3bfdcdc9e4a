"""`triage check`, `triage try`: rule files before they go live."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from triage.cli.options import AsJson, Folder, RulesDir, counted
from triage.errors import Refused
from triage.main.tools import compiled_folder, machine_now, rules_scanner
from triage.rulebook.analysis.analyse import Asked
from triage.rulebook.faults import Finding, in_order
from triage.service.release import inspect_files
from triage.service.try_text import try_text


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("check")(check_rules)
    app.command("try")(try_)


def check_rules(
    directory: Folder = None,
    on: Annotated[datetime | None, typer.Option(help="The date that counts as today.", formats=["%Y-%m-%d"])] = None,
    ending: Annotated[int, typer.Option(help="Days ahead within which an end is told.")] = 60,
    stale: Annotated[int | None, typer.Option(help="Days after which the review of a source is old.")] = None,
    overlaps: Annotated[bool, typer.Option(help="All rules that can fire together and name two departments.")] = False,
    gaps: Annotated[bool, typer.Option(help="All values for which only the fallback answers.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit 1 for warnings too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check rule files: every fault at once, with file, line and column; when there is none, what the rules say
    without meaning to. Exit 1 when there is a fault."""
    today = machine_now() if on is None else on.date()
    asked = Asked(now=today, ending=ending, stale=stale, every_overlap=overlaps, every_gap=gaps)
    findings = _findings(directory, asked)
    for found in findings:
        print(_as_json(found) if as_json else str(found))
    faults = sum(found.is_fault for found in findings)
    warnings = len(findings) - faults
    told = [counted(faults, "fault") if faults else "no faults", *([counted(warnings, "warning")] if warnings else [])]
    if faults or (strict and warnings):
        raise Refused([] if as_json else [", ".join(told)])
    if not as_json:
        print(", ".join(told))


def _as_json(found: Finding) -> str:
    plain = msgspec.structs.replace(found, message=str(found.message), hint=str(found.hint))
    return msgspec.json.encode(plain).decode()


def _findings(directory: Path | None, asked: Asked) -> tuple[Finding, ...]:
    found = rules_scanner(directory)()
    return in_order([*found.findings, *inspect_files(found.files, asked)])


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
