"""The reader's language comes from the flag, else from the terminal."""

import pytest

from triage.errors import WrongSettings
from triage.settings import language


@pytest.mark.parametrize(
    ("locale", "wanted"),
    [
        ("zh_TW.UTF-8", "zh-Hant"), ("zh-Hant", "zh-Hant"), ("zh_HK", "zh-Hant"), ("zh_CN.UTF-8", "zh-Hans"),
        ("zh", "zh-Hans"), ("en_US.UTF-8", "en"), ("C.UTF-8", "en"), ("de_DE", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_the_terminal_says_the_language(locale: str, wanted: str) -> None:
    assert language(environment={"LANG": locale}) == wanted


def test_the_first_variable_that_is_set_counts() -> None:
    assert language(environment={"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_US"}) == "zh-Hant"


def test_a_flag_outranks_the_terminal_and_may_not_be_unknown() -> None:
    assert language("zh-Hans", {"LANG": "zh_TW"}) == "zh-Hans"
    with pytest.raises(WrongSettings, match="--lang: fr"):
        language("fr", {})
