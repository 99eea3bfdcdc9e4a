"""Logs: one line an event on stderr, a stable `action` key, no personal data."""

import logging
import sys
from typing import Any

import structlog

from triage.adapters.traces import without_text

LIBRARY = "log.library"
"""The action of a line that a library of others wrote."""


def set_up_logs(level: str, style: str) -> None:
    """`level`: debug | info | warning | error. `style`: json (one object a line) or text for people. Lines of libraries
    have the same form."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer()
    common: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name, _name_action],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _leave_out_texts, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.ERROR)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _name_action(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    line["action"] = LIBRARY
    return line


def _leave_out_texts(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Of an error its place and kind stay: its text may quote what somebody wrote."""
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = without_text(error)
    return line
