"""One settings module, filled from the environment; production refuses what is missing."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("YUNNUO_VAR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "development-only"
DEBUG = False
DEMO = True
PRODUCTION = False
ALLOWED_HOSTS = ["*"]
KEYRING_FILE = VAR_DIR / "keyring.json"
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
AUTH_USER_MODEL = "team.User"
DATABASES = {
    "default": {
        "ENGINE": "audit.sqlite",
        "NAME": VAR_DIR / "yunnuo.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"},
    },
    "vault": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "vault.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"},
    },
}
DATABASE_ROUTERS = ["vault.router.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "crm.urls"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
STATIC_URL = "static/"
