"""Settings of Newsroom.  One file: whatever differs between installations is an environment variable."""

import contextlib
import datetime as dt
import importlib.util
import os
import secrets
import tempfile
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent


def read_flag(name: str, *, default: bool) -> bool:
    """Return the environment variable as yes or no; an empty one is the default."""
    value = os.environ.get(name, "").strip().lower()
    return default if not value else value in {"1", "true", "yes", "on"}


def read_list(name: str) -> list[str]:
    """Return the environment variable's comma-separated values."""
    return [value.strip() for value in os.environ.get(name, "").split(",") if value.strip()]


def read_number(name: str, *, default: int, least: int = 0) -> int:
    """Return the environment variable as a whole number of ``least`` or more; an empty one is the default."""
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise ImproperlyConfigured(
            f"{name}={value}; write a whole number, {least} or more, such as {default}"
        )
    return int(value)


# --- Where state lives: database, index, secret key -------------------------------------------------------

NEWSROOM_DATA = Path(os.environ.get("NEWSROOM_DATA") or BASE_DIR / "var").expanduser().resolve()
try:
    NEWSROOM_DATA.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"NEWSROOM_DATA={NEWSROOM_DATA} cannot be made ({error.strerror})") from error
NEWSROOM_INDEX = NEWSROOM_DATA / "index"
NEWSROOM_SEEDS = BASE_DIR / "seeds"


def read_secret_key() -> str:
    """Return SECRET_KEY from the environment, else the one kept in the data folder, made on first use."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = NEWSROOM_DATA / "secret_key"
    if not path.exists():
        make_secret_key(path)
    return path.read_text(encoding="ascii").strip()


def make_secret_key(path: Path) -> None:
    """Write a new key, whole at once; of processes that start together, the first one's stands."""
    handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # for its owner alone
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
        # A link, unlike a rename, does not replace what is there.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


SECRET_KEY = read_secret_key()

# Debug pages show settings and source: only on request.  The site is complete without them.
DEBUG = read_flag("DEBUG", default=False)
# HTTPS=1 where a proxy terminates TLS: secure cookies, redirect, HSTS.
HTTPS = read_flag("HTTPS", default=False)
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = read_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "articles.apps.ArticlesConfig",
    "newsroom.admin.NewsroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "django_tasks_db",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.languages.ReaderLanguage",  # before whatever looks an address up, or writes a sentence
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.limits.AddressLimits",
    "articles.bodies.BodyLimit",
    "newsroom.outages.OutageMiddleware",
    "axes.middleware.AxesMiddleware",  # innermost, so that no other answers in its place
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------


