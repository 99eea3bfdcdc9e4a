"""The contract's inputs: every test runs on each of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.sources.inputs import CLIENTS, GrowingFile, Input, Pipe, Spool, Topic
from triage.main.kafka_clients import client_named
from triage.ports import EventSource

Open = Callable[[], EventSource]


@pytest.fixture(params=["file", "spool", "pipe", *CLIENTS])
def feed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Input]:
    """An empty input."""
    if request.param in CLIENTS:
        client = client_named(request.param)
        yield Topic(request.getfixturevalue("broker"), request.getfixturevalue("topics"), client)
    elif request.param == "pipe":
        pipe = Pipe(tmp_path)
        yield pipe
        pipe.end()
    else:
        yield GrowingFile(tmp_path) if request.param == "file" else Spool(tmp_path)


@pytest.fixture
def another(feed: Input) -> Iterator[Open]:
    """Gives one more reader of the input, closed after the test."""
    with ExitStack() as opened:

        def make() -> EventSource:
            source = feed.source()
            opened.callback(source.close)
            return source

        yield make


@pytest.fixture
def source(another: Open) -> EventSource:
    """A reader of the input, not open yet."""
    return another()
