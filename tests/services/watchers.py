"""A real Prometheus and a real Alertmanager for tests, on the project's own configuration, and whom they tell.

What is changed for a test: addresses, and how often things are looked at and told (a second instead of 15, 30 or 300).
Rules, routes, inhibition and templates are the shipped ones.
"""

import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.services.desk import DEPLOY, ServiceUnavailable, free_port

OFTEN, SCRAPED = "1s", "2s"
"""How often rules are evaluated and people told; how often the instance is asked, which may also take so long."""

UNAVAILABLE = 503
SECRETS = {"smtp-password": "hidden-1", "wecom-corp-id": "ww1", "wecom-secret": "hidden-2", "pager-token": "hidden-3"}


class Daemon:
    """One process that is killed at the end. Its output goes to a file. Raises ServiceUnavailable when it is not
    installed."""

    def __init__(self, name: str, directory: Path, *arguments: str) -> None:
        program = shutil.which(name)
        if program is None:
            raise ServiceUnavailable(f"{name} is not installed: apt-get install prometheus prometheus-alertmanager")
        self.log = directory / f"{name}.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen([program, *arguments], stdout=log, stderr=subprocess.STDOUT, cwd=directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()


class Prometheus(Daemon):
    """Scrapes one instance and evaluates the shipped rules."""

    def __init__(self, directory: Path, target: str, alertmanager: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": SCRAPED, "scrape_timeout": SCRAPED, "evaluation_interval": OFTEN}
        config["rule_files"] = [str(DEPLOY / "prometheus" / name) for name in config["rule_files"]]
        config["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
        config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
        file = directory / "prometheus.yml"
        file.write_text(yaml.safe_dump(config))
        super().__init__(
            "prometheus", directory, f"--config.file={file}", f"--storage.tsdb.path={directory / 'tsdb'}",
            f"--web.listen-address={self.url.removeprefix('http://')}", "--enable-feature=exemplar-storage",
        )  # fmt: skip

    def ask(self, path: str, **parameters: str) -> Any:
        """What its API answers. Raises AssertionError with its words when it refuses the question, URLError while it
        does not answer yet."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == UNAVAILABLE:
                raise
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def values(self, query: str) -> list[tuple[Mapping[str, str], float]]:
        """Labels and value of each series that a query gives now; nothing while it does not answer yet."""
        try:
            found = self.ask("query", query=query)["result"]
        except urllib.error.URLError:
            return []
        return [(series["metric"], float(series["value"][1])) for series in found]


class Alertmanager(Daemon):
    """The shipped routes; each receiver is a webhook at the address, by its name."""

    def __init__(self, directory: Path, receiver: str) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        config = yaml.safe_load(render(directory).read_text(encoding="utf-8"))
        for one in config["receivers"]:
            name = one["name"]
            one.clear()
            one.update(name=name, webhook_configs=[{"url": f"{receiver}/{name}", "send_resolved": True}])
        hurry(config["route"])
        file = directory / "alertmanager" / "alertmanager.yml"
        file.write_text(yaml.safe_dump(config))
        super().__init__(
            "prometheus-alertmanager", directory, f"--config.file={file}", f"--storage.path={directory / 'silences'}",
            f"--web.listen-address={self.address}", "--cluster.listen-address=",
        )  # fmt: skip


def render(directory: Path) -> Path:
    """The shipped configuration with secrets, as an operator makes it."""
    secrets = directory / "secrets"
    secrets.mkdir()
    for name, value in SECRETS.items():
        (secrets / name).write_text(f"{value}\n")
    subprocess.run([DEPLOY / "alertmanager" / "render", secrets, directory / "alertmanager"], check=True)
    return directory / "alertmanager" / "alertmanager.yml"


def hurry(route: dict[str, Any]) -> None:
    """Tell each second."""
    route |= {"group_wait": OFTEN, "group_interval": OFTEN}
    for inner in route.get("routes", ()):
        hurry(inner)


class Receiver:
    """A plain HTTP server that keeps what it is sent: (receiver, alert) in order, as Alertmanager words it."""

    def __init__(self) -> None:
        got: list[tuple[str, dict[str, Any]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                got.extend((self.path.removeprefix("/"), alert) for alert in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.got = got
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def heard(self, status: str, name: str, **labels: str) -> list[tuple[str, dict[str, Any]]]:
        """Who heard of this alert in this state so far."""
        wanted = {"alertname": name, **labels}.items()
        return [
            (who, one) for who, one in list(self.got) if one["status"] == status and wanted <= one["labels"].items()
        ]
