"""A decision is told by the rules and facts of its day, though case and rulebook have changed since."""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.e2e.clock_desk import says
from tests.e2e.desks import Desk
from tests.e2e.records import of_type
from tests.e2e.samples import sample_events
from tests.e2e.workers import ROOT
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.service.explain import explain
from triage.service.explain_stored import stored_case
from triage.service.explain_view import in_language
from triage.service.release import Shelf

DROPPED = ("amounts.yaml", "claim-stages.yaml", "descriptions.yaml")
"""Rule files that the desk gave up meanwhile."""

Decided = dict[str, dict[str, Any]]


def changes(case: str, number: int, now: datetime) -> Iterable[dict[str, Any]]:
    """What becomes known of a case later: everything that its first decision was made of is another."""
    patch = {
        "causes": ["data_privacy"], "description": "They told my neighbours", "claim_stage": "payment",
        "amount_disputed": {"value": 900_000, "currency": "CNY"}, "customer": {"birth_date": "1940-01-01"},
    }  # fmt: skip
    later: list[tuple[str, dict[str, Any]]] = [("amended", {"patch": patch})]
    if number % 3 == 0:
        later.append(("verified", {"by": "wang", "priority": "low", "department": "document-review"}))
    for kind, data in later:
        yield {
            "specversion": "1.0", "id": f"{case}-{kind}-later", "source": "/test/later", "type": f"complaint.{kind}",
            "subject": case, "time": now.isoformat(), "data": data,
        }  # fmt: skip


def last_decided(desk: Desk) -> Decided:
    """The last decision of each case, as it was published."""
    return {one["subject"]: one["data"] for one in of_type(desk.published("decisions"), "triaged")}


def run_to_the_end(desk: Desk, events: Iterable[dict[str, Any]]) -> datetime:
    """Hand them over, and wait until all is decided; gives the instant after it."""
    desk.send([{**one, "time": str(one["time"])} for one in events])
    with desk.run("--once") as worker:
        assert worker.finish(600) == 0, worker.output()
    return datetime.now(UTC)


def run_explained(desk: Desk, decisions: int) -> dict[str, Any]:
    """So many decisions, half of them before case and rules changed."""
    rules = desk.directory / "rules"
    shutil.copytree(ROOT / "rules", rules)
    desk.settings["TRIAGE_RULES__DIR"] = str(rules)
    registered = [one for one in sample_events(decisions // 2) if one["type"] == "complaint.registered"]
    then = run_to_the_end(desk, registered)
    first = last_decided(desk)
    for name in DROPPED:
        (rules / "triage" / name).unlink()
    run_to_the_end(desk, (one for no, case in enumerate(first) for one in changes(case, no, then)))
    second = last_decided(desk)
    assert len(first) == len(second) == decisions // 2
    dropped = {rule for name in DROPPED for rule in ids_of(ROOT / "rules" / "triage" / name)}
    assert dropped & {rule for one in first.values() for rule in fired(one)}, "or it proves little"

    store, shelf, now = open_store(desk.url, MachineTime(), create=False), Shelf(), datetime.now(UTC)
    with store.read() as reading:
        for decided, at in ((first, then), (second, None)):
            for case, published in decided.items():
                told = stored_case(reading, shelf, case, now, at)
                compare(case, published, in_language(explain(told), "en"))
    store.close()
    case = next(iter(first))
    line = json.loads(says(desk.directory, "explain", case, "--at", then.isoformat(), "--json", "--store", desk.url))
    assert sorted(one["rule"] for one in line["rules"] if one["fired"]) == fired(first[case])
    changed = sum(fired(first[one]) != fired(second[one]) for one in first)
    return {"decisions": len(first) + len(second), "cases decided otherwise since": changed}


def ids_of(path: Any) -> list[str]:
    return [line.split("id: ")[1] for line in path.read_text().splitlines() if line.startswith("  - id: ")]


def fired(published: dict[str, Any]) -> list[str]:
    return sorted(reason["rule"] for reason in published["reasons"])


def compare(case: str, published: dict[str, Any], told: Any) -> None:
    """The rules that fired, the revision, the outcome and the facts behind it are those that were published."""
    assert sorted(one.rule for one in told.rules if one.fired) == fired(published), case
    assert told.decision.revision == published["rulebook"]["revision"]
    for field in ("priority", "department", "handler", "tags", "policies", "fallback"):
        assert _plain(getattr(told.decision, field)) == published[field], (case, field)
    conditions = {one.rule: one.conditions for one in told.rules}
    for reason in published["reasons"]:
        for because in reason["because"]:
            found = [one for one in conditions[reason["rule"]] if one.fact == because["fact"] and one.held]
            assert found, (case, reason["rule"], because)
            assert because.get("value") in (None, *(one.value for one in found)), (case, because, found)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def test_a_decision_is_told_by_the_rules_and_facts_of_its_day(desk: Desk) -> None:
    """Months later, the facts changed and a third of the rules gone, every decision is explained by the rules that
    fired, the revision, the outcome and the values that were published with it."""
    run_explained(desk, 60)