def read_database() -> dj_database_url.DBConfig:
    """Return the database of DATABASE_URL, else the SQLite file in the data folder."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{NEWSROOM_DATA / 'newsroom.sqlite3'}"
    try:
        return dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    except ValueError as error:
        # The address may hold a password: it is not repeated.
        raise ImproperlyConfigured(
            "DATABASE_URL is no database; write postgres://user@host:5432/name"
        ) from error


def read_only_name(name: str) -> str:
    """Return what to open instead of an SQLite file that cannot be written; nothing if it can be.

    A write-ahead log needs to write even to read.  Without one (a restored backup, a site that was stopped)
    the file is whole and may be read as it is; with one, SQLite reads both as far as it can.
    """
    path = Path(name)
    if not path.is_file() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return ""
    log = path.with_name(f"{path.name}-wal")
    has_log = log.is_file() and log.stat().st_size > 0
    return f"{path.resolve().as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"


DATABASES = {"default": read_database()}
# Nobody can log in then; readers notice nothing.
NEWSROOM_IS_READ_ONLY = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    pragmas = "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY"
    if name := read_only_name(str(DATABASES["default"]["NAME"])):
        NEWSROOM_IS_READ_ONLY = True
        DATABASES["default"]["NAME"] = name
    else:
        # No trusted_schema=OFF: SQLite 3.40 then refuses the JSON_VALID checks of Django's own tables.
        # FULL: 300 simulated power cuts lost no acknowledged row, NORMAL lost up to 60 of 60.
        pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {pragmas}"
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Background tasks (articles/working.py) ---------------------------------------------------------------

# A task is a row, written in the transaction that asks for it; `manage.py work` does what waits.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Uploads (articles/uploads/receiving.py) ---------------------------------------------------------------

UPLOAD_MB = read_number("UPLOAD_MB", default=100, least=1)  # of one request, zips as they are sent
UPLOAD_FILES = read_number("UPLOAD_FILES", default=2_000, least=1)  # of one upload, those in zips counted
UPLOAD_KEEP_DAYS = read_number("UPLOAD_KEEP_DAYS", default=14, least=1)  # checked and never imported
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_FILES
# The form of a tag sends nine for each of its names, and the United States have 353.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- People -----------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
# A login lasts a working day, and ends with the browser.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Throttled logins (newsroom/logins.py) ----------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Proxies in front whose X-Forwarded-For is to be believed; 0 where readers reach the server directly.
PROXY_COUNT = read_number("PROXY_COUNT", default=0)
AXES_HANDLER = "newsroom.logins.LoginGuard"
AXES_USERNAME_CALLABLE = "newsroom.logins.name_tried"
AXES_CLIENT_IP_CALLABLE = "newsroom.logins.client_address"
AXES_LOCKOUT_CALLABLE = "newsroom.logins.lockout_page"
# One name from one address: nobody is locked out by what others try from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else who keeps trying is never let in again
AXES_DISABLE_ACCESS_LOG = True  # who did what is in the trail
AXES_ENABLE_ADMIN = False  # manage.py axes_list_attempts shows them
AXES_VERBOSE = False

# --- One-time codes (newsroom/codes.py) -------------------------------------------------------------------

# Off unless asked for: then the desk asks for a code after the password.
ONE_TIME_CODES = read_flag("ONE_TIME_CODES", default=False)
if ONE_TIME_CODES:
    if not all(importlib.util.find_spec(name) for name in ("django_otp", "segno")):
        raise ImproperlyConfigured(
            "ONE_TIME_CODES=1 needs two packages more; run: pip install -r requirements/codes.txt"
        )
    INSTALLED_APPS += ["django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"]
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
        "django_otp.middleware.OTPMiddleware",
    )
    OTP_TOTP_ISSUER = "Newsroom"

# --- Language and time ------------------------------------------------------------------------------------

# What readers can read in, as it stands in addresses and as Django knows it.  A language more is a line here
# and a catalogue in newsroom/locale/ (docs/translating.md).
TRANSLATED = {"en": ("en-gb", "English"), "fr": ("fr", "Français")}


def read_languages() -> dict[str, tuple[str, str]]:
    """Return those of READER_LANGUAGES, the archive's own first; all of them where it is not set."""
    named = read_list("READER_LANGUAGES") or list(TRANSLATED)
    if unknown := [name for name in named if name not in TRANSLATED]:
        raise ImproperlyConfigured(
            f"READER_LANGUAGES={','.join(named)}: {unknown[0]} is not among {', '.join(TRANSLATED)}"
        )
    return {name: TRANSLATED[name] for name in named}


READER_LANGUAGES = read_languages()
LANGUAGES = list(READER_LANGUAGES.values())
LANGUAGE_CODE = LANGUAGES[0][0]
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
FORMAT_MODULE_PATH = "newsroom.formats"  # dates at the desk: 2025-10-17
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = NEWSROOM_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "newsroom.staticfiles.NewsroomStaticFilesStorage"},
}
MEDIA_ROOT = NEWSROOM_DATA / "uploads"

# --- Kept pages -------------------------------------------------------------------------------------------

# Pages that each web process keeps in memory until something in the archive changes.
PAGE_CACHE_MB = read_number("PAGE_CACHE_MB", default=16)

# --- Security headers -------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Browsers take cookies of these names only over TLS, for the whole site and no other host.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# --- Logging ----------------------------------------------------------------------------------------------

LOG_LEVEL = os.environ.get("LOG_LEVEL", "").upper() or "WARNING"
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"LOG_LEVEL={LOG_LEVEL}; write DEBUG, INFO, WARNING, ERROR or CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Its one warning comes with each HEAD request: Django leaves it to the server to drop the body.
    # Django tells of each task, whatever the level of the others.
    "loggers": {"gunicorn.http.wsgi": {"level": "ERROR"}, "django.tasks": {"level": LOG_LEVEL}},
}
