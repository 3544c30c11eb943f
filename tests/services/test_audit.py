"""The audit list: who did what, when and from where; the name stays when the account goes."""

from __future__ import annotations

import pytest

from studio.models import AuditEntry, User
from studio.services.audit import STUDIO, Actor, record
from tests.factories import make_key

pytestmark = pytest.mark.django_db


def test_record_keeps_who_and_from_where(admin: User) -> None:
    key = make_key()

    for actor in (Actor(admin, "203.0.113.7"), Actor.shell(), STUDIO):
        record(actor=actor, act="key-pause", subject="tokenlab: Main", detail="d" * 900, key=key)

    rows = AuditEntry.objects.order_by("pk").values_list("actor", "actor_name", "address", "key")
    assert list(rows) == [
        (admin.pk, "Alma Admin", "203.0.113.7", key.pk),
        (None, "shell", "shell", key.pk),
        (None, "studio", "studio", key.pk),
    ]
    assert len(AuditEntry.objects.all()[0].detail) == 500


def test_record_keeps_no_key_that_was_typed_as_a_name() -> None:
    record(actor=STUDIO, act="key-add", subject="tokenlab: sk-live-0123456789abcdef")

    assert AuditEntry.objects.get().subject == "tokenlab: [removed]"


def test_entry_is_never_changed(admin: User) -> None:
    entry = record(actor=Actor(admin, ""), act="key-add", subject="x")
    entry.act = "key-pause"

    with pytest.raises(ValueError, match="never changed"):
        entry.save()
