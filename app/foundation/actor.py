"""The person, or the program, on whose behalf something is done."""

from __future__ import annotations

from dataclasses import dataclass

from app.foundation.permissions import PERMISSIONS, Permission, Role


@dataclass(frozen=True)
class Actor:
    """A signed-in person as the features see them; account_id 0 is the program itself."""

    account_id: int
    public_id: str
    role: Role
    name: str
    language: str

    def may(self, permission: Permission) -> bool:
        """Does this person's role allow this kind of thing?"""
        return permission in PERMISSIONS[self.role]


SYSTEM = Actor(account_id=0, public_id="", role=Role.ADMINISTRATOR, name="Passerelle", language="en")
