"""`triage check`, `triage test`: rule files before they go live."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.options import AsJson, counted
from triage.errors import Refused
from triage.main.tools import compiled_folder, rules_scanner
from triage.rulebook.faults import Finding, in_order
from triage.rulebook.judge import Judged, judge
from triage.service.release import inspect_files

Folder = Annotated[Path | None, typer.Argument(help="Rules folder; default: the shipped rulebook.")]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("check")(check_rules)
    app.command("test")(judge_examples)


def check_rules(directory: Folder = None, as_json: AsJson = False) -> None:
    """Check rule files: every fault at once, with file, line and column. Exit 1 when there is a fault."""
    findings = _findings(directory)
    for found in findings:
        print(msgspec.json.encode(found).decode() if as_json else str(found))
    faults = sum(found.is_fault for found in findings)
    if faults:
        raise Refused([] if as_json else [counted(faults, "fault")])
    if not as_json:
        print("no faults")


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
