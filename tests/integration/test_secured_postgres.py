"""PostgreSQL over TLS, and a user with the rights that the service needs and no more."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.e2e.samples import sample_events, write_spool
from tests.e2e.workers import Worker, count_events, query
from tests.services.certificates import Authority
from tests.services.postgres import Server, libpq
from triage.adapters.store import schema
from triage.adapters.store.store import open_store
from triage.adapters.time_source import MachineTime
from triage.errors import Unreachable

GRANTS = """
GRANT USAGE ON SCHEMA public TO {who};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {who};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {who};
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {who};
"""
"""What docs/how-to/secure-the-service.md tells a database administrator to grant to the service's user."""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Whom the server's certificate is signed by."""
    return Authority(tmp_path)


@pytest.fixture
def encrypted_url(postgres_server: Server, postgres_url: str, authority: Authority) -> Iterator[str]:
    """A database whose server shows a certificate for 127.0.0.1; clients have to ask for it."""
    issued = authority.issue("postgres", "127.0.0.1")
    home = postgres_server.data / "db"
    for file, name in ((issued.certificate, "test.pem"), (issued.key, "test.key")):
        shutil.copy(file, home / name)
        os.chown(home / name, home.stat().st_uid, home.stat().st_gid)
        (home / name).chmod(0o600)
    settings = {"ssl": "on", "ssl_cert_file": "test.pem", "ssl_key_file": "test.key"}
    with psycopg.connect(libpq(postgres_url), autocommit=True) as owner:
        for name, value in settings.items():
            owner.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        owner.execute("SELECT pg_reload_conf()")
        yield postgres_url
        for name in settings:
            owner.execute(f"ALTER SYSTEM RESET {name}")
        owner.execute("SELECT pg_reload_conf()")


def verified(url: str, authority: Authority) -> str:
    """The URL that insists on the authority and on the host's name."""
    return f"{url}?sslmode=verify-full&sslrootcert={authority.certificate}"


def test_a_connection_is_encrypted_and_the_server_is_known(encrypted_url: str, authority: Authority) -> None:
    """As the server itself sees it."""
    schema.upgrade(verified(encrypted_url, authority))
    store = open_store(verified(encrypted_url, authority), MachineTime())
    try:
        with store._begin() as connection:
            ours = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert connection.execute(sa.text(ours)).one() == (True, "TLSv1.3")
    finally:
        store.close()


def test_a_server_that_somebody_else_vouches_for_is_refused(tmp_path: Path, encrypted_url: str) -> None:
    """So is a host that the certificate does not name; the line shows no password."""
    stranger = Authority(tmp_path, "stranger")
    secret = encrypted_url.replace("triage@", "triage:geheim@")
    for url in (
        verified(secret, stranger),
        verified(secret, Authority(tmp_path, "third")).replace("127.0.0.1", "localhost"),
        f"{verified(encrypted_url, stranger)}&sslpassword=geheim",
    ):
        with pytest.raises(Unreachable) as found:
            schema.status(url)
        (line,) = found.value.reasons
        assert "certificate verify failed" in line
        assert line.startswith("store postgresql+psycopg://")
        assert "geheim" not in line


def test_the_rights_that_are_asked_for_are_enough(tmp_path: Path, postgres_url: str) -> None:
    """A user that owns nothing runs the service, erases and reads; it cannot change the schema."""
    schema.upgrade(postgres_url)
    who = f"app_{postgres_url.rsplit('_', 1)[1][:8]}"
    with psycopg.connect(libpq(postgres_url), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {who} LOGIN")
        owner.execute(GRANTS.format(who=who))
    (tmp_path / "url").write_text(postgres_url.replace("triage@", f"{who}@"))
    (tmp_path / "url").chmod(0o600)
    env = {"TRIAGE_STORE__URL_FILE": str(tmp_path / "url")}
    events = sample_events(10)
    write_spool(tmp_path / "spool", events, files=1)
    try:
        for verb in (
            ("run", "--source", "spool", "--once"),
            ("erase", "--case", events[0]["subject"], "--reason", "test"),
            ("verify",),
        ):
            with Worker(tmp_path, *verb, **env) as worker:
                assert worker.finish() == 0, worker.output()
        assert count_events(postgres_url) == len(events)
        assert query(postgres_url, "SELECT count(*) FROM cases WHERE erased_at IS NOT NULL") == [(1,)]
        with Worker(tmp_path, "db", "status", **env) as worker:
            assert worker.finish() == 0, worker.output()
        with (
            psycopg.connect(libpq((tmp_path / "url").read_text())) as theirs,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            theirs.execute("ALTER TABLE cases ADD COLUMN mine text")
    finally:
        with psycopg.connect(libpq(postgres_url), autocommit=True) as owner:
            owner.execute(f"DROP OWNED BY {who}")
            owner.execute(f"DROP ROLE {who}")
