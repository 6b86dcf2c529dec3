"""No change without an entry, and no entry changed: what the database itself refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import guard, trail
from audit.models import Entry
from tests.audit.cast import AT, LI, WANG, ZHOU, add, run, table_with

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> list[object]:
    return [row[0] for row in run("SELECT name FROM trial ORDER BY id")]


def tell(subject=WANG, act="contact.changed"):
    return trail.record(act, by=LI, at=AT, subject=subject)


@pytest.fixture
def guarded():
    with table_with(*guard.guard_operations("trial", "person")):
        yield


def test_a_change_with_its_entry_goes_through(guarded):
    with transaction.atomic():
        tell(act="contact.created")
        add(1, WANG)
        run("UPDATE trial SET name = 'second'")
    assert names() == ["second"]


@pytest.mark.parametrize(
    "deed",
    [
        "INSERT INTO trial SELECT 2, person, 'new', 0 FROM trial",
        "UPDATE trial SET name = 'new'",
        "DELETE FROM trial",
    ],
)
def test_a_change_without_an_entry_is_refused(guarded, deed):
    with transaction.atomic():
        tell(act="contact.created")
        add(1, WANG)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        run(deed)
    assert names() == ["first"]


def test_outside_any_transaction_nothing_vouches_for_a_change(guarded):
    with pytest.raises(IntegrityError, match="no entry in the trail"):
        add(1, WANG)
    assert names() == []


def test_an_entry_of_an_earlier_transaction_does_not_vouch(guarded):
    with transaction.atomic():
        tell()
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        add(1, WANG)
    assert names() == []


def test_an_entry_about_somebody_else_does_not_vouch(guarded):
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        tell(ZHOU)
        add(1, WANG)
    assert names() == []


def test_an_entry_taken_back_with_its_savepoint_does_not_vouch(guarded):
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        point = transaction.savepoint()
        tell()
        transaction.savepoint_rollback(point)
        add(1, WANG)
    assert names() == []


def test_a_row_handed_to_another_person_needs_entries_for_both(guarded):
    with transaction.atomic():
        tell()
        add(1, WANG)
    other = f"'{ZHOU}'" if connection.vendor == "postgresql" else f"'{ZHOU.hex}'"
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        tell(ZHOU)
        run(f"UPDATE trial SET person = {other}")
    with transaction.atomic():
        tell(ZHOU)
        tell(WANG)
        run(f"UPDATE trial SET person = {other}, name = 'moved'")
    assert names() == ["moved"]


def test_a_row_of_nobody_is_refused(guarded):
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        tell()
        run("INSERT INTO trial VALUES (1, NULL, 'x', 0)")


@pytest.mark.parametrize(
    "operations",
    [
        guard.guard_operations("trial", "person"),
        guard.guard_operations("trial", "person", on="update delete"),
        guard.append_only_operations("trial"),
        guard.immutable_when_operations("trial", "OLD.final = 1"),
    ],
    ids=["guard", "guard in part", "append only", "immutable"],
)
def test_a_guard_can_be_taken_off_by_its_migration(operations):
    (operation,) = operations
    with table_with(operation):
        standing = {name for name in guard.installed(connection) if name.startswith("trial_")}
        with connection.schema_editor() as editor:
            operation.reverse_code(None, editor)
        add(1, WANG)
        left = {name for name in guard.installed(connection) if name.startswith("trial_")}
        assert (bool(standing), left, names()) == (True, set(), ["first"])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has TRUNCATE and roles of replication")
@pytest.mark.parametrize("deed", ["TRUNCATE trial", "TRUNCATE audit_entry", "TRUNCATE audit_entry, audit_pending"])
def test_truncate_is_refused_even_in_replica_role(guarded, deed):
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run(deed)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has replica roles")
def test_replica_role_does_not_silence_the_guard(guarded):
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        add(1, WANG)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE trial SET name = 'new'",
        "DELETE FROM trial",
        "INSERT OR REPLACE INTO trial VALUES (1, NULL, 'new', 0)",
    ],
)
def test_a_table_that_only_grows_refuses_every_change(deed):
    if "REPLACE" in deed and connection.vendor == "postgresql":
        deed = "INSERT INTO trial VALUES (1, NULL, 'new', 0) ON CONFLICT (id) DO UPDATE SET name = 'new'"
    with table_with(*guard.append_only_operations("trial")):
        add(1, WANG)
        with pytest.raises(DatabaseError, match="refused"):
            run(deed)
        add(2, WANG, "second")
        assert names() == ["first", "second"]


def test_a_row_becomes_final_and_only_then_stays():
    with table_with(*guard.immutable_when_operations("trial", "OLD.final = 1")):
        add(1, WANG)
        run("UPDATE trial SET name = 'edited'")
        run("UPDATE trial SET final = 1")
        for deed in ("UPDATE trial SET name = 'new'", "UPDATE trial SET final = 0", "DELETE FROM trial"):
            with pytest.raises(DatabaseError, match="refused"):
                run(deed)
        assert names() == ["edited"]


@pytest.mark.parametrize("table", ["Trial", "trial; DROP TABLE x", "", "trial-1", "x" * 47])
def test_only_plain_names_enter_the_sql(table):
    with pytest.raises(ValueError, match="plain"):
        guard.guard_operations(table, "person")


def test_a_guard_on_nothing_is_refused():
    with pytest.raises(ValueError, match="insert, update or delete"):
        guard.guard_operations("trial", "person", on="select")


@pytest.mark.parametrize("deed", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_an_entry_is_neither_changed_nor_deleted(deed):
    with transaction.atomic():
        eid = tell()
    with pytest.raises(DatabaseError, match="the table only grows"):
        run(deed)
    assert list(Entry.objects.values_list("eid", "act")) == [(eid, "contact.changed")]


@pytest.mark.parametrize("clash", ["seq", "eid"])
def test_insert_or_replace_does_not_replace_an_entry(clash):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE; its upsert is an UPDATE, refused above")
    with transaction.atomic():
        first = tell()
        second = tell(ZHOU)
    columns = "leaf, leaf_hash, at_us, act, outcome, reason, actor"
    key, value = (
        ("seq, eid", "(SELECT min(seq) FROM audit_entry), hex(randomblob(16))") if clash == "seq" else ("eid", f"'{first.hex}'")
    )
    with pytest.raises(IntegrityError, match="the table only grows"):
        run(
            f"INSERT OR REPLACE INTO audit_entry ({key}, {columns}) "
            f"SELECT {value}, {columns} FROM audit_entry WHERE eid = '{second.hex}'"
        )
    assert set(Entry.objects.values_list("eid", flat=True)) == {first, second}


def test_a_leaf_with_a_wrong_hash_cannot_be_stored():
    with transaction.atomic():
        tell()
    tail = "decode('00', 'hex')" if connection.vendor == "postgresql" else "x'00'"
    eid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    columns = "at_us, act, outcome, reason, actor"
    with pytest.raises(IntegrityError):
        run(f"INSERT INTO audit_entry (leaf, leaf_hash, eid, {columns}) SELECT leaf, {tail}, {eid}, {columns} FROM audit_entry")
    assert Entry.objects.count() == 1
