"""What the service shows over HTTP: three paths, on loopback, and nothing about itself."""

import socket
from collections.abc import Iterator

import pytest

from triage.entrypoints.http import HttpServer
from triage.settings import Settings

REASON = "the store or the broker is away"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """As the settings have it by default, on a free port."""
    made = HttpServer(
        Settings().http.host,
        0,
        unhealthy=list,
        unready=lambda: [REASON],
        exposition=lambda _accept: (b"triage_x 1\n", "text/plain"),
    )
    made.start()
    yield made
    made.stop()


def answer(server: HttpServer, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a request sent by hand."""
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(request)
        raw = b""
        while piece := connection.recv(65536):
            raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


def asked(server: HttpServer, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    return answer(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())


def addresses() -> list[str]:
    """The machine's own addresses beside loopback."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent; the kernel only chooses an address
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return sorted(str(one) for one in found if not str(one).startswith("127."))


def test_it_listens_on_loopback_and_nowhere_else(server: HttpServer) -> None:
    """Unless the settings say otherwise; a connection to another address of this machine is refused."""
    assert server.host == "127.0.0.1"
    assert asked(server, "/healthz")[0] == 200
    for address in addresses():
        with socket.socket() as other:
            other.settimeout(5)
            assert other.connect_ex((address, server.port)) != 0, address


def test_it_listens_elsewhere_when_it_is_told_to() -> None:
    """`http.host`."""
    made = HttpServer("0.0.0.0", 0, unhealthy=list, unready=list, exposition=lambda _accept: (b"", "text/plain"))
    made.start()
    try:
        for address in ("127.0.0.1", *addresses()):
            with socket.create_connection((address, made.port), timeout=5):
                pass
    finally:
        made.stop()


def test_headers_name_no_server_and_forbid_guessing(server: HttpServer) -> None:
    """On answers of every kind."""
    for path in ("/healthz", "/readyz", "/metrics", "/", "/docs"):
        _, headers, _ = asked(server, path)
        assert not {"server", "x-powered-by"} & headers.keys()
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert "uvicorn" not in str(headers).lower()


def test_only_known_paths_are_read(server: HttpServer) -> None:
    """Everything else is 404 or 405, in words that tell nothing."""
    assert [asked(server, path)[0] for path in ("/healthz", "/readyz", "/metrics")] == [200, 503, 200]
    assert {asked(server, path)[0] for path in ("/", "/openapi.json", "/cases", "/metrics/../etc/passwd", "/%00")} == {
        404
    }
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        status, _, body = asked(server, "/metrics", method)
        assert (status, body) == (405, b"Method Not Allowed")
    status, headers, body = answer(server, b"what is this\r\n\r\n")
    assert status == 400
    assert "server" not in headers
    assert body == b"Invalid HTTP request received."
