"""Who hears of a notice: roles become named persons."""

from collections.abc import Mapping

import msgspec

from triage.domain.event import Person

OWNER = "owner"
"""The role that is always there: the case's owner."""


class Addressee(msgspec.Struct, frozen=True):
    """A named person in the role that they are addressed in."""

    role: str
    id: str
    name: str


def addressees(roles: tuple[str, ...], owner: Person, escalation: Mapping[str, Person]) -> tuple[Addressee, ...]:
    """The persons behind the roles. `escalation`: role to person of the owning department; a role without a person
    there goes to the owner, so that no notice is addressed to nobody."""
    found = ((role, owner if role == OWNER else escalation.get(role, owner)) for role in roles)
    return tuple(Addressee(role, person.id, person.name) for role, person in found)
