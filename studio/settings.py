"""Django's settings, put together from `environment.py`; the only place that decides how parts are wired."""

from __future__ import annotations

from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF

from studio.environment import BASE_DIR, read_environment

# In lower case, so that it is no setting: Django's debug pages show every setting whole.
environment = read_environment()

DEBUG = environment.studio_debug
SECRET_KEY = environment.studio_secret_key
ALLOWED_HOSTS = list(environment.studio_allowed_hosts)

STUDIO_DATA_DIR = environment.studio_data_dir
STUDIO_DEMO = environment.studio_demo
STUDIO_PUBLIC_URL = environment.studio_public_url
STUDIO_HOST = environment.studio_host
STUDIO_PORT = environment.studio_port
STUDIO_SANDBOX_PORT = environment.studio_sandbox_port
STUDIO_ALLOW_LOOPBACK_PROVIDERS = environment.studio_allow_loopback_providers
STUDIO_SECRET_KEYS = list(environment.studio_secret_keys)
STUDIO_WEB_WORKERS = environment.studio_web_workers
STUDIO_WEB_THREADS = environment.studio_web_threads
STUDIO_MAX_UPLOAD_BYTES = environment.studio_max_upload_bytes
STUDIO_MEDIA_ACCEL = environment.studio_media_accel
STUDIO_S3_BUCKET = environment.studio_s3_bucket
STUDIO_S3_ENDPOINT = environment.studio_s3_endpoint
STUDIO_S3_REGION = environment.studio_s3_region
STUDIO_S3_ACCESS_KEY_ID = environment.studio_s3_access_key_id
STUDIO_S3_SECRET_ACCESS_KEY = environment.studio_s3_secret_access_key
STUDIO_SENDS_MAIL = bool(environment.studio_mail_url)
STUDIO_METRICS_TOKEN = environment.studio_metrics_token
STUDIO_PRICE_GAP_PERCENT = environment.studio_price_gap_percent

INSTALLED_APPS = [
    # First, so that its qcluster command stands before django-q2's.
    "studio",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_q",
    "axes",
]

MIDDLEWARE = [
    "studio.views.middleware.probes",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studio.views.compression.CompressedPages",
    "studio.views.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "studio.views.middleware.files_of_members_only",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.views.middleware.sign_in_for_htmx",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.views.context.studio",
            ],
            "builtins": [
                "studio.templatetags.icons",
                "studio.templatetags.said",
                "studio.templatetags.together",
                "django.templatetags.i18n",
                # Its own words in place of those of the one before.
                "studio.templatetags.words",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(environment.database_url))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["ENGINE"] = "studio.lib.sqlite"
        # FULL: an attempt is written down before a byte is sent, and that must outlive a power cut as well.
        # IMMEDIATE: a deferred transaction that turns into a write loses to a competing one at once, time-out or not.
        database["OPTIONS"] = {
            # A person would rather wait than read of a lock. Less than what a job leaves for its last write.
            "timeout": 45,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;",
        }
        database["TEST"] = {"NAME": str(STUDIO_DATA_DIR / "test.sqlite3")}
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
        database["OPTIONS"] = {
            # What is asked again and again is planned once: planning takes longer than most of the answers.
            "server_side_binding": True,
            "prepare_threshold": 5,
            # Compiling and helpers are for questions of seconds; ours are of milliseconds, and there are many at once.
            "options": "-c jit=off -c max_parallel_workers_per_gather=0",
        }
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Nothing of it is set where there is no mail server: then no mail is ever made.
_mail: dict[str, Any] = dict(dj_email_url.parse(environment.studio_mail_url)) if STUDIO_SENDS_MAIL else {}
EMAIL_HOST: str = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT: int = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
# For each word of the conversation; a mail server that says nothing must not hold up the others.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.studio_mail_from or "rushes@localhost"

AUTH_USER_MODEL = "studio.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "studio.views.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# Per name and address together: a stranger cannot lock a member out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

USE_TZ = True
TIME_ZONE = environment.studio_time_zone
LANGUAGE_CODE = "en-gb"
USE_I18N = True
# Each in its own words, for whoever looks for theirs; British English is what the texts are written in.
LANGUAGES = [
    ("en-gb", "English"),
    ("id", "Bahasa Indonesia"),
    ("zh-hans", "简体中文"),
    ("uz", "Oʻzbekcha"),
    ("fr", "Français"),
    ("sv", "Svenska"),
]
LOCALE_PATHS = [BASE_DIR / "studio" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not STUDIO_DEMO

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "studio.management.static_files.SpareStatics"},
}
# The copies without a hash in their names are asked for by nobody: half of all compressing.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = STUDIO_DATA_DIR / "media"
FILE_UPLOAD_TEMP_DIR = STUDIO_DATA_DIR / "uploads"
FILE_UPLOAD_HANDLERS = ["studio.media.uploads.HashingUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Outside the demo the studio is only reached over TLS (or from this machine), so nothing is sent in the clear.
SECURE = not STUDIO_DEMO
SESSION_ENGINE = "studio.views.sessions"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [STUDIO_PUBLIC_URL]
SECURE_SSL_REDIRECT = STUDIO_PUBLIC_URL.startswith("https://")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL_REDIRECT else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Subdomains and the browsers' preload list belong to whoever owns the domain, not to one studio on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if environment.studio_behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The last address is the proxy's own word; what stands before it is anybody's.
    AXES_IPWARE_PROXY_ORDER = "right-most"
    AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

Q_CLUSTER: dict[str, Any] = {
    "name": "studio",
    "orm": "default",
    "broker_class": "studio.services.broker.Broker",
    "workers": environment.studio_job_workers,
    # Each worker takes one task when it has none; nothing is fetched ahead.
    "bulk": 1,
    "poll": 0.2,
    "timeout": 300,
    # A lock outlives the task and the writing down of what came of it; `checks.py` holds the relation.
    "retry": 1000,
    "max_attempts": 3,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 200,
    "max_rss": 400_000,
    # Files are fetched and made into pictures beside the sending, never before it; `services/queue.py` sorts the jobs.
    "ALT_CLUSTERS": {
        "media": {"workers": environment.studio_media_workers},
        "track": {"workers": 1, "timeout": 90, "retry": 300},
    },
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "studio.lib.tracebacks.MaskedTracebacks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"masked": {"()": "studio.lib.log_masking.MaskedLog"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "studio": {"level": environment.studio_log_level},
        # What a person may not do or see is answered on the page; it is no trouble of the studio's.
        "django.request": {"level": "ERROR"},
        # They log whole addresses, and ours carry signatures; and headers, in which a gateway may repeat a key.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
