"""What the deployment files say of the service is so: settings, ports, files, verbs, times to stop.

What their own tools can tell of them `deploy/lint` asks.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from tests.command import app
from tests.settings_table import fields
from triage.settings import PREFIX, SECRET_KEYS, SEPARATOR, load_settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "systemd" / "complaint-triage.service").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = {
    document["kind"]: document
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
}
PORT = load_settings(environment={}).http.port
VARIABLES = {f"{PREFIX}{key.upper().replace('.', SEPARATOR)}": key for key, _ in fields()}
STOP_SECONDS = 25
"""What a stop may take: see docs/how-to/run-in-production.md."""

MADE_LATER = {"./alertmanager", "./secrets/postgres-password", "./secrets/store-url", "./secrets/grafana-password"}
"""What whoever deploys makes: secrets, and what is rendered with them."""


def text_files() -> Iterator[tuple[str, str]]:
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file() and path.suffix in {"", ".yaml", ".yml", ".service", ".md"}:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def instances() -> dict[str, Any]:
    return {name: one for name, one in COMPOSE["services"].items() if name.startswith("triage-")}


def container() -> dict[str, Any]:
    (found,) = MANIFESTS["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def test_every_variable_in_a_deployment_file_is_a_setting() -> None:
    """A misspelt one would refuse the start of every instance."""
    for name, text in text_files():
        for variable in re.findall(r"\bTRIAGE_[A-Z_]+\b", text):
            key = VARIABLES.get(variable) or VARIABLES.get(variable.removesuffix("_FILE"))
            assert key, f"{name}: {variable}"
            assert variable in VARIABLES or key in SECRET_KEYS, f"{name}: {variable} is no secret"


def test_the_settings_of_the_config_map_are_sound(tmp_path: Path) -> None:
    """Each key is there and has a value that it may have."""
    file = tmp_path / "triage.toml"
    file.write_text(MANIFESTS["ConfigMap"]["data"]["triage.toml"], encoding="utf-8")
    settings = load_settings(file, environment={})
    assert settings.http.host == "0.0.0.0"
    assert settings.kafka.security_protocol == "SASL_SSL"


def test_every_file_that_compose_mounts_is_there() -> None:
    """Docker would make an empty folder of one that is not."""
    mounted = [volume.split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", ())]
    named = {path for path in mounted if path.startswith(".")} | {one["file"] for one in COMPOSE["secrets"].values()}
    assert {path for path in named - MADE_LATER if not (DEPLOY / "compose" / path).exists()} == set()


def test_every_secret_is_a_file_that_is_mounted() -> None:
    """No secret stands in an environment variable, and each file named there is mounted."""
    for one in instances().values():
        for name, value in one["environment"].items():
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in one["secrets"]
    paths = {mount["name"]: mount["mountPath"] for mount in container()["volumeMounts"]}
    for variable in container()["env"]:
        assert variable["name"].endswith("_FILE")
        assert Path(variable["value"]).parent == Path(paths["secrets"])
    config = tomllib.loads(MANIFESTS["ConfigMap"]["data"]["triage.toml"])
    assert Path(config["kafka"]["ssl_cafile"]).parent == Path(paths["secrets"])
    assert container()["args"][-1] == f"{paths['settings']}/triage.toml"


def test_one_port_is_meant_everywhere() -> None:
    """Image, probes, service, network policy and the scrape configuration speak of the default port."""
    assert f"EXPOSE {PORT}\n" in DOCKERFILE
    assert f"http://127.0.0.1:{PORT}/healthz" in DOCKERFILE
    (port,) = container()["ports"]
    assert port == {"name": "http", "containerPort": PORT}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container()[probe]["httpGet"]["port"] == "http"
    assert MANIFESTS["Service"]["spec"]["ports"][0]["port"] == PORT
    assert MANIFESTS["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == PORT
    scraped = yaml.safe_load((DEPLOY / "compose" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert scraped[0]["static_configs"][0]["targets"] == [f"{name}:{PORT}" for name in instances()]


def test_probes_ask_what_they_are_for() -> None:
    """A broker that is away must not restart an instance, and one without parts must not count as up."""
    assert container()["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container()["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_nobody_kills_an_instance_that_is_stopping() -> None:
    """Every supervisor waits for longer than the stop order takes."""
    grace = {
        "systemd": int(re.findall(r"TimeoutStopSec=(\d+)", UNIT)[0]),
        "kubernetes": MANIFESTS["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"],
        **{name: int(one["stop_grace_period"].removesuffix("s")) for name, one in instances().items()},
    }
    assert {name for name, seconds in grace.items() if seconds <= STOP_SECONDS} == set()


def test_every_verb_that_is_run_is_there() -> None:
    """Image, unit, schema jobs."""
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined] # a group
    assert json.loads(re.findall(r"ENTRYPOINT (\[.*\])", DOCKERFILE)[0]) == ["triage"]
    assert json.loads(re.findall(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)[0]) == ["run"]
    assert re.search(r"ExecStart=/opt/complaint-triage/bin/triage run ", UNIT)
    (job,) = MANIFESTS["Job"]["spec"]["template"]["spec"]["containers"]
    for words in (container()["args"][:1], job["args"], COMPOSE["services"]["schema"]["command"]):
        found = verbs[words[0]]
        assert len(words) == 1 or words[1] in found.commands


def test_the_image_is_built_from_all_that_the_package_needs() -> None:
    """Each folder of the package is copied into the build, and passes the list of what Docker is given."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = project["tool"]["setuptools"]
    copied = {
        path for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]
    }
    given = set(re.findall(r"^!(.*)$", (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert copied == given
    for package in tools["packages"]:
        folder = tools["package-dir"].get(package, package.replace(".", "/"))
        assert any(folder == path or folder.startswith(f"{path}/") for path in copied), package
    extras = re.findall(r"'\.\[([a-z,]+)\]'", DOCKERFILE)[0].split(",")
    assert set(extras) <= set(project["project"]["optional-dependencies"])


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_pods_may_do_nothing_beside_their_work(kind: str) -> None:
    """What the restricted profile of Kubernetes asks for, and no token."""
    pod = MANIFESTS[kind]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for one in pod["containers"]:
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert re.search(rf"^USER {pod['securityContext']['runAsUser']}:", DOCKERFILE, re.MULTILINE)
