"""`manage.py reencrypt`: every stored secret under the first key, safe to repeat, and nothing lost on the way."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from studio.models import Attempt, AuditEntry, Project, ProviderKey, RetiredSecret
from studio.models.encryption import UnreadableSecret, cipher
from tests.factories import make_attempt, make_key, make_render

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
SECRET = "sk-live-0123456789abcdef"


@pytest.fixture(autouse=True)
def fresh_cipher() -> Iterator[None]:
    cipher.cache_clear()
    yield
    cipher.cache_clear()


def use(settings: Settings, *keys: str) -> None:
    settings.STUDIO_SECRET_KEYS = list(keys)
    cipher.cache_clear()


def run() -> str:
    out = io.StringIO()
    call_command("reencrypt", stdout=out)
    return out.getvalue()


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM studio_providerkey UNION ALL SELECT secret FROM studio_retiredsecret")
        return [row[0] for row in cursor.fetchall()]


def test_reencrypt_renews_every_field_and_the_old_key_can_go(settings: Settings, project: Project) -> None:
    use(settings, OLD)
    key = make_key(secret=SECRET, management_secret="mt-0123456789")
    RetiredSecret.objects.create(key=key, base_url=key.base_url, secret="sk-older-0123", hint="")
    make_attempt(make_render(project, key), sent_body='{"prompt": "A car"}')
    make_attempt(make_render(project, key))
    use(settings, NEW, OLD)

    said = [run(), run()]

    use(settings, NEW)
    row = ProviderKey.objects.get()
    assert said == ["4 secrets were encrypted anew.\n"] * 2
    assert (row.secret, row.management_secret) == (SECRET, "mt-0123456789")
    assert RetiredSecret.objects.get().secret == "sk-older-0123"
    assert [attempt.sent_body for attempt in Attempt.objects.order_by("pk")] == ['{"prompt": "A car"}', ""]


def test_reencrypt_leaves_what_it_cannot_read_and_says_where_it_lies(settings: Settings) -> None:
    use(settings, OLD)
    lost = make_key(secret=SECRET)
    use(settings, NEW)
    make_key(secret=SECRET)
    before = stored()

    with pytest.raises(CommandError) as refused:
        run()

    assert f"left as they are: provider key {lost.pk}. Put the key back" in str(refused.value)
    after = stored()
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    with pytest.raises(UnreadableSecret):
        ProviderKey.objects.get(pk=lost.pk).secret  # noqa: B018
    assert SECRET not in str(refused.value)


def test_reencrypt_of_nothing_says_so() -> None:
    assert run() == "0 secrets were encrypted anew.\n"


def test_reencrypt_is_in_the_audit_list(settings: Settings) -> None:
    use(settings, OLD)
    make_key(secret=SECRET)
    use(settings, NEW)

    with pytest.raises(CommandError):
        run()

    told = AuditEntry.objects.values_list("act", "actor_name", "address", "subject", "detail")
    assert list(told) == [("key-reencrypt", "shell", "shell", "Every secret", "0 anew; 1 could not be read")]
