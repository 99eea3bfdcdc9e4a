"""The shipped rule files, read and compiled once."""

import pytest

from tests.rules.shipped import RULES
from triage.adapters.rules_folder import scan
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.load import load


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """The shipped files; the folder itself has nothing wrong with it."""
    found = scan(RULES)
    assert found.findings == ()
    return found.files


@pytest.fixture(scope="session")
def rules(files: dict[str, bytes]) -> CompiledRulebook:
    loaded = load(files)
    assert [str(finding) for finding in loaded.findings] == []
    assert loaded.rulebook is not None
    return CompiledRulebook(loaded.rulebook)
