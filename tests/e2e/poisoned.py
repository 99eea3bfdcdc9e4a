"""`triage`, with a defect: an event of one id ends the process by SIGKILL, one of another raises. The rest is real."""

import os
import signal
from collections.abc import Sequence

from triage.cli.start import main
from triage.main import parts
from triage.ports import Part, Record
from triage.service.handle_event import EventHandler

KILLS, RAISES = b'"id": "the one that kills"', b'"id": "the one that raises"'


class Poisoned(EventHandler):
    """Fails as a defect in the code would: after the work, before the commit."""

    def _handle(self, part: Part, known: int, records: Sequence[Record]) -> int:
        if any(KILLS in record.value for record in records):
            os.kill(os.getpid(), signal.SIGKILL)
        if any(RAISES in record.value for record in records):
            raise ValueError("a defect")
        return super()._handle(part, known, records)


if __name__ == "__main__":
    vars(parts)["EventHandler"] = Poisoned  # the one place where the service takes its handler from
    main()
