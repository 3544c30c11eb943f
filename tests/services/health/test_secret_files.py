"""The files that hold secrets: who can read them, and whether the encryption key is the one that is needed."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet

from studio.models import ProviderKey
from studio.models.encryption import Token, cipher
from studio.services.health import report
from studio.services.health.findings import Level
from tests.factories import make_key
from tests.healthy import wrong

LOST = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost").decode())


def lose_key_file(folder: Path) -> None:
    """As a new process finds a data folder without it."""
    (folder / "provider-key").unlink(missing_ok=True)
    cipher.cache_clear()


def test_secret_file_that_others_can_read_is_a_problem(healthy: ProviderKey, tmp_path: Path) -> None:
    (tmp_path / "provider-key").write_text("a key")
    (tmp_path / "provider-key").chmod(0o644)

    (finding,) = [each for each in report.examine() if each.level != Level.OK]
    assert (finding.check, finding.advice) == ("secret files", f"chmod 600 {tmp_path / 'provider-key'}")


def test_secrets_that_none_of_the_keys_fits_are_a_problem_of_the_encryption_key(healthy: ProviderKey) -> None:
    make_key(label="second")
    ProviderKey.objects.update(secret=LOST)

    unreadable = ("problem", "Its stored secret cannot be read with the present STUDIO_SECRET_KEYS.")
    assert wrong() == {
        "key TokenLab “main”": unreadable,
        "key TokenLab “second”": unreadable,
        "encryption key": ("problem", "It is another one than the stored secrets were encrypted with."),
    }


def test_key_file_that_is_gone_is_a_problem_and_is_not_made_anew(healthy: ProviderKey, tmp_path: Path) -> None:
    lose_key_file(tmp_path)

    (missing,) = [each for each in report.examine() if each.check == "encryption key"]

    assert (missing.level, missing.found, missing.advice) == (
        "problem",
        "The file provider-key is missing, and the stored secrets need it.",
        "Put STUDIO_SECRET_KEYS or the file provider-key back as it was; a backup holds it.",
    )
    assert (tmp_path / "provider-key").exists() is False


def test_key_file_that_nothing_needs_yet_may_be_missing(healthy: ProviderKey, tmp_path: Path) -> None:
    ProviderKey.objects.all().delete()
    lose_key_file(tmp_path)

    assert list(wrong()) == ["keys"]
    assert (tmp_path / "provider-key").exists() is False
