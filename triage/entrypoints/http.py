"""Health, readiness and metrics over HTTP; on loopback unless the settings say otherwise."""

import socket
import threading
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from triage.errors import Unreachable

Reasons = Callable[[], Sequence[str]]
"""Gives what is wrong, nothing when all is well."""


class HttpServer:
    """Serves `/healthz`, `/readyz` and `/metrics` from a thread of its own."""

    def __init__(
        self, host: str, port: int, *, unhealthy: Reasons, unready: Reasons, exposition: Callable[[], bytes]
    ) -> None:
        """`port` 0 takes a free one; `self.port` tells which once started."""
        self.host, self.port = host, port
        routes = [
            Route("/healthz", _answer(unhealthy)),
            Route("/readyz", _answer(unready)),
            Route("/metrics", _metrics(exposition)),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            headers=[("cache-control", "no-store"), ("x-content-type-options", "nosniff")],
            timeout_keep_alive=5,
        )
        self._server = uvicorn.Server(config)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen. Raises Unreachable when the port is taken."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self.host, self.port))
            listening.listen()  # who asks before the thread is up waits for it
        except OSError as error:
            listening.close()
            raise Unreachable([f"http: cannot listen on {self.host}:{self.port}: {error.strerror}"]) from error
        self.port = listening.getsockname()[1]
        self._socket = listening
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish answers under way and close."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._socket is not None:
            self._socket.close()


def _answer(reasons: Reasons) -> Callable[[Request], Response]:
    def endpoint(_request: Request) -> Response:
        wrong = list(reasons())
        return JSONResponse({"ok": not wrong, "reasons": wrong}, status_code=503 if wrong else 200)

    return endpoint


def _metrics(exposition: Callable[[], bytes]) -> Callable[[Request], Response]:
    def endpoint(_request: Request) -> Response:
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return endpoint
