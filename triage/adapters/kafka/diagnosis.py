"""Why a broker does not let us in: asked by hand, for kafka-python only says that time is over."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.net.sasl.plain import SaslMechanismPlain
from kafka.net.sasl.scram import SaslMechanismScram

from triage.adapters.kafka.options import KafkaOptions
from triage.errors import WrongSettings

SECONDS = 5.0

METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = (3, 1), (17, 1), (36, 0)
"""Key and version of the requests: https://kafka.apache.org/protocol"""

UNSUPPORTED_MECHANISM = 33

EXPIRED, NOT_YET_VALID, OTHER_HOST = (10,), (9,), (62, 64)
"""Codes of OpenSSL's verification: X509_V_ERR_…"""


class _Closed(Exception):
    """The broker ended the connection instead of answering."""


def tls_context(options: KafkaOptions) -> ssl.SSLContext:
    """As kafka-python makes it. Raises WrongSettings for files that do not hold what they are given for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if options.ssl_cafile:
            context.load_verify_locations(options.ssl_cafile)
        else:
            context.load_default_certs()
    except (ssl.SSLError, OSError) as error:
        raise WrongSettings(
            [f"setting kafka.ssl_cafile: {options.ssl_cafile} {_unread(error, 'certificate')}"]
        ) from error
    if options.ssl_certfile:
        try:
            context.load_cert_chain(options.ssl_certfile, options.ssl_keyfile, password=lambda: "")
        except (ssl.SSLError, OSError) as error:
            both = " and ".join(filter(None, (options.ssl_certfile, options.ssl_keyfile)))
            said = _unread(error, "certificate with its key")
            raise WrongSettings([f"settings kafka.ssl_certfile, kafka.ssl_keyfile: {both} {said}"]) from error
    return context


def _unread(error: OSError, what: str) -> str:
    return f"cannot be read: {error.strerror}" if not isinstance(error, ssl.SSLError) else f"holds no {what}"


def reason(options: KafkaOptions) -> str | None:
    """What the first broker that answers has against us, with the setting that it is about; None when nothing can be
    said."""
    for server in options.bootstrap_servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS) as plain:
                return _ask(options, plain, host.strip("[]"))
        except (OSError, ValueError):
            continue
    return None


def _ask(options: KafkaOptions, plain: socket.socket, host: str) -> str | None:
    protocol = options.security_protocol
    try:
        with _secured(options, plain, host) as connection:
            if protocol.startswith("SASL"):
                refused = _log_in(options, connection)
                if refused:
                    return refused
            _call(connection, METADATA, struct.pack(">i", 0))
    except ssl.SSLCertVerificationError as error:
        return _about_their_certificate(error)
    except ssl.SSLError as error:
        return _about_ours(options, str(error.reason or ""))
    except (_Closed, OSError):
        return f"does not speak {protocol} there: see kafka.security_protocol"
    return None


@contextmanager
def _secured(options: KafkaOptions, plain: socket.socket, host: str) -> Iterator[socket.socket]:
    if options.security_protocol in ("SSL", "SASL_SSL"):
        with tls_context(options).wrap_socket(plain, server_hostname=host) as connection:
            yield connection
    else:
        yield plain


def _about_their_certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in EXPIRED:
        return "shows a certificate that has expired: it has to be renewed there (kafka.security_protocol asks for it)"
    if error.verify_code in NOT_YET_VALID:
        return "shows a certificate that is not valid yet: compare the clocks (kafka.security_protocol asks for it)"
    if error.verify_code in OTHER_HOST:
        return "shows a certificate for another host than kafka.bootstrap_servers names"
    return "shows a certificate that nobody in kafka.ssl_cafile has signed"


def _about_ours(options: KafkaOptions, alert: str) -> str:
    """What a TLS alert of the broker means, or that there is no TLS."""
    if "ALERT" not in alert:
        return f"does not speak {options.security_protocol} there: see kafka.security_protocol"
    if options.ssl_certfile is None:
        return "asks for a certificate of ours: set kafka.ssl_certfile and kafka.ssl_keyfile"
    return "does not accept the certificate in kafka.ssl_certfile"


def _log_in(options: KafkaOptions, connection: socket.socket) -> str | None:
    """What SASL says against us."""
    mechanism = options.sasl_mechanism or ""
    answer = _call(connection, SASL_HANDSHAKE, _text(mechanism))
    if struct.unpack_from(">h", answer)[0] == UNSUPPORTED_MECHANISM:
        return f"does not know {mechanism}: see kafka.sasl_mechanism"
    made: Any = SaslMechanismPlain if mechanism == "PLAIN" else SaslMechanismScram
    client = made(**options.connection())
    while not client.is_done():
        ours = client.auth_bytes()
        answer = _call(connection, SASL_AUTHENTICATE, struct.pack(">i", len(ours)) + ours)
        if struct.unpack_from(">h", answer)[0]:
            return "refuses kafka.sasl_username and kafka.sasl_password"
        length = max(0, struct.unpack_from(">h", answer, 2)[0])  # of a message, which may be absent
        client.receive(answer[2 + 2 + length + 4 :])
    return None


def _call(connection: socket.socket, request: tuple[int, int], body: bytes) -> bytes:
    """One request, and its answer without the head. Raises _Closed."""
    head = struct.pack(">hhi", *request, 1) + _text("complaint-triage")
    connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
    size = struct.unpack(">i", _read(connection, 4))[0]
    return _read(connection, size)[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = connection.recv(size - len(found))
        if not piece:
            raise _Closed
        found += piece
    return found


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text.encode())) + text.encode()
