"""Who changed what, when and why, as people and tools read it."""

from datetime import datetime

import msgspec

from triage.ports import Reading
from triage.service.case_view import instant


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row as `triage audit --json` prints it. `when`: UTC with `Z`."""

    no: int
    when: str
    who: str
    what: str
    why: str


def audit_lines(
    reading: Reading, *, since: datetime | None, who: str | None, what: str | None, limit: int
) -> list[AuditLine]:
    """The newest first. `what`: how it begins."""
    rows = reading.audit.rows(since=since, who=who, what=what, limit=limit)
    return [AuditLine(no=row.no, when=instant(row.at), who=row.who, what=row.what, why=row.why) for row in rows]
