"""Settings: the only reader of the environment and the config file; frozen; every fault is reported at once.

Precedence: flag, environment (`TRIAGE_<TABLE>__<KEY>`, secrets also `…_FILE`), file (TOML), default.
"""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from triage.errors import WrongSettings
from triage.wording.text import LANGUAGES

SECRET_KEYS = ("store.url", "kafka.sasl_password")
"""Settings that may be read from a file named by `TRIAGE_<TABLE>__<KEY>_FILE`."""

PREFIX, SEPARATOR = "TRIAGE_", "__"

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX asks them."""

SERVER = re.compile(r"(\[[^]\s]+]|[^][:\s]+)(:\d{1,5})?")
"""HOST:PORT; the Kafka client would fall over another port than a number."""


OFFSET_NEEDED = "an offset is needed, such as 2026-01-01T00:00:00+08:00"


def _no_number(value: object) -> object:
    """`20260401` is a slip: it would be read as seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().replace(".", "").isdigit()):
        raise ValueError(OFFSET_NEEDED)
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(OFFSET_NEEDED)
    return value


def _servers(value: str) -> str:
    for server in value.split(","):
        if not SERVER.fullmatch(server.strip()):
            raise ValueError(f"{server.strip()!r} is not HOST:PORT")
    return value


def _http_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError(f"{value!r} is not http://HOST:PORT or https://HOST:PORT/PATH")
    return value


Role = Literal["consume", "sweep", "dispatch", "http"]
AwareInstant = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_aware)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Table):
    """`[store]`: where everything is kept."""

    url: str = "sqlite:///triage.sqlite"


class RulesSettings(_Table):
    """`[rules]`: the folder that proposes revisions; None: the shipped rulebook. `activation`: whether a sound new one
    becomes active by itself, or waits for the word of somebody other than its proposer. `proposer`: in whose name the
    folder proposes; None: in the name of whoever owns its newest file."""

    dir: Path | None = None
    activation: Literal["auto", "approved"] = "auto"
    proposer: str | None = Field(default=None, min_length=1)


class KafkaSettings(_Table):
    """`[kafka]`: the broker and the topics."""

    bootstrap_servers: Annotated[str, AfterValidator(_servers)] = "127.0.0.1:9092"
    group_id: str = "complaint-triage"
    client: Literal["kafka-python", "confluent"] = "kafka-python"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    topic_events: str = "complaints.events"
    topic_decisions: str = "complaints.decisions"
    topic_alerts: str = "complaints.alerts"
    topic_dead_letters: str = "complaints.dead-letters"


class EngineSettings(_Table):
    """`[engine]`: the second engine; `deadline_ms`: for how long a batch waits for its answers."""

    mode: Literal["auto", "both", "compiled"] = "auto"
    deadline_ms: int = Field(default=250, ge=1, le=60_000)


class SlaSettings(_Table):
    """`[sla]`: `max_hold` seconds: for how long a backlog may hold back notices."""

    max_hold: float = Field(default=900.0, ge=0)


class NoticesSettings(_Table):
    """`[notices]`: `per_minute`: the brake on notices, 0 for none."""

    per_minute: int = Field(default=500, ge=0)


class BackfillSettings(_Table):
    """`[backfill]`: steps due before this instant are recorded as historic and never sent."""

    before: AwareInstant | None = None


class RunSettings(_Table):
    """`[run]`: what this instance does."""

    roles: tuple[Role, ...] = Field(default=("consume", "sweep", "dispatch", "http"), min_length=1)


class HttpSettings(_Table):
    """`[http]`: health, readiness and metrics; loopback unless told otherwise."""

    host: str = "127.0.0.1"
    port: int = Field(default=9108, ge=0, le=65535)


Days = Annotated[int, Field(ge=0, le=36_500)]


class RetentionSettings(_Table):
    """`[retention]`: for how many days things are kept, 0 for ever. Of closed cases the personal data go, counted from
    the last event or step; dead letters, sent outputs and the audit are deleted."""

    closed_cases_days: Days = 0
    dead_letters_days: Days = 365
    outbox_days: Days = 90
    audit_days: Days = 0


