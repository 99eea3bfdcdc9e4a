"""Kafka that asks who we are: TLS with and without client certificates, SCRAM, access lists; and what is said when it
does not let us in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.contract.sources.inputs import CLIENTS
from tests.e2e.samples import sample_events
from tests.e2e.workers import Worker, count_events, query
from tests.services.desk import ServiceUnavailable
from tests.services.secured_kafka import SecuredBroker
from triage.adapters.kafka.checks import check_topics
from triage.adapters.kafka.options import KafkaOptions
from triage.errors import Refused, Unreachable, WrongSettings

PASSWORD = "geheim-und-lang"
EVENTS, DECISIONS, ALERTS, LETTERS = TOPICS = tuple(
    f"complaints.{name}" for name in ("events", "decisions", "alerts", "dead-letters")
)
GROUP = "complaint-triage"
RIGHTS = (
    ("READ", "TOPIC", EVENTS),
    ("READ", "GROUP", GROUP),
    ("WRITE", "TOPIC", DECISIONS),
    ("WRITE", "TOPIC", ALERTS),
    ("WRITE", "TOPIC", LETTERS),
)
"""What docs/how-to/secure-the-service.md tells an operator to grant, and nothing else."""


@pytest.fixture(scope="module")
def broker() -> Iterator[SecuredBroker]:
    """One for all tests of this file; the four topics are there."""
    part = SecuredBroker()
    try:
        part.start()
    except ServiceUnavailable as missing:
        part.close()
        pytest.fail(str(missing), pytrace=False)
    part.create_topics(dict.fromkeys(TOPICS, 2))
    part.add_user("triage", PASSWORD)
    part.add_user("reader", PASSWORD)
    for who in ("User:triage", "User:CN=triage"):
        part.allow(who, *RIGHTS)
    part.allow("User:reader", *RIGHTS[:2], *(("DESCRIBE", "TOPIC", name) for name in (DECISIONS, ALERTS, LETTERS)))
    yield part
    part.close()


def by_password(broker: SecuredBroker, **changes: Any) -> dict[str, Any]:
    """SASL_SSL with SCRAM-SHA-512."""
    return {
        "bootstrap_servers": broker.at("SASL_SSL"),
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": "triage",
        "sasl_password": PASSWORD,
        "ssl_cafile": str(broker.authority.certificate),
    } | changes


def by_certificate(broker: SecuredBroker, **changes: Any) -> dict[str, Any]:
    """SSL with a certificate of the client's."""
    ours = broker.authority.issue("triage")
    return {
        "bootstrap_servers": broker.at("SSL"),
        "security_protocol": "SSL",
        "ssl_cafile": str(broker.authority.certificate),
        "ssl_certfile": str(ours.certificate),
        "ssl_keyfile": str(ours.key),
    } | changes


def environment(options: dict[str, Any]) -> dict[str, str]:
    """The settings as a process is given them."""
    return {f"TRIAGE_KAFKA__{key.upper()}": value for key, value in options.items()}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("way", [by_password, by_certificate])
