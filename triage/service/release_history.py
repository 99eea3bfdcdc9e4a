"""What became of revisions, as people read it."""

import msgspec

from triage.ports import STATE_AFTER, Reading, RulebookChange, ShadowTally
from triage.service.case_view import instant
from triage.service.revision_states import pending
from triage.service.shadow_tally import Tally, together


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `state`: of the revision after it, null for a change that leaves it as it was; `what`: proposed,
    activated, approved, rolled_back, retired, rejected, superseded, shadow_on, shadow_off. `when`: UTC."""

    revision: str
    name: str
    state: str | None
    what: str
    who: str
    when: str
    why: str


class ShadowShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of a shadow has counted against one live revision, over all instances."""

    revision: str
    name: str
    on: bool
    since: str
    against: str
    tally: Tally


def history(reading: Reading) -> list[Happened]:
    """Every change, the newest first."""
    return [_happened(one) for one in reversed(reading.rulebooks.changes())]


def proposals(reading: Reading) -> list[Happened]:
    """What waits for a decision, the oldest first."""
    return [_happened(one) for one in pending(reading.rulebooks)]


def shadow_shown(reading: Reading) -> list[ShadowShown]:
    """The latest run of a shadow; a line for each live revision that it was compared with."""
    begun = [one for one in reading.rulebooks.changes() if one.what == "shadow_on"]
    if not begun:
        return []
    run, running = begun[-1], reading.rulebooks.running().shadow
    of_live: dict[str, list[ShadowTally]] = {}
    for row in reading.rulebooks.tallies(run.no):
        of_live.setdefault(row.against, []).append(row)
    counted = of_live or {reading.rulebooks.active_revision() or "": []}
    return [
        ShadowShown(
            revision=run.revision,
            name=run.name,
            on=running is not None and running.no == run.no,
            since=instant(run.at),
            against=against,
            tally=together(msgspec.json.decode(row.tally, type=Tally) for row in rows),
        )
        for against, rows in counted.items()
    ]


def _happened(one: RulebookChange) -> Happened:
    return Happened(
        revision=one.revision,
        name=one.name,
        state=STATE_AFTER.get(one.what),
        what=one.what,
        who=one.who,
        when=instant(one.at),
        why=one.why,
    )
