"""`triage schema`: JSON Schemas of every format, out of the same types that read and write it."""

from importlib.metadata import version
from typing import Annotated, Any

import msgspec
import typer

from triage.cli.options import Config, RulesDir, settings_from
from triage.errors import WrongSettings
from triage.main.rule_folders import compiled_folder
from triage.rulebook.decide import CompiledRulebook
from triage.service.output_schemas import Topics, asyncapi
from triage.service.schemas import SCHEMAS, schema_of
from triage.settings import KafkaSettings

ASYNCAPI = "asyncapi"
WHAT = (*SCHEMAS, ASYNCAPI)


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("schema")(schema)


def schema(
    what: Annotated[str, typer.Argument(help=f"One of: {', '.join(WHAT)}.")],
    config: Config = None,
    rules: RulesDir = None,
) -> None:
    """Print the JSON Schema of a format, or the AsyncAPI document of the topics."""
    if what not in WHAT:
        raise WrongSettings([f"schema {what!r} is unknown, allowed: {', '.join(WHAT)}"])
    kafka = settings_from(config).kafka
    compiled = compiled_folder(rules)
    found = _asyncapi(compiled, kafka) if what == ASYNCAPI else schema_of(what, compiled)
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def _asyncapi(compiled: CompiledRulebook, kafka: KafkaSettings) -> dict[str, Any]:
    topics = Topics(
        bootstrap_server=kafka.bootstrap_servers.split(",")[0].strip(),
        events=kafka.topic_events,
        decisions=kafka.topic_decisions,
        alerts=kafka.topic_alerts,
        dead_letters=kafka.topic_dead_letters,
    )
    return asyncapi(compiled.rulebook.vocabulary, topics, version("complaint-triage"))