def test_events_in_and_outputs_out_with_just_the_rights_that_are_asked_for(
    tmp_path: Path, broker: SecuredBroker, way: Any, client: str
) -> None:
    """Source, publisher and start checks, with the password in a file; each output is in its topic once."""
    events = sample_events(20)
    broker.produce(EVENTS, ((e["subject"].encode(), msgspec.json.encode(e)) for e in events))
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    env = environment(way(broker)) | {"TRIAGE_STORE__URL": url, "TRIAGE_KAFKA__CLIENT": client}
    if env.pop("TRIAGE_KAFKA__SASL_PASSWORD", None):
        (tmp_path / "password").write_text(f"{PASSWORD}\n")
        (tmp_path / "password").chmod(0o600)
        env["TRIAGE_KAFKA__SASL_PASSWORD_FILE"] = str(tmp_path / "password")
    with Worker(tmp_path, "run", "--once", **env) as worker:
        assert worker.finish() == 0, worker.output()
        assert PASSWORD not in worker.output()
    assert count_events(url) == len(events)
    for name, topic in (("decisions", DECISIONS), ("alerts", ALERTS)):
        made = {one for (one,) in query(url, f"SELECT id FROM outbox WHERE topic = '{name}'")}
        assert made <= {msgspec.json.decode(record.value or b"")["id"] for record in broker.read_all(topic)}
    assert query(url, "SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)]


def refusal(options: dict[str, Any]) -> str:
    """What a start with these options is told, in one line."""
    with pytest.raises(Refused) as found:
        check_topics(KafkaOptions(group_id=GROUP, **options), timeout_ms=1000)
    assert PASSWORD not in str(found.value)
    assert isinstance(found.value, Unreachable | WrongSettings)
    (line,) = found.value.reasons
    return line


def test_who_is_not_let_in_is_told_which_setting_is_about_it(broker: SecuredBroker) -> None:
    """Wrong authority, host, password, mechanism, protocol, an expired certificate, none or a strange one of ours."""
    stranger = broker.other.issue("triage")
    theirs = {"ssl_cafile": str(broker.other.certificate)}
    strangers = {"ssl_certfile": str(stranger.certificate), "ssl_keyfile": str(stranger.key)}
    plain = {"security_protocol": "PLAINTEXT"}
    told = {
        "signed": refusal(by_password(broker, **theirs)),
        "host": refusal(by_password(broker, bootstrap_servers=broker.at("STRANGE"))),
        "expired": refusal(by_password(broker, bootstrap_servers=broker.at("EXPIRED"))),
        "password": refusal(by_password(broker, sasl_password="falsch")),
        "user": refusal(by_password(broker, sasl_username="nobody")),
        "mechanism": refusal(by_password(broker, sasl_mechanism="PLAIN")),
        "none of ours": refusal(by_certificate(broker, ssl_certfile=None, ssl_keyfile=None)),
        "strange one": refusal(by_certificate(broker, **strangers)),
        "no TLS here": refusal(by_certificate(broker) | plain),
        "no TLS there": refusal(by_certificate(broker, bootstrap_servers=broker.bootstrap)),
        "SASL wanted": refusal(by_certificate(broker, bootstrap_servers=broker.at("SASL_SSL"))),
    }
    wanted = {
        "signed": "nobody in kafka.ssl_cafile has signed",
        "host": "another host than kafka.bootstrap_servers names",
        "expired": "has expired",
        "password": "refuses kafka.sasl_username and kafka.sasl_password",
        "user": "refuses kafka.sasl_username and kafka.sasl_password",
        "mechanism": "does not know PLAIN: see kafka.sasl_mechanism",
        "none of ours": "set kafka.ssl_certfile and kafka.ssl_keyfile",
        "strange one": "does not accept the certificate in kafka.ssl_certfile",
        "no TLS here": "does not speak PLAINTEXT there: see kafka.security_protocol",
        "no TLS there": "does not speak SSL there: see kafka.security_protocol",
        "SASL wanted": "does not speak SSL there: see kafka.security_protocol",
    }
    assert {name: words for name, words in wanted.items() if words not in told[name]} == {}
    assert all(line.startswith("kafka 127.0.0.1:") for line in told.values())


def test_files_that_hold_no_certificate_are_named(tmp_path: Path, broker: SecuredBroker) -> None:
    """Before anything is asked of the broker: wrong settings."""
    (tmp_path / "notes.txt").write_text("notes\n")
    notes = str(tmp_path / "notes.txt")
    other = str(broker.other.issue("other").key)
    assert refusal(by_password(broker, ssl_cafile=notes)) == f"setting kafka.ssl_cafile: {notes} holds no certificate"
    for changes in ({"ssl_certfile": notes}, {"ssl_keyfile": notes}, {"ssl_keyfile": other}):
        line = refusal(by_certificate(broker, **changes))
        assert line.startswith("settings kafka.ssl_certfile, kafka.ssl_keyfile: ")


def test_a_topic_that_may_not_be_used_is_named_with_the_right_that_lacks(broker: SecuredBroker) -> None:
    """Before the first decision is made that could not be told."""
    with pytest.raises(Unreachable) as found:
        check_topics(KafkaOptions(group_id=GROUP, **by_password(broker, sasl_username="reader")))
    assert [line.partition(": topic ")[2] for line in found.value.reasons] == [
        f"{topic} may not be written: the access list lacks WRITE for us" for topic in (DECISIONS, ALERTS, LETTERS)
    ]


def test_a_start_that_is_refused_ends_with_3_and_says_why(tmp_path: Path, broker: SecuredBroker) -> None:
    """As an operator sees it: one line, no trace, no password."""
    env = {"TRIAGE_STORE__URL": f"sqlite:///{tmp_path}/desk.sqlite"}
    with Worker(tmp_path, "run", **env, **environment(by_password(broker, sasl_password="falsch"))) as worker:
        assert worker.finish() == 3
        (line,) = worker.output().splitlines()
    assert line.endswith("refuses kafka.sasl_username and kafka.sasl_password")
    assert "falsch" not in line
