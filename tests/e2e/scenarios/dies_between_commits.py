"""`triage`, killed by itself with SIGKILL at a chosen place: behind the nth commit in the database, before Kafka is
told of it. The number comes from the environment.
"""

import os
import signal

from triage.adapters.kafka.source import KafkaSource
from triage.cli.start import main
from triage.ports import Part

_left = int(os.environ["DIES_AT_COMMIT"])


def _die(_source: KafkaSource, _part: Part, _next_offset: int) -> None:
    global _left  # noqa: PLW0603 # counts down to the one death of this process
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    KafkaSource.note_committed = _die  # type: ignore[method-assign, assignment]
    main()
