"""One settings module, filled from the environment; production refuses what is missing."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import crontab

from crm import env

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_file(Path(env.text("YUNNUO_ENV_FILE", str(BASE_DIR / ".env"))))
env.refuse_unknown()
PRODUCTION = env.choice("YUNNUO_ENV", ("development", "production")) == "production"
VAR_DIR = Path(env.text("YUNNUO_VAR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
# Production signs with its own key; yesterday's keys still read, so that a change signs nobody out.
SECRET_KEY = env.secret("YUNNUO_SECRET_KEY", 50) if PRODUCTION else env.text("YUNNUO_SECRET_KEY", "development-only")
SECRET_KEY_FALLBACKS = env.words("YUNNUO_SECRET_KEY_FALLBACKS", "")
DEBUG = env.flag("YUNNUO_DEBUG", False)
DEMO = env.flag("YUNNUO_DEMO", not PRODUCTION)
ALLOWED_HOSTS = env.words("YUNNUO_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = env.words("YUNNUO_ORIGINS", "")
KEYRING_FILE = Path(env.text("YUNNUO_KEYRING_FILE", str(VAR_DIR / "keyring.json")))
# The sealer's own: its signing key, what it remembers outside the database, and the trail's name (audit.md §5.5).
SEALER_KEY_FILE = Path(env.text("YUNNUO_SEALER_KEY_FILE", str(VAR_DIR / "sealer.key")))
SEALER_STATE_FILE = Path(env.text("YUNNUO_SEALER_STATE_FILE", str(VAR_DIR / "sealer.state")))
RECEIPT_KEY_FILE = Path(env.text("YUNNUO_RECEIPT_KEY_FILE", str(VAR_DIR / "receipt.key")))
# Public lines of other houses' keys whose receipts may be taken in as proof, besides our own.
TRUSTED_RECEIPT_KEYS = env.words("YUNNUO_TRUSTED_RECEIPT_KEYS", "")
TRAIL_ORIGIN = env.text("YUNNUO_TRAIL_ORIGIN", "yunnuo.local/trail/1")
# How long entries stay in the database before they may move to an archive; never less than six months (audit.md §5.9).
TRAIL_KEEP_DAYS = env.number("YUNNUO_TRAIL_KEEP_DAYS", 1096)
# Where checkpoints go once a day: people outside the server room, a folder that somebody else keeps.
ANCHOR_MAIL = env.words("YUNNUO_ANCHOR_MAIL", "")
ANCHOR_FOLDER = env.text("YUNNUO_ANCHOR_FOLDER", "")
# A time-stamp authority that signs each day's checkpoint, and the root certificate it must lead to (RFC 3161).
TSA_URL, TSA_ROOT = env.text("YUNNUO_TSA_URL", ""), env.text("YUNNUO_TSA_ROOT", "")
# What the gateway signs messages with that came back (contacts/doors/replies.py); without it nobody is heard.
SMS_SECRET = env.text("YUNNUO_SMS_SECRET", "")
SMS_URL, SMS_SENDER = env.text("YUNNUO_SMS_URL", ""), env.text("YUNNUO_SMS_SENDER", "")
if SMS_URL and not SMS_SECRET:
    raise env.SettingRefused("YUNNUO_SMS_URL needs YUNNUO_SMS_SECRET: messages to the gateway are signed")
EMAIL_HOST, DEFAULT_FROM_EMAIL = env.text("YUNNUO_SMTP_HOST", "localhost"), env.text("YUNNUO_MAIL_FROM", "yunnuo@localhost")
EMAIL_TIMEOUT = 20  # seconds
# Deletion: who is mailed when it stands still; how many nights it may miss, and how many people one person may approve.
# Who was erased and who said no, kept outside every backup; put it on another disk than the databases.
ERASURE_LEDGER = Path(env.text("YUNNUO_ERASURE_LEDGER", str(VAR_DIR / "erasure-ledger.jsonl")))
# The line of the key that backups are closed with; its other half is kept where the server is not.
BACKUP_RECIPIENT = env.text("YUNNUO_BACKUP_RECIPIENT", "")
BACKUP_DAYS = env.number("YUNNUO_BACKUP_DAYS", 35)  # law.md §4.3; the vault's side has its own, shorter rotation
# Where closed files of evidence lie: the folder "papers" of YUNNUO_VAR, or a bucket that speaks S3 (consent/stores/).
EVIDENCE_BUCKET, EVIDENCE_PREFIX = env.bucket("YUNNUO_EVIDENCE_STORE")
EVIDENCE_ENDPOINT = env.service("YUNNUO_EVIDENCE_ENDPOINT") if EVIDENCE_BUCKET else ""
EVIDENCE_REGION = env.text("YUNNUO_EVIDENCE_REGION", "us-east-1")
EVIDENCE_KEY_ID = env.text("YUNNUO_EVIDENCE_KEY_ID") if EVIDENCE_BUCKET else ""
EVIDENCE_SECRET = env.hidden("YUNNUO_EVIDENCE_SECRET") if EVIDENCE_BUCKET else ""
# When the office rests from sales calls by default; a person's own window goes before it (H3).
CALL_REST = env.hours("YUNNUO_CALL_REST", "12-14")
CALL_DAYS = env.choice("YUNNUO_CALL_DAYS", ("working", "every"))
ALARM_MAIL = env.words("YUNNUO_ALARM_MAIL", "")
SWEEP_NIGHTS = env.number("YUNNUO_SWEEP_NIGHTS", 2)
SWEEP_TWO_PEOPLE_ABOVE = env.number("YUNNUO_SWEEP_TWO_PEOPLE_ABOVE", 500)
# The suite of new keys, what wraps the keyring, and who else keeps a copy of it (docs/keys-and-backups.md).
SUITE = env.choice("YUNNUO_SUITE", ("aes-256-gcm", "sm4-gcm", "aes-256-gcm-siv"))
ROOT = env.choice("YUNNUO_ROOT", ("file", "env", "vault-transit"))
KEYRING_COPIES = env.words("YUNNUO_KEYRING_COPIES", "backups" if PRODUCTION else "")
TRANSIT_URL = env.text("YUNNUO_TRANSIT_URL", "http://127.0.0.1:8200")
TRANSIT_MOUNT = env.text("YUNNUO_TRANSIT_MOUNT", "transit")
TRANSIT_NAME = env.text("YUNNUO_TRANSIT_NAME", "yunnuo")
TRANSIT_TOKEN_FILE = env.text("YUNNUO_TRANSIT_TOKEN_FILE", "")
EPOCH_DAYS = 30  # a key older than this is due for its successor
VAULT_BACKUP_DAYS = 7  # no backup of the vault's side is kept longer

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "guardian",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "vault",
    "audit",
    "team",
    "consent",
    "contacts",
    "crm",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "audit.trace.TraceMiddleware",
    "crm.middleware.HeadersMiddleware",
    "crm.requests.SessionCookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "crm.middleware.SealedSiteMiddleware",
    "crm.middleware.UnopenedMiddleware",
    "crm.requests.BodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "team.sessions.SessionGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "crm.middleware.NumbersInAddressMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "team.doors.DoorMiddleware",
]
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "crm.navigation.places",
                "crm.shortcuts.context",
            ],
        },
    }
]

# Two databases: the main side, and the vault with keys and indexes (vault.md §4.4).
_SQLITE_OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}


# No statement may hold a lock for ever, and no forgotten transaction a snapshot.
_POSTGRES_OPTIONS = {
    "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
    "connect_timeout": 10,
}


def _database(variable: str, file: str, engine: str, fallback: str = "") -> dict[str, Any]:
    if url := env.postgres(variable, fallback):
        # A connection lives a minute and is asked for its health, so that a restart of the server is no error.
        named: dict[str, Any] = {**dj_database_url.parse(url, conn_health_checks=True, conn_max_age=60)}
        return named | {"OPTIONS": _POSTGRES_OPTIONS | named.get("OPTIONS", {})}
    if PRODUCTION and not env.flag("YUNNUO_ALLOW_SQLITE", False):
        raise env.SettingRefused(f"{variable} must name a PostgreSQL database in production")
    return {"ENGINE": engine, "NAME": VAR_DIR / file, "OPTIONS": dict(_SQLITE_OPTIONS)}


_beside = env.beside(env.postgres("DATABASE_URL"))
DATABASES = {
    "default": _database("DATABASE_URL", "yunnuo.sqlite3", "audit.sqlite"),
    "vault": _database("VAULT_DATABASE_URL", "vault.sqlite3", "django.db.backends.sqlite3", _beside),
}
DATABASE_ROUTERS = ["vault.router.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody has rights without an account
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "team.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
OTP_TOTP_ISSUER = "Yunnuo"

# Sessions: half an hour of silence, twelve hours at most (threats.md §7).
SESSION_IDLE_SECONDS = 1800
SESSION_ABSOLUTE_SECONDS = 43_200
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
BEHIND_TLS = env.flag("YUNNUO_BEHIND_TLS", PRODUCTION)
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "crm.views.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Uploads stay in memory: a file on disk would be a number in the clear (vault.md §4.8).
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # everything of a form that is no file
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 1

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT.mkdir(exist_ok=True)
# Development serves from the source folders; production serves what collectstatic named after its content.
WHITENOISE_USE_FINDERS = not PRODUCTION
_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no upload is ever kept as a file
    "staticfiles": {"BACKEND": _STATIC if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Reports and logs are scrubbed last of all (I14).
DEFAULT_EXCEPTION_REPORTER = "vault.scrub.ScrubbingReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "vault.scrub.ScrubbingFilter"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "vault.scrub.ScrubFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["scrub"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "urllib3": {"level": "ERROR"},  # says which object it asks for again; the store says what matters
    },
}

# Tasks carry ids only; the schedule is code, so that nobody can switch deletion off in a table.
CELERY_BROKER_URL = os.environ.get("REDIS_URL") or "filesystem://localhost"
_QUEUE = VAR_DIR / "queue"
if CELERY_BROKER_URL.startswith("filesystem"):
    _QUEUE.mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_QUEUE),
        "data_folder_out": str(_QUEUE),
        "control_folder": str(VAR_DIR / "queue-control"),
        "polling_interval": 0.2,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200}
CELERY_TASK_SERIALIZER = "ids"
CELERY_ACCEPT_CONTENT = ["application/x-ids"]
CELERY_TASK_IGNORE_RESULT = True  # a result would be a copy of data outside the database
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True  # a killed worker loses no batch; tasks may repeat
CELERY_TASK_TIME_LIMIT = 3600  # seconds; shorter than Redis's visibility timeout of two hours
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "contacts.sweep", "schedule": crontab(minute="*/5"), "options": {"expires": 290}},
    "ring": {"task": "contacts.ring", "schedule": crontab(minute="10")},
    "clear_files": {"task": "contacts.clear_files", "schedule": crontab(minute="35")},
    "catch_up": {"task": "contacts.catch_up", "schedule": crontab(hour="3", minute="50")},
    "turn_keys": {"task": "contacts.turn_keys", "schedule": crontab(minute="20")},
    "examine_keys": {"task": "contacts.examine_keys", "schedule": crontab(hour="3", minute="40")},
    "send_own_codes": {"task": "contacts.send_own_codes", "schedule": crontab(), "options": {"expires": 55}},
    "tell_changes": {"task": "contacts.tell_changes", "schedule": crontab(minute="*/5"), "options": {"expires": 290}},
    "tell_recipients": {"task": "contacts.tell_recipients", "schedule": crontab(), "options": {"expires": 55}},
    "stamp_evidence": {"task": "contacts.stamp_evidence", "schedule": crontab(minute="55")},
    "remind": {"task": "contacts.remind", "schedule": crontab(minute="25")},
    "ask_offline": {"task": "contacts.ask_offline", "schedule": crontab(minute="15")},
    "tell_canaries": {"task": "contacts.tell_canaries", "schedule": crontab(minute="*/5"), "options": {"expires": 290}},
    "forget_complaints": {"task": "contacts.forget_complaints", "schedule": crontab(minute="45")},
    "resume_sheets": {"task": "contacts.resume_sheets", "schedule": crontab()},
    "look": {"task": "audit.look", "schedule": crontab(minute="*/5")},
    "write_exports": {"task": "audit.write_exports", "schedule": crontab(), "options": {"expires": 55}},
    "anchor": {"task": "audit.anchor", "schedule": crontab(minute="50")},
    "check": {"task": "audit.check", "schedule": crontab(hour="3", minute="30")},
}
if not PRODUCTION:  # in production the sealer is a user of its own, with a timer of its own (deploy/)
    CELERY_BEAT_SCHEDULE["seal"] = {"task": "audit.seal", "schedule": crontab()}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")

if PRODUCTION:
    if DEBUG or DEMO:
        raise env.SettingRefused("production runs without YUNNUO_DEBUG and YUNNUO_DEMO")
    if not ALLOWED_HOSTS:
        raise env.SettingRefused("YUNNUO_HOSTS must name the site in production")
    if not os.environ.get("YUNNUO_KEYRING"):
        if not KEYRING_FILE.exists():
            raise env.SettingRefused("production needs a keyring: set YUNNUO_KEYRING or YUNNUO_KEYRING_FILE")
        if KEYRING_FILE.stat().st_mode & 0o077:
            raise env.SettingRefused("the keyring file must be readable by its owner alone: chmod 600 it")