class LogSettings(_Table):
    """`[log]`: to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class TracingSettings(_Table):
    """`[tracing]`: where spans go (OTLP over HTTP), None for nowhere. `sample_ratio`: of events that bring no trace
    context, the part that is traced."""

    endpoint: Annotated[str, AfterValidator(_http_url)] | None = None
    service_name: str = Field(default="complaint-triage", min_length=1)
    sample_ratio: float = Field(default=1.0, ge=0, le=1)


class Settings(_Table):
    """Every setting of the service."""

    store: StoreSettings = StoreSettings()
    rules: RulesSettings = RulesSettings()
    kafka: KafkaSettings = KafkaSettings()
    engine: EngineSettings = EngineSettings()
    sla: SlaSettings = SlaSettings()
    notices: NoticesSettings = NoticesSettings()
    backfill: BackfillSettings = BackfillSettings()
    run: RunSettings = RunSettings()
    http: HttpSettings = HttpSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()


def language(wanted: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """The reader's language, one of `triage.wording.text.LANGUAGES`. `wanted`: what a flag says; None: what LC_ALL,
    LC_MESSAGES or LANG say, English when they name none of ours. Raises WrongSettings for a flag that is none."""
    environment = os.environ if environment is None else environment
    if wanted is not None:
        found = _language_of(wanted)
        if found is None:
            raise WrongSettings([f"--lang: {wanted} is none of {', '.join(LANGUAGES)}"])
        return found
    locale = next((environment[name] for name in LOCALE_VARIABLES if environment.get(name)), "")
    return _language_of(locale) or "en"


def _language_of(tag: str) -> str | None:
    """`zh_TW.UTF-8`, `zh-Hant`, `zh-HK` and the like."""
    plain = tag.split(".", maxsplit=1)[0].replace("_", "-").casefold()
    parts = plain.split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] != "zh":
        return None
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def load_settings(
    config: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings. `flags`: dotted key to value, None for a flag that was not given. `environment`: the process's
    when None. Raises WrongSettings with a line for every fault."""
    environment = os.environ if environment is None else environment
    faults: list[str] = []
    merged = _from_file(config, faults) if config else {}
    for key, value in _from_environment(environment, faults).items():
        _put(merged, key, value)
    for key, value in (flags or {}).items():
        if value is not None:
            _put(merged, key, value)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        faults += [
            f"setting {_dotted(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()
        ]
    if faults:
        raise WrongSettings(faults)
    return settings


def open_secrets(config: Path | None, environment: Mapping[str, str] | None = None) -> list[str]:
    """Files of secrets that every account of the machine may read: those named by the environment, and a settings file
    that holds one."""
    environment = os.environ if environment is None else environment
    names = {f"{PREFIX}{key.upper().replace('.', SEPARATOR)}_FILE" for key in SECRET_KEYS}
    paths = [environment[name] for name in sorted(names & environment.keys())]
    if config is not None and any(_look(_from_file(config, []), key) for key in SECRET_KEYS):
        paths.append(str(config))
    return [path for path in paths if Path(path).exists() and Path(path).stat().st_mode & stat.S_IROTH]


def _look(tables: Mapping[str, Any], key: str) -> bool:
    """Whether the key is there; of a store's URL, whether it opens anything."""
    table, _, name = key.partition(".")
    found = tables.get(table)
    value = found.get(name) if isinstance(found, dict) else None
    return isinstance(value, str) and not value.startswith("sqlite")


def _from_file(config: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"config file {config}: {error}")
        return {}


def _from_environment(environment: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """Dotted key to value, of every variable that begins with our prefix."""
    found: dict[str, Any] = {}
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower().replace(SEPARATOR, ".")
        secret = key.removesuffix("_file")
        if key.endswith("_file") and secret in SECRET_KEYS:
            _read_secret(found, secret, name, value, faults)
        elif "." not in key:
            faults.append(f"environment {name}: unknown, settings are named {PREFIX}<TABLE>{SEPARATOR}<KEY>")
        else:
            found[key] = value.split(",") if key == "run.roles" else value
    return found


def _read_secret(found: dict[str, Any], key: str, name: str, path: str, faults: list[str]) -> None:
    try:
        found[key] = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"environment {name}: {error}")


def _put(merged: dict[str, Any], dotted: str, value: Any) -> None:
    table, _, key = dotted.partition(".")
    inner = merged.setdefault(table, {})
    if isinstance(inner, dict):
        inner[key] = value


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)
