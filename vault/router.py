"""Keeps the vault's tables in their own database and everything else out of it (vault.md §4.4)."""

from typing import Any

from django.db import models

ALIAS = "vault"


class VaultRouter:
    """Routes the vault floor to its own side, so that a backup of one side opens nothing."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """The vault's models are read from the vault."""
        return ALIAS if model._meta.app_label == "vault" else None

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        """The vault's models are written to the vault."""
        return ALIAS if model._meta.app_label == "vault" else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The vault's tables live on the vault's side only, all others never do."""
        return (app_label == "vault") == (db == ALIAS)
