"""Keeps the registers of this floor filled: protected fields and their first levels."""

from typing import Any

from team import matrix


def after_migrate(sender: Any, **kwargs: Any) -> None:
    """Fill the registers of this floor after migrations, where they are empty."""
    if kwargs.get("using") == "default":
        matrix.seed()
