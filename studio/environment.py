"""Every setting of the studio, read once from the environment, typed and explained. Nothing else reads os.environ."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from studio.lib.addresses import is_loopback_host
from studio.lib.secret_files import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 20
BUCKET = ("studio_s3_bucket", "studio_s3_region", "studio_s3_access_key_id", "studio_s3_secret_access_key")


@dataclass(frozen=True)
class Environment:
    """The settings as typed values; each field is the lower-case name of its variable."""

    database_url: str = field(repr=False)
    studio_data_dir: Path
    studio_public_url: str
    studio_host: str
    studio_port: int
    studio_sandbox_port: int
    studio_allowed_hosts: tuple[str, ...]
    studio_demo: bool
    studio_debug: bool
    studio_allow_loopback_providers: bool
    studio_secret_key: str = field(repr=False)
    studio_secret_keys: tuple[str, ...] = field(repr=False)
    studio_web_workers: int
    studio_web_threads: int
    studio_job_workers: int
    studio_media_workers: int
    studio_behind_proxy: bool
    studio_max_upload_bytes: int
    studio_media_accel: str
    studio_s3_bucket: str
    studio_s3_endpoint: str
    studio_s3_region: str
    studio_s3_access_key_id: str = field(repr=False)
    studio_s3_secret_access_key: str = field(repr=False)
    studio_mail_url: str = field(repr=False)
    studio_mail_from: str
    studio_metrics_token: str = field(repr=False)
    studio_price_gap_percent: int
    studio_time_zone: str
    studio_log_level: str


def variable_names() -> list[str]:
    """The environment variables that the studio reads, in the order of the README's table."""
    return [field.name.upper() for field in fields(Environment)]


def read_environment() -> Environment:
    """Read and check everything; raises ImproperlyConfigured with what to do about it."""
    env = Env()
    try:
        environment = _read(env)
        _check(environment)
        _prepare_data_dir(environment)
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(
            f"A setting cannot be read: {error}. The README lists every setting and its form."
        ) from error
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder cannot be used: {error.strerror} ({error.filename}). Give it to the account that runs "
            "the studio, or name another with STUDIO_DATA_DIR."
        ) from error
    return environment


def _prepare_data_dir(environment: Environment) -> None:
    for folder in ("media", "uploads"):
        (environment.studio_data_dir / folder).mkdir(parents=True, exist_ok=True)
    # Sessions lie in the database: whoever can read the file is signed in. Its side files take its mode.
    path = environment.database_url.removeprefix("sqlite:///")
    if path != environment.database_url and Path(path).is_relative_to(environment.studio_data_dir):
        Path(path).touch(mode=0o600)


def _read(env: Env) -> Environment:
    port = env.int("STUDIO_PORT", 8700)
    demo = env.bool("STUDIO_DEMO", False)
    data_dir = Path(env.str("STUDIO_DATA_DIR", str(BASE_DIR / "data"))).absolute()
    public_url = env.str("STUDIO_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    return Environment(
        database_url=env.str("DATABASE_URL", f"sqlite:///{data_dir / 'studio.sqlite3'}"),
        studio_data_dir=data_dir,
        studio_public_url=public_url,
        studio_host=env.str("STUDIO_HOST", "127.0.0.1"),
        studio_port=port,
        studio_sandbox_port=env.int("STUDIO_SANDBOX_PORT", 8701),
        studio_allowed_hosts=tuple(env.list("STUDIO_ALLOWED_HOSTS", _own_hosts(public_url))),
        studio_demo=demo,
        studio_debug=env.bool("STUDIO_DEBUG", False),
        studio_allow_loopback_providers=env.bool("STUDIO_ALLOW_LOOPBACK_PROVIDERS", demo),
        studio_secret_key=env.str("STUDIO_SECRET_KEY", "")
        or kept_secret(data_dir / "secret-key", lambda: secrets.token_urlsafe(50)),
        studio_secret_keys=tuple(env.list("STUDIO_SECRET_KEYS", [])),
        studio_web_workers=env.int("STUDIO_WEB_WORKERS", 2),
        studio_web_threads=env.int("STUDIO_WEB_THREADS", 16),
        studio_job_workers=env.int("STUDIO_JOB_WORKERS", 4),
        studio_media_workers=env.int("STUDIO_MEDIA_WORKERS", 3),
        studio_behind_proxy=env.bool("STUDIO_BEHIND_PROXY", False),
        studio_max_upload_bytes=env.int("STUDIO_MAX_UPLOAD_BYTES", 210 * 1024 * 1024),
        studio_media_accel=env.str("STUDIO_MEDIA_ACCEL", ""),
        studio_s3_bucket=env.str("STUDIO_S3_BUCKET", ""),
        studio_s3_endpoint=env.str("STUDIO_S3_ENDPOINT", "").rstrip("/"),
        studio_s3_region=env.str("STUDIO_S3_REGION", ""),
        studio_s3_access_key_id=env.str("STUDIO_S3_ACCESS_KEY_ID", ""),
        studio_s3_secret_access_key=env.str("STUDIO_S3_SECRET_ACCESS_KEY", ""),
        studio_mail_url=env.str("STUDIO_MAIL_URL", "").strip(),
        studio_mail_from=env.str("STUDIO_MAIL_FROM", "").strip(),
        studio_metrics_token=env.str("STUDIO_METRICS_TOKEN", "").strip(),
        studio_price_gap_percent=env.int("STUDIO_PRICE_GAP_PERCENT", 25),
        studio_time_zone=env.str("STUDIO_TIME_ZONE", "UTC"),
        studio_log_level=env.str("STUDIO_LOG_LEVEL", "INFO").upper(),
    )


