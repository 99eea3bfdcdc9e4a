"""The real parts of `tests.fixtures`, under the names that these tests import."""

from tests.fixtures import Topics

__all__ = ["Topics"]
