"""Python's collector of cyclic garbage, kept out of the way of events."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (200_000, 10, 10)
"""A batch of 2,000 events holds some hundred thousand objects at once, nearly all of which go by their reference counts
when it is written. Python's own 700 looks through them hundreds of times, which cost a seventh of an event's time."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Within the block what was there before is looked at no more, and what comes is looked at rarely: objects that
    hold only each other live on until then."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
