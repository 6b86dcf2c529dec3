"""What the SQLite connection of this house knows beyond Django's."""

import hashlib

import pytest
from django.db import connection, transaction

from tests.audit.cast import run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has these built in"),
]


def token() -> object:
    return run("SELECT crm_audit_txn()")[0][0]


def test_the_token_is_one_within_a_transaction_and_another_in_the_next():
    with transaction.atomic():
        first = {token(), token()}
        with transaction.atomic():
            first.add(token())
    with transaction.atomic():
        second = token()
    assert (len(first), second in first) == (1, False)


def test_outside_a_transaction_no_two_statements_share_a_token():
    assert token() != token()


def test_a_rollback_ends_the_token():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        before = token()
        1 / 0  # noqa: B018
    with transaction.atomic():
        assert token() != before


def test_without_autocommit_each_commit_and_rollback_begins_anew():
    connection.set_autocommit(False)
    try:
        first = token()
        assert token() == first
        connection.commit()
        second = token()
        connection.rollback()
        assert len({first, second, token()}) == 3
    finally:
        connection.rollback()
        connection.set_autocommit(True)


@pytest.mark.parametrize("value", [b"\x00leaf", "leaf"])
def test_it_hashes(value):
    raw = value if isinstance(value, bytes) else value.encode()
    assert run("SELECT crm_sha256(%s), crm_leaf_hash(%s)", value, raw)[0] == (
        hashlib.sha256(raw).digest(),
        hashlib.sha256(b"\x00" + raw).digest(),
    )


def test_nothing_hashes_to_nothing_and_the_pragmas_stand():
    assert run("SELECT crm_sha256(NULL), crm_leaf_hash(NULL)")[0] == (None, None)
    assert (run("PRAGMA recursive_triggers"), run("PRAGMA foreign_keys")) == ([(1,)], [(1,)])
