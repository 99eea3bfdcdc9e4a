"""An operator mutes notices for a while: steps are recorded as muted, not lost."""

from datetime import datetime

import msgspec

from triage.errors import Refused
from triage.ports import Mute, Reading, Store
from triage.service.case_view import instant

SCOPES = ("case", "department", "policy")


class MuteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One mute in force as `triage mute --json` prints it. `scope`: one of SCOPES. `until`: UTC with `Z`."""

    scope: str
    value: str
    until: str


def in_force(reading: Reading, now: datetime) -> list[MuteLine]:
    """What is muted now, by scope and value."""
    return [MuteLine(scope=one.scope, value=one.value, until=instant(one.until)) for one in reading.switches.mutes(now)]


def mute(store: Store, scope: str, value: str, until: datetime, *, who: str, reason: str) -> None:
    """Mute the notices of a case, a department or a policy; an instant in the past ends that. Who, when, what and why
    go into the audit; running instances heed it at their next sweep. Raises Refused for a case that is not there."""
    with store.transaction() as tx:
        if scope == "case" and not tx.cases.exists(value):
            raise Refused([f"there is no case {value}"])
        tx.switches.mute(Mute(scope, value, until), at=tx.now(), who=who, why=reason)
        tx.audit(who, f"muted {scope} {value} until {until.isoformat()}", reason)
