"""Settings from the places that a test fills: a config file, an environment, flags."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from triage.errors import WrongSettings
from triage.settings import Settings, load_settings

SAMPLES: dict[str, str] = {
    "store.url": "sqlite:///other.sqlite",
    "rules.dir": "other/rules",
    "rules.activation": "approved",
    "rules.proposer": "compliance desk",
    "kafka.bootstrap_servers": "a:1,b:2",
    "kafka.group_id": "g",
    "kafka.client": "kafka-python",
    "kafka.security_protocol": "SASL_SSL",
    "kafka.sasl_mechanism": "PLAIN",
    "kafka.sasl_username": "u",
    "kafka.sasl_password": "p",
    "kafka.ssl_cafile": "ca.pem",
    "kafka.ssl_certfile": "cert.pem",
    "kafka.ssl_keyfile": "key.pem",
    "kafka.topic_events": "t.events",
    "kafka.topic_decisions": "t.decisions",
    "kafka.topic_alerts": "t.alerts",
    "kafka.topic_dead_letters": "t.dead-letters",
    "engine.mode": "both",
    "engine.deadline_ms": "40",
    "sla.max_hold": "12.5",
    "notices.per_minute": "7",
    "retention.closed_cases_days": "3660",
    "retention.dead_letters_days": "30",
    "retention.outbox_days": "14",
    "retention.audit_days": "3660",
    "backfill.before": "2026-04-01T00:00:00+08:00",
    "run.roles": "sweep,http",
    "http.host": "0.0.0.0",
    "http.port": "8080",
    "log.level": "debug",
    "log.format": "text",
    "tracing.endpoint": "http://collector:4318",
    "tracing.service_name": "desk",
    "tracing.sample_ratio": "0.5",
}
"""A value for every setting, as the environment writes it."""


def variable(key: str) -> str:
    """The environment's name of a setting: TRIAGE_<TABLE>__<KEY>."""
    return f"TRIAGE_{key.replace('.', '__').upper()}"


def value_of(settings: Settings, key: str) -> Any:
    table, name = key.split(".")
    found = getattr(getattr(settings, table), name)
    return found.get_secret_value() if hasattr(found, "get_secret_value") else found


def keys() -> Iterator[str]:
    for table, field in Settings.model_fields.items():
        model = field.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        yield from (f"{table}.{key}" for key in model.model_fields)


def given(
    directory: Path,
    file: str | bytes | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of a config file with this text, an environment and flags."""
    config = None
    if file is not None:
        config = directory / "triage.toml"
        config.write_bytes(file if isinstance(file, bytes) else file.encode())
    return load_settings(config, flags, environment or {})


def faults_of(*args: Any, **kwargs: Any) -> tuple[str, ...]:
    with pytest.raises(WrongSettings) as refused:
        given(*args, **kwargs)
    assert refused.value.exit_code == 2
    assert all(reason.count("\n") == 0 for reason in refused.value.reasons)
    return refused.value.reasons
