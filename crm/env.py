"""Reads settings from the environment: typed, and loud about what is wrong."""

import os
from urllib.parse import urlsplit, urlunsplit

KNOWN = {
    "YUNNUO_ENV",
    "YUNNUO_VAR",
    "YUNNUO_SECRET_KEY",
    "YUNNUO_KEYRING",
    "YUNNUO_KEYRING_FILE",
    "YUNNUO_DEBUG",
    "YUNNUO_DEMO",
    "YUNNUO_HOSTS",
    "YUNNUO_ALLOW_SQLITE",
    "YUNNUO_ORIGINS",
    "YUNNUO_DEMO_PASSWORD",
    "YUNNUO_BEHIND_TLS",
}


class SettingRefused(SystemExit):
    """A setting is missing or cannot be read; the process ends with a sentence."""


def refuse_unknown() -> None:
    """A misspelt variable is an error, not a silence."""
    unknown = sorted(name for name in os.environ if name.startswith("YUNNUO_") and name not in KNOWN)
    if unknown:
        raise SettingRefused(f"unknown setting: {', '.join(unknown)}; see .env.example")


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


def words(name: str, default: str) -> list[str]:
    """A list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def beside(url: str) -> str:
    """The address of the vault's side where only the main one is named: the same server, "_vault" added."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + "_vault")) if url else ""
