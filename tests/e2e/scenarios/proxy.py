"""A door to PostgreSQL that breaks connections while they commit."""

import socket
import threading
from contextlib import suppress

COMMIT = b"COMMIT"


class CuttingProxy:
    """Listens on a port of its own and forwards to the server. Of so many commits one is cut: by turns before the
    server has heard of it, and behind its work, before the client hears of that."""

    def __init__(self, port: int, every: int) -> None:
        self.cut = {"unheard": 0, "done": 0}
        self._server, self._every, self._commits = port, every, 0
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server)) as server:
            deaf = threading.Event()
            back = threading.Thread(target=_pump, args=(server, client, deaf), daemon=True)
            back.start()
            with suppress(OSError):
                self._forward(client, server, deaf)
            for one in (server, client):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            back.join()

    def _forward(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        while data := client.recv(65536):
            how = self._how(data)
            if how == "unheard":
                return
            if how == "done":
                deaf.set()
            server.sendall(data)

    def _how(self, data: bytes) -> str:
        """How this commit is to be cut; nothing for all others."""
        if COMMIT not in data:
            return ""
        with self._lock:
            self._commits += 1
            if self._commits % self._every:
                return ""
            how = "unheard" if self._commits // self._every % 2 else "done"
            self.cut[how] += 1
            return how


def _pump(server: socket.socket, client: socket.socket, deaf: threading.Event) -> None:
    """Answers to the client; the first one that comes while it is to be deaf ends the connection instead."""
    with suppress(OSError):
        while data := server.recv(65536):
            if deaf.is_set():
                break
            client.sendall(data)
    for one in (server, client):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
