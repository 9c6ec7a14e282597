"""Django settings. Everything a deployer may choose comes from the environment (docs/administrator.md)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from halong.home import is_exercise, is_live, secret
from halong.profiles.description import folder_of, read_description

django_stubs_ext.monkeypatch()  # lets Django's generic classes be written with their types: ModelForm[Place]

PACKAGE = Path(__file__).resolve().parent


def env_flag(name: str, default: bool) -> bool:
    """A switch from the environment: 1/true/yes/on."""
    value = os.environ.get(name)
    return default if value is None or value == "" else value.lower() in {"1", "true", "yes", "on"}


def database_settings(url: str) -> dict[str, Any]:
    """Django's form of a libpq URL; query parameters such as ``host`` (socket folder) and ``sslmode`` pass through."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or query.pop("dbname", "halong"),
        "USER": unquote(parts.username or "") or query.pop("user", ""),
        "PASSWORD": unquote(parts.password or "") or query.pop("password", ""),
        "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings for ``smtp://user:password@host:587?starttls=1&from=centre@example.gov.vn`` or ``smtps://…``.

    Without a URL nothing is sent. ``starttls`` is on for port 587 unless it says 0.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    host = parts.hostname or "localhost"
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme != "smtps"
        and query.get("starttls", "1" if port == 587 else "0") != "0",
        "EMAIL_TIMEOUT": 30,
        "DEFAULT_FROM_EMAIL": query.get("from", f"halong@{host}"),
    }


SECRET_KEY = secret("django")
DEBUG = env_flag("HALONG_DEBUG", False)
PUBLIC_URL = os.environ.get("HALONG_PUBLIC_URL", "").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"] + (
    [_public.hostname] if _public.hostname else []
)
if os.environ.get("HALONG_HOST") not in (None, "", "127.0.0.1", "localhost") and not _public.hostname:
    ALLOWED_HOSTS = ["*"]  # listening on the network without a public name: every address of this machine
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _public.scheme else []

INSTALLED_APPS = [
    "halong.core",
    "halong.database",
    "halong.audit",
    "halong.places",
    "halong.accounts",
    "halong.notify",
    "halong.tasks",
    "halong.context",
    "halong.observations",
    "halong.rules",
    "halong.ingest",
    "halong.alerts",
    "halong.citizens",
    "halong.stages",
    "halong.duty",
    "halong.warnings",
    "halong.playbooks",
    "halong.incidents",
    "halong.exercises",
    "halong.programme",
    "halong.indicators",
    "halong.analysis",
    "halong.panorama",
    "halong.openness",
    "halong.web",
    "halong.sectors",
    "halong.connectors",
    "halong.connectors.open311",
    "halong.simulation",
    "halong.profiles",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "halong.core.middleware.Compress",
    "halong.core.middleware.LiveMark",
    "halong.core.middleware.SecurityHeaders",
    "halong.core.middleware.Exercise",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "halong.core.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "halong.accounts.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "halong.core.middleware.Errors",
    "halong.core.access.AccessMiddleware",
]

ROOT_URLCONF = "halong.urls"
ASGI_APPLICATION = "halong.asgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["halong.accounts.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "halong.core.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if os.environ.get("HALONG_TRUSTED_PROXY", "0") != "0":  # 1, or the addresses of the proxies (serve.web)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "halong.web.context.shell",
                "halong.stages.context.stage",
                "halong.warnings.banner.warning_banner",
            ],
            "builtins": [
                "halong.web.templatetags.halong_web",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

DATABASES = {"default": database_settings(os.environ.get("DATABASE_URL", ""))}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "halong.core.jobs.on_app_ready"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".geojson": "application/geo+json"}
# built files carry a hash of their content
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/web/dist/(?!manifest)"

DATA_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},  # its INFO holds whole addresses, keys in them included
    },
}

# What Halong offers beyond Django's own settings.
HALONG_SIMULATE = env_flag("HALONG_SIMULATE", True) and not is_live()
HALONG_EXERCISE = is_exercise()  # an instance made for an exercise stays one
if HALONG_EXERCISE:  # beside the main instance on one host, whose cookies all its ports share
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "exercise_session", "exercise_csrf"
HALONG_PROFILE = os.environ.get("HALONG_PROFILE") or "quang_ninh"
HALONG_PROFILE_FOLDER = folder_of(HALONG_PROFILE)
# profile.toml: names of the province and its centre, map, telephone numbers, licence of open data
PROFILE = read_description(HALONG_PROFILE_FOLDER)
HALONG_HOST = os.environ.get("HALONG_HOST") or "127.0.0.1"
HALONG_PORT = int(os.environ.get("HALONG_PORT") or 8000)
HALONG_FTP_PORT = int(os.environ.get("HALONG_FTP_PORT") or 2121)
HALONG_SFTP_PORT = int(os.environ.get("HALONG_SFTP_PORT") or 2222)
# "50000-50100"; empty: any free port
HALONG_FTP_PASSIVE_PORTS = os.environ.get("HALONG_FTP_PASSIVE_PORTS", "")
# IPv4 that clients see behind NAT
HALONG_FTP_PUBLIC_ADDRESS = os.environ.get("HALONG_FTP_PUBLIC_ADDRESS", "")
# PEM with chain and key; empty: self-signed
HALONG_FTP_CERTIFICATE = os.environ.get("HALONG_FTP_CERTIFICATE", "")
HALONG_MQTT_URL = os.environ.get("HALONG_MQTT_URL", "")
HALONG_REQUIRE_TOTP = [role for role in os.environ.get("HALONG_REQUIRE_TOTP", "").split(",") if role]
HALONG_MAIL = HALONG_EXERCISE or bool(os.environ.get("HALONG_SMTP_URL"))  # the address may hold a password
globals().update(mail_settings(os.environ.get("HALONG_SMTP_URL", "")))
if HALONG_EXERCISE:
    EMAIL_BACKEND = "halong.core.outbox.MailOutbox"
HALONG_MAIL_DOMAIN = _public.hostname or "halong.invalid"  # of Message-ID
