"""Limits in words."""

import pytest

from monitors.clocks.policy import AnyLimit, ByPriority, EarlierOf, LaterOf, Limit, Unit
from triage.rulebook.limit_words import limit_in_words, written_limit_in_words

DAYS, HOUR = Limit(15, Unit.CALENDAR_DAYS), Limit(1, Unit.HOURS)
BY_PRIORITY = ByPriority((("high", HOUR), ("low", EarlierOf((DAYS, HOUR)))))


@pytest.mark.parametrize(
    ("limit", "priority", "english", "chinese"),
    [
        (HOUR, None, "1 hour", "1小時"),
        (DAYS, "high", "15 calendar days", "15個日曆日"),
        (LaterOf((DAYS, HOUR)), None, "the later of 15 calendar days, 1 hour", "以下較晚者：15個日曆日、1小時"),
        (BY_PRIORITY, "high", "1 hour for priority high", "1小時（優先級 high）"),
        (BY_PRIORITY, None, "high: 1 hour, low: the earlier of 15 calendar days, 1 hour",
         "high：1小時、low：以下較早者：15個日曆日、1小時"),
    ],
)  # fmt: skip
def test_a_limit_is_said(limit: AnyLimit, priority: str | None, english: str, chinese: str) -> None:
    """Of one for each priority that which counts, all where none is named."""
    said = limit_in_words(limit, priority)
    assert (said.said("en"), said.said("zh-Hant")) == (english, chinese)


@pytest.mark.parametrize(
    ("written", "english"), [("30 calendar days", "30 calendar days"), ("1 weeks", "1 week"), ("2 moons", "2 moons")]
)
def test_a_written_limit_is_said(written: str, english: str) -> None:
    """In one form; what is no limit as it was written."""
    assert written_limit_in_words(written).said("en") == english
