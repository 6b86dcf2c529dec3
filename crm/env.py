"""Reads settings from the environment: typed, and loud about what is wrong."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

HERE = ("localhost", "127.0.0.1", "::1")
BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*))?/?")

KNOWN = {
    "YUNNUO_ENV",
    "YUNNUO_ENV_FILE",
    "YUNNUO_VAR",
    "YUNNUO_SECRET_KEY",
    "YUNNUO_SECRET_KEY_FALLBACKS",
    "YUNNUO_KEYRING",
    "YUNNUO_KEYRING_FILE",
    "YUNNUO_KEYRING_COPIES",
    "YUNNUO_SUITE",
    "YUNNUO_ROOT",
    "YUNNUO_TRANSIT_URL",
    "YUNNUO_TRANSIT_MOUNT",
    "YUNNUO_TRANSIT_NAME",
    "YUNNUO_TRANSIT_TOKEN",
    "YUNNUO_TRANSIT_TOKEN_FILE",
    "YUNNUO_DEBUG",
    "YUNNUO_DEMO",
    "YUNNUO_HOSTS",
    "YUNNUO_ALLOW_SQLITE",
    "YUNNUO_ORIGINS",
    "YUNNUO_DEMO_PASSWORD",
    "YUNNUO_BEHIND_TLS",
    "YUNNUO_RECEIPT_KEY_FILE",
    "YUNNUO_SEALER_KEY_FILE",
    "YUNNUO_SEALER_STATE_FILE",
    "YUNNUO_TRAIL_KEEP_DAYS",
    "YUNNUO_TRAIL_ORIGIN",
    "YUNNUO_TRUSTED_RECEIPT_KEYS",
    "YUNNUO_TSA_ROOT",
    "YUNNUO_TSA_URL",
    "YUNNUO_ANCHOR_MAIL",
    "YUNNUO_ANCHOR_FOLDER",
    "YUNNUO_SMS_SECRET",
    "YUNNUO_SMS_SENDER",
    "YUNNUO_SMS_URL",
    "YUNNUO_SMTP_HOST",
    "YUNNUO_MAIL_FROM",
    "YUNNUO_ALARM_MAIL",
    "YUNNUO_SWEEP_NIGHTS",
    "YUNNUO_SWEEP_TWO_PEOPLE_ABOVE",
    "YUNNUO_ERASURE_LEDGER",
    "YUNNUO_BACKUP_RECIPIENT",
    "YUNNUO_BACKUP_DAYS",
    "YUNNUO_EVIDENCE_STORE",
    "YUNNUO_EVIDENCE_ENDPOINT",
    "YUNNUO_EVIDENCE_REGION",
    "YUNNUO_EVIDENCE_KEY_ID",
    "YUNNUO_EVIDENCE_SECRET",
    "YUNNUO_EVIDENCE_SECRET_FILE",
    "YUNNUO_CALL_REST",
    "YUNNUO_CALL_DAYS",
}


class SettingRefused(SystemExit):
    """A setting is missing or cannot be read; the process ends with a sentence."""


def refuse_unknown() -> None:
    """A misspelt variable is an error, not a silence."""
    unknown = sorted(name for name in os.environ if name.startswith("YUNNUO_") and name not in KNOWN)
    if unknown:
        raise SettingRefused(f"unknown setting: {', '.join(unknown)}; see .env.example")


def read_file(path: Path) -> None:
    """Fill the environment from a file of NAME=value lines, if it exists; what is already set stays."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingRefused(f"{path.name}, line {number}: expected NAME=value")
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def hours(name: str, default: str) -> tuple[int, int]:
    """Two whole hours of a day, such as 12-14; "none" is no hour at all."""
    value = os.environ.get(name, default)
    if value == "none":
        return (0, 0)
    opens, _dash, closes = value.partition("-")
    if not (opens.isdecimal() and closes.isdecimal() and int(opens) < int(closes) <= 24):
        raise SettingRefused(f"{name} must be two hours such as 12-14, or none")
    return int(opens), int(closes)


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of the words `options`, the first of them by default."""
    value = os.environ.get(name, options[0])
    if value not in options:
        raise SettingRefused(f"{name} must be one of: {', '.join(options)}")
    return value


def secret(name: str, shortest: int) -> str:
    """A text of at least `shortest` characters that must be set; its value is never repeated."""
    value = text(name)
    if len(value) < shortest:
        raise SettingRefused(f"{name} must have at least {shortest} characters")
    return value


def postgres(name: str, default: str = "") -> str:
    """The address of a PostgreSQL database, or nothing; its value, which holds a password, is never repeated."""
    url = os.environ.get(name) or default
    if url and urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise SettingRefused(f"{name} must look like postgres://user:password@host:5432/name")
    return url


def text(name: str, default: str | None = None) -> str:
    """A text; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise SettingRefused(f"{name} must be set; see .env.example")
    return value


def flag(name: str, default: bool) -> bool:
    """Yes or no, written 1 or 0."""
    value = os.environ.get(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise SettingRefused(f"{name} must be 1 or 0")
    return value == "1"


def number(name: str, default: int) -> int:
    """A whole number of at least one."""
    said = text(name, str(default))
    if not (said.isascii() and said.isdigit() and int(said) >= 1):
        raise SettingRefused(f"{name} must be a whole number of at least 1")
    return int(said)


def words(name: str, default: str) -> list[str]:
    """A list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def bucket(name: str) -> tuple[str, str]:
    """A bucket and the prefix within it, or two empty texts where none is named."""
    value = text(name, "")
    found = BUCKET.fullmatch(value)
    if value and not found:
        raise SettingRefused(f"{name} must look like s3://bucket/prefix")
    return (found[1], found[2] or "") if found else ("", "")


def service(name: str) -> str:
    """The address of a service that must be named: over TLS, or on this machine; without a path."""
    value = text(name)
    parts = urlsplit(value)
    spoken = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    if not spoken or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise SettingRefused(f"{name} must begin with https://, or with http:// on this machine, and name a host alone")
    return value.rstrip("/")


def hidden(name: str) -> str:
    """A secret that must be set: as it is, or in a file of its own that only its owner can read; never repeated."""
    if value := os.environ.get(name):
        return value
    path = Path(text(f"{name}_FILE"))
    try:
        if path.stat().st_mode & 0o077:
            raise SettingRefused(f"the file of {name}_FILE must be readable by its owner alone: chmod 600 it")
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise SettingRefused(f"the file of {name}_FILE cannot be read") from None


def beside(url: str) -> str:
    """The address of the vault's side where only the main one is named: the same server, "_vault" added."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + "_vault")) if url else ""
