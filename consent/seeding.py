"""Keeps the registers of this floor filled: purposes, and the first published notice."""

from typing import Any

from consent import notices


def after_migrate(sender: Any, **kwargs: Any) -> None:
    """Fill the registers of this floor after migrations, where they are empty."""
    if kwargs.get("using") == "default":
        notices.seed()
