"""What a run has run on, summed over its processes and told at its end."""

from collections import Counter
from typing import Any

import pytest

PARTS = pytest.StashKey[Counter[str]]()
_SENT = "parts"


def ran_on(config: pytest.Config) -> Counter[str]:
    """What has run and how often, in words; to be counted up."""
    return config.stash.setdefault(PARTS, Counter())


def is_one_of_several(config: pytest.Config) -> bool:
    """Whether this process runs a share of the tests for another one."""
    return hasattr(config, "workeroutput")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes hands over what it has counted."""
    if is_one_of_several(session.config):
        session.config.workeroutput[_SENT] = dict(ran_on(session.config))  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process has counted; one that died has counted nothing."""
    ran_on(node.config).update(getattr(node, "workeroutput", {}).get(_SENT, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A line each."""
    for what, times in sorted(ran_on(config).items()):
        terminalreporter.write_line(f"{what}: {times}")
