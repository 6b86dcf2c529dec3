"""The SQLite connection of this house: knows its transaction, hashes leaves, fires nested triggers.

Use as `ENGINE = "audit.sqlite"`. SQLite has no transaction id, so the commit guard (audit.guard)
compares a token that this wrapper renews at every edge of a transaction.
"""

import hashlib
import uuid
from sqlite3 import Connection
from typing import Any

from django.db.backends.sqlite3 import base


class TransactionToken:
    """A random word that lives exactly as long as one transaction.

    Outside a transaction every call answers a new word, so that nothing written in one statement
    vouches for the next.
    """

    def __init__(self) -> None:
        """Start outside any transaction."""
        self._word = ""
        self._open = False

    def renew(self, *, inside: bool) -> None:
        """Forget the old word; `inside` says whether a transaction is open from now on."""
        self._word = uuid.uuid4().hex
        self._open = inside

    def __call__(self) -> str:
        """Answer the word of the running transaction."""
        return self._word if self._open else uuid.uuid4().hex


def _sha256(value: bytes | str | None) -> bytes | None:
    if value is None:
        return None
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).digest()


def _leaf_hash(leaf: bytes | None) -> bytes | None:
    return None if leaf is None else hashlib.sha256(b"\x00" + bytes(leaf)).digest()


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite that knows `crm_audit_txn()`, `crm_sha256(x)` and `crm_leaf_hash(x)`.

    Foreign keys and recursive triggers are on: without recursive triggers `INSERT OR REPLACE`
    deletes rows behind the back of DELETE triggers.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give the connection its token."""
        super().__init__(*args, **kwargs)
        self.audit_token = TransactionToken()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Open a connection and register what the triggers call."""
        connection: Connection = super().get_new_connection(conn_params)
        self.audit_token.renew(inside=False)
        connection.create_function("crm_audit_txn", 0, self.audit_token)
        connection.create_function("crm_sha256", 1, _sha256, deterministic=True)
        # `||` in SQLite makes text that ends at the first NUL, so the leaf hash is a function of its own.
        connection.create_function("crm_leaf_hash", 1, _leaf_hash, deterministic=True)
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    # Django's edges of a transaction; the type stubs leave these methods out.
    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]
        self.audit_token.renew(inside=True)

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.audit_token.renew(inside=not autocommit)

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self.audit_token.renew(inside=not self.autocommit)

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self.audit_token.renew(inside=not self.autocommit)
