"""Traces of errors that nobody foresaw, without their texts."""

import sys
import threading
import traceback
from types import TracebackType


def hide_texts_of_errors() -> None:
    """From now on an error that nobody foresaw is told by its kind and its place: its text may hold what people
    wrote, as a database's does that names the row at fault."""

    def tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        sys.stderr.write(f"{without_text(error)}\n")

    def tell_of_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            sys.stderr.write(f"{without_text(what.exc_value)}\n")

    sys.excepthook, threading.excepthook = tell, tell_of_thread


def without_text(error: BaseException) -> str:
    """A trace like Python's, of the error and of those that led to it, without what they say."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    led = f"{without_text(before)}\n\nwhich led to\n\n" if before is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{led}Traceback (most recent call last):\n{frames}{type(error).__name__} (its text may be personal)"
