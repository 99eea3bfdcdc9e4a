"""Logs: one line an event on stderr, a stable `action` key, no personal data."""

import logging
import sys

import structlog

from triage.errors import without_text


def set_up_logs(level: str, style: str) -> None:
    """`level`: debug | info | warning | error. `style`: json (one object a line) or text for people."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutTexts("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.ERROR)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _WithoutTexts(logging.Formatter):
    """For the libraries' own log lines."""

    def formatException(self, ei: object) -> str:  # noqa: N802 # logging's name
        error = ei[1] if isinstance(ei, tuple) else None
        return without_text(error) if isinstance(error, BaseException) else ""
