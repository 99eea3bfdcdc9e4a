"""The contract's own gate can fail."""

import pytest

from tests.contract.conftest import POSTGRESQL, SQLITE, told, verdict


@pytest.mark.parametrize(
    ("ran", "missing"),
    [
        ({SQLITE: 90, POSTGRESQL: 90}, None),
        ({SQLITE: 90}, "no test of the store contract ran on PostgreSQL"),
        ({POSTGRESQL: 90}, "no test of the store contract ran on sqlite"),
        ({}, "no test of the store contract ran on sqlite or PostgreSQL"),
    ],
)
def test_a_whole_run_needs_both_databases(ran: dict[str, int], missing: str | None) -> None:
    """A database without a test fails the run of the folder, not the run of a chosen test."""
    counted = {told(backend): tests for backend, tests in ran.items()}
    assert verdict(counted, whole=True) == missing
    assert verdict(counted, whole=False) is None