def _own_hosts(public_url: str) -> list[str]:
    own = urlsplit(public_url).hostname or ""
    return sorted({own, "127.0.0.1", "localhost", "[::1]"} - {""})


def _check(environment: Environment) -> None:
    public = urlsplit(environment.studio_public_url)
    if public.scheme not in {"http", "https"} or not public.hostname:
        raise ImproperlyConfigured(
            "STUDIO_PUBLIC_URL must be the whole address people use, such as https://rushes.example.com."
        )
    if public.scheme == "http" and not is_loopback_host(public.hostname):
        raise ImproperlyConfigured(
            "STUDIO_PUBLIC_URL must start with https:// unless the studio is only used on this machine."
        )
    if environment.studio_demo and not (
        is_loopback_host(environment.studio_host) and is_loopback_host(public.hostname)
    ):
        raise ImproperlyConfigured(
            "STUDIO_DEMO lets anybody in, so it only works on loopback. Turn it off, or use STUDIO_HOST=127.0.0.1."
        )
    if environment.studio_demo and environment.studio_behind_proxy:
        raise ImproperlyConfigured("STUDIO_DEMO lets anybody in who reaches it, so it never stands behind a proxy.")
    if environment.studio_debug and not is_loopback_host(public.hostname):
        raise ImproperlyConfigured(
            "STUDIO_DEBUG shows the inside of the studio on every error page, so it only works on this machine."
        )
    for name in ("studio_port", "studio_sandbox_port"):
        if not 0 < getattr(environment, name) < 65536:
            raise ImproperlyConfigured(f"{name.upper()} must be a port number from 1 to 65535.")
    for name in ("studio_web_workers", "studio_web_threads", "studio_job_workers", "studio_media_workers"):
        if getattr(environment, name) < 1:
            raise ImproperlyConfigured(f"{name.upper()} must be 1 or more.")
    if not 1 <= environment.studio_price_gap_percent <= 1000:
        raise ImproperlyConfigured("STUDIO_PRICE_GAP_PERCENT must be a number of per cent from 1 to 1000.")
    if 0 < len(environment.studio_metrics_token) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(
            f"STUDIO_METRICS_TOKEN must be {SHORTEST_TOKEN} characters or more, drawn at random, or be left out."
        )
    _check_bucket(environment)
    _check_mail(environment)


def _check_bucket(environment: Environment) -> None:
    """All of it or nothing: half a bucket would be found out only when a render is to be sent."""
    given = {name: getattr(environment, name) for name in BUCKET}
    if not any(given.values()) and not environment.studio_s3_endpoint:
        return
    if missing := " and ".join(name.upper() for name, value in given.items() if not value):
        raise ImproperlyConfigured(
            f"References go through a bucket only when all of it is known. Set {missing} as well, "
            "or leave every STUDIO_S3_ setting out."
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", environment.studio_s3_bucket):
        raise ImproperlyConfigured("STUDIO_S3_BUCKET must be the bucket's plain name, such as rushes-references.")
    endpoint = urlsplit(environment.studio_s3_endpoint or "https://s3.amazonaws.com")
    secure = endpoint.scheme == "https" or (endpoint.scheme == "http" and is_loopback_host(endpoint.hostname or ""))
    if not secure or not endpoint.hostname:
        raise ImproperlyConfigured(
            "STUDIO_S3_ENDPOINT must start with https:// unless the storage runs on this machine."
        )
    if endpoint.username or endpoint.password or endpoint.query or endpoint.fragment:
        raise ImproperlyConfigured(
            "STUDIO_S3_ENDPOINT is only an address. The key goes into STUDIO_S3_ACCESS_KEY_ID and its fellow."
        )


def _check_mail(environment: Environment) -> None:
    """A server that cannot be understood would be found out only when somebody waits for a mail."""
    if not environment.studio_mail_url and not environment.studio_mail_from:
        return
    server = urlsplit(environment.studio_mail_url)
    if server.scheme not in {"smtp", "submission"} or not server.hostname or not _has_port(server):
        raise ImproperlyConfigured(
            "STUDIO_MAIL_URL must be the whole address of the mail server, such as "
            "submission://name:password@mail.example.com:587 or smtp://127.0.0.1:25. "
            "Write special characters of name and password as %40 and the like."
        )
    encrypted = server.scheme == "submission" or {("ssl", "true"), ("tls", "true")} & set(parse_qsl(server.query))
    if server.password and not encrypted and not is_loopback_host(server.hostname):
        raise ImproperlyConfigured(
            "STUDIO_MAIL_URL would send its password in the clear. Begin it with submission://, or add ?ssl=true."
        )
    if "@" not in parseaddr(environment.studio_mail_from)[1]:
        raise ImproperlyConfigured(
            "STUDIO_MAIL_FROM must say whom mails come from, such as Rushes <rushes@example.com>."
        )


def _has_port(server: SplitResult) -> bool:
    """Whether the port can be read. The error would repeat it, and it may be a piece of a password."""
    try:
        return server.port is None or server.port > 0
    except ValueError:
        return False
