"""Inputs that once broke a promise, and the seeds, at every run of the gate; `make fuzz` looks further."""

import pytest

from tests.fuzz import clock_laws
from tests.fuzz.targets import TARGETS, crashes, seeds

KEPT = [(name, file) for name in TARGETS for file in crashes(name)]


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_of_each_fuzzer_hold(name: str) -> None:
    """What a fuzzer begins with breaks no promise, nor does nothing at all."""
    for content in (b"", *seeds(name).values()):
        TARGETS[name](content)


@pytest.mark.parametrize(("name", "file"), KEPT)
def test_an_input_that_once_broke_a_promise_no_longer_does(name: str, file: str) -> None:
    """Every crash that a fuzzer found stays mended."""
    TARGETS[name](crashes(name)[file])


def test_the_laws_of_due_times_hold() -> None:
    """For the calendars, limits and pauses that hypothesis draws."""
    clock_laws.laws()
