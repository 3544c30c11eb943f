"""The audit list: one entry for each act on a key, with who did it and from where. Showing it is the page's part."""

from __future__ import annotations

from dataclasses import dataclass

from studio.lib.masking import mask
from studio.models import AuditEntry, ProviderKey, User


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where: a person at an address of the network, the shell, or the studio itself."""

    user: User | None
    address: str

    @classmethod
    def shell(cls) -> Actor:
        """Whoever may run commands on the machine."""
        return cls(None, "shell")

    @property
    def name(self) -> str:
        """As it stays in the list, whatever becomes of the account."""
        return self.user.label if self.user else self.address


STUDIO = Actor(None, "studio")


def record(*, actor: Actor, act: str, subject: str, detail: str = "", key: ProviderKey | None = None) -> AuditEntry:
    """Add an entry. `detail` may hold a key's masked form; foreign words in it are masked by whoever passes them."""
    return AuditEntry.objects.create(
        actor=actor.user,
        actor_name=actor.name[:150],
        act=act,
        subject=mask(subject)[:200],
        detail=detail[:500],
        address=actor.address[:64],
        key=key,
    )
