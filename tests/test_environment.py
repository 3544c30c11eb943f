"""Every setting is checked at start, and a bad one is answered with what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio.environment import BASE_DIR, Environment, read_environment, variable_names
from studio.lib.addresses import is_loopback_host
from studio.lib.secret_files import kept_secret

Read = Callable[..., Environment]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    """Read the settings from nothing but the given variables and an empty data folder."""

    def read_only(**variables: str) -> Environment:
        for name in variable_names():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"STUDIO_DATA_DIR": str(tmp_path / "data"), **variables}.items():
            monkeypatch.setenv(name, value)
        return read_environment()

    return read_only


def test_environment_has_a_default_for_everything(read: Read, tmp_path: Path) -> None:
    environment = read()

    assert environment.database_url == f"sqlite:///{tmp_path / 'data' / 'studio.sqlite3'}"
    assert environment.studio_public_url == "http://127.0.0.1:8700"
    assert environment.studio_allowed_hosts == ("127.0.0.1", "[::1]", "localhost")
    assert (environment.studio_demo, environment.studio_debug, environment.studio_allow_loopback_providers) == (
        False,
        False,
        False,
    )


def test_environment_lets_other_settings_follow(read: Read) -> None:
    environment = read(STUDIO_PORT="9000", STUDIO_DEMO="1")

    assert environment.studio_public_url == "http://127.0.0.1:9000"
    assert environment.studio_allow_loopback_providers is True


def test_environment_allows_the_host_of_the_public_address(read: Read) -> None:
    environment = read(STUDIO_PUBLIC_URL="https://rushes.example.com/")

    assert environment.studio_public_url == "https://rushes.example.com"
    assert environment.studio_allowed_hosts == ("127.0.0.1", "[::1]", "localhost", "rushes.example.com")


BUCKET = {
    "STUDIO_S3_BUCKET": "rushes-references",
    "STUDIO_S3_REGION": "eu-north-1",
    "STUDIO_S3_ACCESS_KEY_ID": "marked-key-id",
    "STUDIO_S3_SECRET_ACCESS_KEY": "marked-secret",
}
HALF = (
    "References go through a bucket only when all of it is known. Set {} as well, "
    "or leave every STUDIO_S3_ setting out."
)
STORAGE_TLS = "STUDIO_S3_ENDPOINT must start with https:// unless the storage runs on this machine."
SHORT_TOKEN = "STUDIO_METRICS_TOKEN must be 20 characters or more, drawn at random, or be left out."
MAIL = {"STUDIO_MAIL_URL": "submission://studio:word@mail.example.com", "STUDIO_MAIL_FROM": "studio@example.com"}
MAIL_SERVER = (
    "STUDIO_MAIL_URL must be the whole address of the mail server, such as "
    "submission://name:password@mail.example.com:587 or smtp://127.0.0.1:25. "
    "Write special characters of name and password as %40 and the like."
)
MAIL_TLS = "STUDIO_MAIL_URL would send its password in the clear. Begin it with submission://, or add ?ssl=true."
MAIL_SENDER = "STUDIO_MAIL_FROM must say whom mails come from, such as Rushes <rushes@example.com>."
README = "The README lists every setting and its form."
DEMO = "STUDIO_DEMO lets anybody in, so it only works on loopback. Turn it off, or use STUDIO_HOST=127.0.0.1."
TLS = "STUDIO_PUBLIC_URL must start with https:// unless the studio is only used on this machine."
WHOLE = "STUDIO_PUBLIC_URL must be the whole address people use, such as https://rushes.example.com."


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"STUDIO_PUBLIC_URL": "rushes.example.com"}, WHOLE),
        ({"STUDIO_PUBLIC_URL": "ftp://rushes.example.com"}, WHOLE),
        ({"STUDIO_PUBLIC_URL": "http://rushes.example.com"}, TLS),
        ({"STUDIO_DEMO": "1", "STUDIO_HOST": "0.0.0.0"}, DEMO),
        ({"STUDIO_DEMO": "1", "STUDIO_PUBLIC_URL": "https://rushes.example.com"}, DEMO),
        ({"STUDIO_PORT": "0"}, "STUDIO_PORT must be a port number from 1 to 65535."),
        ({"STUDIO_SANDBOX_PORT": "70000"}, "STUDIO_SANDBOX_PORT must be a port number from 1 to 65535."),
        ({"STUDIO_WEB_WORKERS": "0"}, "STUDIO_WEB_WORKERS must be 1 or more."),
        ({"STUDIO_WEB_THREADS": "0"}, "STUDIO_WEB_THREADS must be 1 or more."),
        ({"STUDIO_JOB_WORKERS": "-1"}, "STUDIO_JOB_WORKERS must be 1 or more."),
        ({"STUDIO_PRICE_GAP_PERCENT": "0"}, "STUDIO_PRICE_GAP_PERCENT must be a number of per cent from 1 to 1000."),
        ({"STUDIO_METRICS_TOKEN": "short"}, SHORT_TOKEN),
        *[({**BUCKET, name: ""}, HALF.format(name)) for name in BUCKET],
        ({"STUDIO_S3_ENDPOINT": "https://storage.example.com"}, HALF.format(" and ".join(BUCKET))),
        ({**BUCKET, "STUDIO_S3_ENDPOINT": "http://storage.example.com"}, STORAGE_TLS),
        ({**BUCKET, "STUDIO_S3_ENDPOINT": "storage.example.com"}, STORAGE_TLS),
        (
            {**BUCKET, "STUDIO_S3_ENDPOINT": "https://me:secret@storage.example.com"},
            "STUDIO_S3_ENDPOINT is only an address. The key goes into STUDIO_S3_ACCESS_KEY_ID and its fellow.",
        ),
        (
            {**BUCKET, "STUDIO_S3_BUCKET": "s3://rushes"},
            "STUDIO_S3_BUCKET must be the bucket's plain name, such as rushes-references.",
        ),
        ({**MAIL, "STUDIO_MAIL_URL": "mail.example.com"}, MAIL_SERVER),
        ({**MAIL, "STUDIO_MAIL_URL": "https://mail.example.com"}, MAIL_SERVER),
        ({**MAIL, "STUDIO_MAIL_URL": "smtp://studio:pa/ss@mail.example.com"}, MAIL_SERVER),
        ({**MAIL, "STUDIO_MAIL_URL": ""}, MAIL_SERVER),
        ({**MAIL, "STUDIO_MAIL_URL": "smtp://studio:word@mail.example.com"}, MAIL_TLS),
        ({**MAIL, "STUDIO_MAIL_FROM": ""}, MAIL_SENDER),
        ({**MAIL, "STUDIO_MAIL_FROM": "Rushes"}, MAIL_SENDER),
    ],
)
def test_environment_refuses_a_bad_setting_and_says_what_to_do(
    read: Read, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(**variables)

    assert str(refused.value) == message


@pytest.mark.parametrize("endpoint", ["", "https://storage.example.com/s3/", "http://127.0.0.1:9000"])
def test_environment_takes_a_whole_bucket(read: Read, endpoint: str) -> None:
    environment = read(**BUCKET, STUDIO_S3_ENDPOINT=endpoint)

    assert environment.studio_s3_bucket == "rushes-references"
    assert environment.studio_s3_endpoint == endpoint.rstrip("/")


@pytest.mark.parametrize(
    "server",
    [
        "submission://studio:word@mail.example.com",
        "smtp://studio:word@mail.example.com:465?ssl=true",
        "smtp://studio:word@127.0.0.1:1025",
        "smtp://mail.example.com",
    ],
)
def test_environment_takes_a_mail_server(read: Read, server: str) -> None:
    assert read(**MAIL | {"STUDIO_MAIL_URL": server}).studio_mail_url == server


@pytest.mark.parametrize("name", ["STUDIO_PORT", "STUDIO_MAX_UPLOAD_BYTES", "STUDIO_DEMO", "STUDIO_BEHIND_PROXY"])
def test_environment_names_the_setting_that_cannot_be_read(read: Read, name: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(**{name: "many"})

    assert name in str(refused.value)
    assert str(refused.value).endswith(README)


def test_environment_keeps_the_secret_key_in_a_file_only_its_owner_reads(read: Read, tmp_path: Path) -> None:
    first, second = read(), read()

    file = tmp_path / "data" / "secret-key"
    assert first.studio_secret_key == second.studio_secret_key == file.read_text()
    assert len(first.studio_secret_key) >= 50
    assert file.stat().st_mode & 0o777 == 0o600


def test_environment_makes_no_file_when_the_secret_key_is_given(read: Read, tmp_path: Path) -> None:
    environment = read(STUDIO_SECRET_KEY="given")

    assert environment.studio_secret_key == "given"
    assert not (tmp_path / "data" / "secret-key").exists()


def test_environment_refuses_an_empty_secret_file(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.lib.secret_files.time.sleep", lambda _seconds: None)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret-key").touch()

    with pytest.raises(ImproperlyConfigured, match="secret-key in the data folder is empty"):
        read()


def test_data_folder_that_cannot_be_made_is_said_in_words(read: Read, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"

    with pytest.raises(ImproperlyConfigured) as refused:
        read(STUDIO_DATA_DIR=str(folder), STUDIO_SECRET_KEY="given")

    assert str(refused.value) == (
        f"The data folder cannot be used: Not a directory ({folder / 'media'}). Give it to the account that runs the "
        "studio, or name another with STUDIO_DATA_DIR."
    )


def test_kept_secret_is_made_once_when_many_start_at_the_same_time(tmp_path: Path) -> None:
    numbers = iter(range(1000))

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: kept_secret(tmp_path / "key", lambda: f"secret {next(numbers)}"), range(64)))

    assert set(seen) == {(tmp_path / "key").read_text()}


def test_demo_off_loopback_stops_every_command(tmp_path: Path) -> None:
    variables = {"STUDIO_DATA_DIR": str(tmp_path), "STUDIO_DEMO": "1", "STUDIO_HOST": "0.0.0.0"}

    ended = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert DEMO in ended.stderr


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("rushes.localhost", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_is_loopback_knows_this_machine(host: str, expected: bool) -> None:
    assert is_loopback_host(host) is expected


def test_secrets_are_not_in_what_a_debug_page_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "STUDIO_DATA_DIR": str(tmp_path),
        "STUDIO_SECRET_KEY": "marked-signing-key",
        "STUDIO_SECRET_KEYS": "marked-cipher-key",
        "STUDIO_METRICS_TOKEN": "marked-token-for-prometheus",
        "STUDIO_MAIL_URL": "submission://studio:marked-password@mail.example.com",
        "STUDIO_MAIL_FROM": "studio@example.com",
        "DATABASE_URL": "postgresql://studio:marked-password@127.0.0.1/studio",
        **BUCKET,
    }.items():
        monkeypatch.setenv(name, value)

    assert "marked" not in repr(read_environment())


def test_new_database_is_readable_by_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    read_environment()

    assert (tmp_path / "studio.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"STUDIO_DEMO": "1", "STUDIO_BEHIND_PROXY": "1"}, "never stands behind a proxy"),
        (
            {"STUDIO_DEMO": "0", "STUDIO_DEBUG": "1", "STUDIO_PUBLIC_URL": "https://a.example"},
            "only works on this machine",
        ),
    ],
)
def test_settings_that_are_dangerous_together_are_refused(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, str], words: str
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=words):
        read_environment()
