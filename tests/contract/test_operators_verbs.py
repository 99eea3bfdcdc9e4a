"""The operator's verbs: exit codes, one line a fault, and what they show of each store."""

import pytest

from tests.contract.builders import a_dead_letter, a_message, rows_of, write
from tests.e2e.asked import called, lines_of, verb
from triage.adapters.store.store import SqlStore

WRONG = [
    ("pause", "--reason", "x"),
    ("pause", "sweep", "--reason", " "),
    ("pause", "sweep", "--reason", "x", "--until", "soon"),
    ("pause", "sweep", "--reason", "x", "--until", "2026-01-01"),
    ("resume", "sweep"),
    ("dead-letters", "list", "--kind", "sweep"),
    ("dead-letters", "list", "--since", "x"),
    ("dead-letters", "redrive", "--reason", "x"),
    ("dead-letters", "redrive", "abc", "--all", "--reason", "x"),
    ("dead-letters", "redrive", "--all"),
    ("outbox", "list", "--state", "sent"),
    ("outbox", "list", "--topic", "x"),
    ("outbox", "retry", "--reason", "x"),
    ("outbox", "retry", "1", "--failed", "--reason", "x"),
    ("outbox", "drop", "1"),
    ("audit", "--since", "x"),
]
ABSENT = [
    ("resume", "sweep", "--reason", "x"),
    ("dead-letters", "show", "abc"),
    ("dead-letters", "redrive", "abc", "--reason", "x"),
    ("dead-letters", "redrive", "--all", "--reason", "x"),
    ("outbox", "retry", "9", "--reason", "x"),
    ("outbox", "drop", "9", "--reason", "x"),
]
EMPTY = [("pause",), ("dead-letters", "list"), ("outbox", "list"), ("audit", "--who", "x")]


@pytest.fixture
def at(store: SqlStore, store_url: str) -> tuple[str, str]:
    """The options that name the test's store, which has its tables."""
    return ("--store", store_url)


def test_wrong_words_are_refused(at: tuple[str, str], store_url: str) -> None:
    """2 for wrong usage, 1 for what is not there, 0 for an empty list; one line a fault, and nothing is changed."""
    assert called("pause", "everything", *at) == (
        2, "", "everything cannot be paused, only consume, sweep, dispatch\n--reason: say why\n",
    )  # fmt: skip
    for expected, words in ((2, WRONG), (1, ABSENT)):
        for arguments in words:
            code, printed, errors = called(*arguments, *at)
            assert (code, printed, len(errors.splitlines())) == (expected, "", 1), arguments
    for arguments in EMPTY:
        assert called(*arguments, *at, "--json") == (0, "", ""), arguments
        assert called(*arguments, *at)[0] == 0
    assert rows_of(store_url, "audit") == rows_of(store_url, "switches") == []


@pytest.mark.parametrize("url", ["sqlite:////nowhere/x.db", "postgresql+psycopg://triage@127.0.0.1:1/triage"])
def test_a_store_that_is_away_is_code_3(url: str) -> None:
    """Of reading verbs and of those that change something."""
    for arguments in (("pause",), ("resume", "sweep", "--reason", "x"), ("audit",), ("outbox", "list")):
        code, printed, errors = called(*arguments, "--store", url)
        assert (code, printed, len(errors.splitlines())) == (3, "", 1), arguments


def test_dead_letters_show_personal_words_only_when_asked(store: SqlStore, at: tuple[str, str]) -> None:
    """Neither the list nor a letter by itself shows the bytes; with --show-bytes they are there, whatever they are."""
    write(
        store,
        dead_letters=[
            a_dead_letter(1, value="王磊 said".encode(), headers=(("trace", b"\xff1"),), case="C-1"),
            a_dead_letter(2, value=b"\xff\xfe", reason="quarantined"),
        ],
    )
    for arguments in (("list",), ("show", "dl1"), ("list", "--json"), ("show", "dl1", "--json")):
        assert "王磊" not in verb("dead-letters", *arguments, *at)
    first, second = lines_of("dead-letters list", "dead-letters", "list", *at)
    assert (first["id"], first["reason"], first["bytes"], second["case"]) == ("dl2", "quarantined", 2, "C-1")
    assert "王磊 said" in verb("dead-letters", "show", "dl1", "--show-bytes", *at)
    (shown,) = lines_of("dead-letters show", "dead-letters", "show", "dl1", "--show-bytes", *at)
    assert (shown["value"], shown["headers"]) == ("王磊 said", [{"name": "trace", "value": "\\xff1"}])
    (shown,) = lines_of("dead-letters show", "dead-letters", "show", "dl2", "--show-bytes", *at)
    assert (shown["value_base64"], "value" in shown) == ("//4=", False)
    assert "older ones are not shown: --limit 2" in verb("dead-letters", "list", "--limit", "1", *at)
    assert [one["id"] for one in lines_of("dead-letters list", "dead-letters", "list", "--case", "C-1", *at)] == ["dl1"]


def test_an_operator_looks_after_the_outbox(store: SqlStore, at: tuple[str, str]) -> None:
    """What would be sent is shown only when it is asked for; each change is in the audit with its reason."""
    write(store, messages=[a_message(1, "王磊".encode(), topic="dead_letters"), a_message(2)])
    assert "王磊" not in verb("outbox", "list", *at) + verb("outbox", "list", "--json", *at)
    assert "1: 王磊" in verb("outbox", "list", "--show-payload", *at)
    (letter,) = lines_of("outbox list", "outbox", "list", "--topic", "dead_letters", "--show-payload", *at)
    assert (letter["payload"], letter["state"], letter["key"]) == ("王磊", "pending", "C-1")
    verb("outbox", "drop", "1", "m2", "--reason", "wrong", *at)
    assert verb("outbox", "list", *at) == "nothing waits to be sent\n"
    rows = lines_of("audit", "audit", "--what", "outbox", *at)
    assert [row["why"] for row in rows] == ["wrong", "wrong"]
    assert verb("outbox", "retry", "--failed", "--reason", "x", *at) == "nothing has failed\n"
