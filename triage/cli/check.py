"""`triage check`: every fault of the rule files, before they go live."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.findings import INDENT, lines_of
from triage.cli.options import AsJson, Folder, Language
from triage.errors import Refused, WrongSettings
from triage.main.rule_folders import shipped_rules
from triage.main.tools import machine_now, rules_scanner
from triage.rulebook.analysis.analyse import Asked
from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import Finding, in_order, nearest
from triage.service.release import inspect_files
from triage.service.sarif import sarif
from triage.service.told import finding_line
from triage.settings import language
from triage.wording.text import Text, say

AsSarif = Annotated[bool, typer.Option("--sarif", help="One SARIF 2.1.0 document, for editors and code scanning.")]
Explain = Annotated[
    str | None, typer.Option("--explain", metavar="CODE", help="Say what a code means and what to do, and stop.")
]


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("check")(check)


def check(
    directory: Folder = None,
    *,
    on: Annotated[datetime | None, typer.Option(help="The date that counts as today.", formats=["%Y-%m-%d"])] = None,
    ending: Annotated[int, typer.Option(min=0, max=36_500, help="Days ahead within which an end is told.")] = 60,
    stale: Annotated[int | None, typer.Option(min=0, max=36_500, help="Days after which a review is old.")] = None,
    overlaps: Annotated[bool, typer.Option(help="All rules that can fire together and name two departments.")] = False,
    gaps: Annotated[bool, typer.Option(help="All values for which only the fallback answers.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit 1 for warnings too.")] = False,
    as_json: AsJson = False,
    as_sarif: AsSarif = False,
    explain: Explain = None,
    lang: Language = None,
) -> None:
    """Check rule files: every fault at once, with file, line and column; when there is none, what the rules say
    without meaning to. Exit 1 when there is a fault."""
    spoken = language(lang)
    if as_json and as_sarif:
        raise WrongSettings(["--json, --sarif: only one of them"])
    if explain is not None:
        _explain(explain, spoken, as_json=as_json)
        return
    today = machine_now() if on is None else on.date()
    asked = Asked(now=today, ending=ending, stale=stale, every_overlap=overlaps, every_gap=gaps)
    findings = _findings(directory, asked)
    if as_sarif:
        print(msgspec.json.encode(sarif(findings, spoken, _base(directory))).decode())
    else:
        _print(findings, spoken, as_json=as_json)
    counts = [] if as_json or as_sarif else [_counts(findings).said(spoken)]
    if any(found.is_fault or strict for found in findings):
        raise Refused(counts)
    for line in counts:
        print(line)


def _print(findings: tuple[Finding, ...], spoken: str, *, as_json: bool) -> None:
    for found in findings:
        if as_json:
            print(msgspec.json.encode(finding_line(found, spoken)).decode())
        else:
            print(*lines_of(found, spoken), sep="\n")


def _findings(directory: Path | None, asked: Asked) -> tuple[Finding, ...]:
    found = rules_scanner(directory)()
    return in_order([*found.findings, *inspect_files(found.files, asked)])


def _counts(findings: tuple[Finding, ...]) -> Text:
    faults = sum(found.is_fault for found in findings)
    warnings = len(findings) - faults
    told = _FAULTS.get(faults) or say("{count} faults", count=faults)
    if not warnings:
        return told
    return say("{faults}, {warnings}", faults=told, warnings=_WARNINGS.get(warnings) or _warnings(warnings))


_FAULTS = {0: say("no faults"), 1: say("1 fault")}
_WARNINGS = {1: say("1 warning")}


def _warnings(count: int) -> Text:
    return say("{count} warnings", count=count)


def _base(directory: Path | None) -> str:
    """How a reader of the working directory calls the folder: code scanning looks files up from there."""
    folder = (directory or shipped_rules()).resolve()
    here = Path.cwd().resolve()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else folder.as_uri()


def _explain(code: str, spoken: str, *, as_json: bool) -> None:
    entry = CODES.get(code)
    if entry is None:
        near = nearest(code, CODES)
        raise WrongSettings([f"--explain: there is no code {code}" + (f'; did you mean "{near}"?' if near else "")])
    meaning, advice = entry.meaning.said(spoken), entry.advice.said(spoken)
    if as_json:
        print(msgspec.json.encode({"code": code, "meaning": meaning, "advice": advice}).decode())
    else:
        print(f"{code}: {meaning}\n{INDENT}{advice}")
