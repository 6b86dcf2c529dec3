"""The two databases before the first migration: the vault's is created beside the main one where the role may."""

import psycopg2
from django.core.management.base import CommandError
from django.db import connections
from django.db.utils import OperationalError
from psycopg2 import errors, sql


def ensure() -> None:
    """Reach both databases, creating the vault's on PostgreSQL when only it is missing. Raises CommandError with a sentence."""
    for alias in ("default", "vault"):
        if connections[alias].vendor == "postgresql" and not _there(alias):
            if alias == "default":
                raise CommandError(f"The database {_name(alias)} does not exist. Create it with: {_command(alias)}")
            _create(alias)


def _there(alias: str) -> bool:
    """Whether the database exists; a server that does not answer ends the start."""
    try:
        connections[alias].ensure_connection()
    except OperationalError as refused:
        if "does not exist" in str(refused) and f'database "{_name(alias)}"' in str(refused):
            return False
        variable = "DATABASE_URL" if alias == "default" else "VAULT_DATABASE_URL (or DATABASE_URL)"
        raise CommandError(f"PostgreSQL does not let us in; check {variable}: {_last_line(refused)}") from None
    return True


def _create(alias: str) -> None:
    """Create a database from the main one's connection."""
    connections["default"].ensure_connection()
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_name(alias))))
    except Exception as refused:
        if isinstance(refused.__cause__, errors.DuplicateDatabase):
            return
        if isinstance(refused.__cause__, psycopg2.Error):
            raise CommandError(
                f"The database {_name(alias)} does not exist, and this role may not create it. "
                f"Let somebody who may run: {_command(alias)}"
            ) from None
        raise


def _command(alias: str) -> str:
    named = connections[alias].settings_dict
    return f"createdb --owner={named['USER'] or 'yunnuo'} {named['NAME']}"


def _name(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


def _last_line(refused: Exception) -> str:
    return str(refused).strip().splitlines()[-1].strip()
