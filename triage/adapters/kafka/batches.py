"""One batch: so many records or bytes of one partition are one transaction. Both clients cut theirs here."""

from collections.abc import Iterable, Sequence

from triage.ports import Record

MAX_RECORDS, MAX_BYTES = 2000, 4 * 1024 * 1024


def batches(records: Sequence[Record]) -> Iterable[list[Record]]:
    """The records of one partition, in order, as batches."""
    batch: list[Record] = []
    size = 0
    for one in records:
        if batch and (size + len(one.value) > MAX_BYTES or len(batch) == MAX_RECORDS):
            yield batch
            batch, size = [], 0
        size += len(one.value)
        batch.append(one)
    if batch:
        yield batch
