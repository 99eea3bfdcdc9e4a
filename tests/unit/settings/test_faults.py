"""What is refused: unknown keys, values out of range, secrets in the open; everything wrong at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.settings.builders import faults_of, given, value_of, variable
from triage.errors import WrongSettings
from triage.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("[stor]\nurl = 'x'\n", "stor"),
        ("[store]\nurll = 'x'\n", "store.urll"),
        ("url = 'x'\n", "url"),
        ("[store.url]\nx = 1\n", "store.url"),
        ("[kafka]\nSASL_USERNAME = 'x'\n", "kafka.SASL_USERNAME"),
    ],
)
def test_an_unknown_key_of_the_file_is_a_fault(tmp_path: Path, file: str, fault: str) -> None:
    """A misspelt setting is never passed over in silence."""
    (line,) = faults_of(tmp_path, file)
    assert line.startswith(f"setting {fault}: ")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("TRIAGE_STOR__URL", "setting stor"),
        ("TRIAGE_STORE__URLL", "setting store.urll"),
        ("TRIAGE_STORE_URL", "environment TRIAGE_STORE_URL"),
        ("TRIAGE_STORE__URL__X", "setting store.url.x"),
        ("TRIAGE_HTTP__HOST_FILE", "setting http.host_file"),
    ],
)
def test_an_unknown_variable_of_ours_is_a_fault(tmp_path: Path, name: str, fault: str) -> None:
    """Whatever begins with TRIAGE_ has to name a setting; only secrets have a `_FILE`."""
    (line,) = faults_of(tmp_path, environment={name: "/dev/null"})
    assert line.startswith(f"{fault}: ")


def test_variables_of_others_are_not_ours(tmp_path: Path) -> None:
    """The rest of the environment is left alone."""
    assert given(tmp_path, environment={"PATH": "/bin", "TRIAGES__X": "1", "MY_TRIAGE_STORE__URL": "x"}) == Settings()


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """One start names everything that is wrong, wherever it stands, one line a fault."""
    faults = faults_of(
        tmp_path,
        "[http]\nport = 70000\n[sla]\nmax_hold = -1\n[log]\nlevel = 'loud'\nunknown = 1\n",
        {"TRIAGE_X": "1", "TRIAGE_RUN__ROLES": "consume,dance", "TRIAGE_KAFKA__SASL_PASSWORD_FILE": "/nowhere/at/all"},
        {"notices.per_minute": -1},
    )
    assert sorted(fault.split(": ")[0] for fault in faults) == [
        "environment TRIAGE_KAFKA__SASL_PASSWORD_FILE",
        "environment TRIAGE_X",
        "setting http.port",
        "setting log.level",
        "setting log.unknown",
        "setting notices.per_minute",
        "setting run.roles.1",
        "setting sla.max_hold",
    ]


def test_an_instance_has_at_least_one_role(tmp_path: Path) -> None:
    """One that does nothing is a slip."""
    (fault,) = faults_of(tmp_path, "[run]\nroles = []\n", {}, {})
    assert fault.startswith("setting run.roles: ")


@pytest.mark.parametrize("file", ["[store\n", b"\xff\xfe", None])
def test_a_config_file_that_cannot_be_read_is_one_fault_among_the_others(tmp_path: Path, file: str | bytes) -> None:
    """The file is named, and what else is wrong is told too."""
    config = tmp_path / "triage.toml"
    if file is not None:
        config.write_bytes(file if isinstance(file, bytes) else file.encode())
    with pytest.raises(WrongSettings) as refused:
        load_settings(config, {}, {"TRIAGE_HTTP__PORT": "many"})
    first, second = refused.value.reasons
    assert first.startswith(f"config file {config}: ")
    assert second.startswith("setting http.port: ")


@pytest.mark.parametrize("key", ["store.url", "kafka.sasl_password"])
def test_a_secret_is_read_from_a_file(tmp_path: Path, key: str) -> None:
    """`…_FILE` names a file that holds the secret; the newline at its end is no part of it; a flag outranks it."""
    secret = tmp_path / "secret"
    secret.write_text("pass word\n", encoding="utf-8")
    environment = {f"{variable(key)}_FILE": str(secret)}
    table, name = key.split(".")
    assert value_of(given(tmp_path, f"[{table}]\n{name} = 'x'\n", environment), key) == "pass word"
    assert value_of(given(tmp_path, None, environment, {key: "flag"}), key) == "flag"


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    """Neither the settings as text nor a fault beside it hold it."""
    environment = {"TRIAGE_KAFKA__SASL_PASSWORD": "hunter2"}
    assert "hunter2" not in repr(given(tmp_path, environment=environment))
    faults = faults_of(tmp_path, "[kafka]\nsecurity_protocol = 'hunter2'\n", environment)
    assert "hunter2" not in "\n".join(faults)


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-01",
        "2026-04-01T00:00:00",
        "20260401",
        "1775000000.5",
        "tomorrow",
    ],
)
def test_the_end_of_the_backfill_is_an_instant_with_offset(tmp_path: Path, written: str) -> None:
    """A date alone, a local time, or a bare number, which would be read as seconds since 1970 and let the notices of
    years go out, is a fault, in the environment and in the file."""
    (line,) = faults_of(tmp_path, environment={"TRIAGE_BACKFILL__BEFORE": written})
    assert line.startswith("setting backfill.before: ")
    in_file = written if written != "tomorrow" else "'tomorrow'"
    (line,) = faults_of(tmp_path, f"[backfill]\nbefore = {in_file}\n")
    assert line.startswith("setting backfill.before: ")


@pytest.mark.parametrize("written", ["2026-04-01T00:00:00+08:00", "2026-03-31T16:00:00Z", "2026-04-01 00:00+08:00"])
def test_an_instant_with_offset_is_that_instant(tmp_path: Path, written: str) -> None:
    """The offset counts."""
    before = given(tmp_path, environment={"TRIAGE_BACKFILL__BEFORE": written}).backfill.before
    assert before == datetime(2026, 3, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("http.port", "-1", "65536"), ("sla.max_hold", "-0.1", "nan"), ("notices.per_minute", "-1", "1.5")],
)
def test_numbers_outside_their_range_are_faults(tmp_path: Path, key: str, low: str, high: str) -> None:
    """A port, a hold or a brake that cannot be meant is refused; zero is allowed for each."""
    for value in (low, high, "many", ""):
        (line,) = faults_of(tmp_path, environment={variable(key): value})
        assert line.startswith(f"setting {key}: ")
    assert value_of(given(tmp_path, environment={variable(key): "0"}), key) == 0


def test_settings_never_change_while_the_service_runs() -> None:
    """They are frozen, tables too."""
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.http = settings.http
    with pytest.raises(ValidationError):
        settings.http.port = 1
