"""A real Apache Kafka that lets nobody in unasked: TLS, client certificates, SCRAM, and access lists."""

from collections.abc import Mapping

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.services.certificates import Authority
from tests.services.kafka import Broker

LISTENERS = ("SSL", "SASL_SSL", "STRANGE", "EXPIRED")
"""Client certificates; SCRAM over TLS; a certificate for another host; one that has expired."""

PROPERTIES = """
listeners={listeners}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,STRANGE:SSL,EXPIRED:SSL
ssl.truststore.type=PEM
ssl.truststore.location={authority}
ssl.keystore.type=PEM
listener.name.ssl.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""
"""The plain listener is the tests' own door."""


class SecuredBroker(Broker):
    """Listeners beside the plain one; only who is on a list may do anything."""

    PORTS = 2 + len(LISTENERS)

    def __init__(self) -> None:
        super().__init__()
        self.authority = Authority(self.data, "authority")
        self.other = Authority(self.data, "other")
        sound = self.authority.issue("broker", "127.0.0.1", "localhost").both
        kept = {
            "ssl": sound,
            "sasl_ssl": sound,
            "strange": self.authority.issue("strange", "kafka.example").both,
            "expired": self.authority.issue("expired", "127.0.0.1", days=(-9, -2)).both,
        }
        names = ("PLAINTEXT", "CONTROLLER", *LISTENERS)
        listeners = ",".join(f"{name}://127.0.0.1:{self._port + at}" for at, name in enumerate(names))
        lines = PROPERTIES.format(listeners=listeners, authority=self.authority.certificate)
        lines += "".join(f"listener.name.{name}.ssl.keystore.location={file}\n" for name, file in kept.items())
        self._settings = dict(line.split("=", 1) for line in lines.split("\n") if line)

    def settings(self) -> Mapping[str, str]:
        """The listeners, their certificates and the lists."""
        return self._settings

    def at(self, listener: str) -> str:
        """HOST:PORT of a listener."""
        return f"127.0.0.1:{self._port + 2 + LISTENERS.index(listener)}"

    def add_user(self, name: str, password: str) -> None:
        """Somebody who may log in by SCRAM-SHA-512."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            admin.alter_user_scram_credentials(
                [UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, password)]
            )
        finally:
            admin.close()

    def allow(self, who: str, *rights: tuple[str, str, str]) -> None:
        """Put a principal (`User:…`) on the lists: (operation, kind of resource, its name) each."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            admin.create_acls(
                [
                    ACL(
                        who,
                        "*",
                        ACLOperation[operation],
                        ACLPermissionType.ALLOW,
                        ResourcePattern(ResourceType[kind], name),
                    )
                    for operation, kind, name in rights
                ]
            )
        finally:
            admin.close()

    def close(self) -> None:
        self._guard.release()
        for file in self.data.glob("*") if self.data.exists() else ():
            file.unlink()
        if self.data.exists():
            self.data.rmdir()
