"""Certificates for tests: an authority of their own, and what it signs for servers and clients."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Issued(NamedTuple):
    """A certificate and its key as PEM files, and both in one."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs for tests; `certificate` is what those who trust it are given."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self._directory, self._name = directory, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._signed = _sign(name, self._key, name, self._key, (), days=(-1, 30), may_sign=True)
        self.certificate = directory / f"{name}.pem"
        self.certificate.write_bytes(self._signed.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *hosts: str, days: tuple[int, int] = (-1, 30)) -> Issued:
        """A certificate for these hosts, or for a client of this name. `days`: from when to when, counted from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _sign(name, key, self._name, self._key, hosts, days=days, may_sign=False)
        file = self._directory / f"{name}-by-{self._name}"
        issued = Issued(file.with_suffix(".pem"), file.with_suffix(".key"), file.with_suffix(".both"))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        issued.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        issued.key.write_bytes(private)
        issued.key.chmod(0o600)
        issued.both.write_bytes(private + issued.certificate.read_bytes())
        return issued


def _sign(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: str,
    signing: ec.EllipticCurvePrivateKey,
    hosts: tuple[str, ...],
    *,
    days: tuple[int, int],
    may_sign: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=may_sign, path_length=None), critical=True)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
    return builder.sign(signing, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
