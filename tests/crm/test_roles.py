"""Three roles on a real PostgreSQL: the app serves and cannot rewrite, the sealer seals and reads nobody."""

import itertools
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, connections, transaction

from audit import sealing, watch
from audit.models import Entry, Pending
from audit.sealing import Sealer
from contacts import reveal, sweep, withdrawal
from contacts.models import Contact, Phone
from crm.rights import roles
from crm.rights.triggers import EXPECTED, GROWING
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import BY, POSTGRESQL
from vault import signing

ORIGIN = "office.example/trail/1"
real = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no roles")


@pytest.fixture
def three(request):
    """Roles of this test's own, gone afterwards."""
    names = {"app": "yunnuo_test_app", "sealer": "yunnuo_test_sealer"}
    call_command("roles", apply=True, **names)
    yield names
    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {names['app']}, {names['sealer']}")
    run(f"DROP ROLE {names['app']}")
    run(f"DROP ROLE {names['sealer']}")


@contextmanager
def acting_as(role):
    """Both databases as this role sees them."""
    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SET ROLE {role}" if role else "RESET ROLE")
    try:
        yield
    finally:
        for alias in ("default", "vault"):
            with connections[alias].cursor() as cursor:
                cursor.execute("RESET ROLE")


ATTACKS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "delete inside": "WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
    "truncate": "TRUNCATE {table} CASCADE",
    "merge": "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "silence": "SET LOCAL session_replication_role = replica",
    "disable": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop": "DROP TABLE {table} CASCADE",
}
KEYS = {"audit_entry": "reason", "audit_leaf": "idx", "audit_tile": "n", "audit_checkpoint": "size", "audit_key": "kid"}


@on_postgresql
@real
@pytest.mark.parametrize("who", ["app", "sealer"])
def test_neither_rewrites_the_trail(three, who):
    home = house.build()
    house.arrive(home.event, house.WANG)
    before = run("SELECT seq, leaf FROM audit_entry ORDER BY seq")
    assert before != []
    for table, (attack, sql) in itertools.product(KEYS, ATTACKS.items()):
        with acting_as(three[who]), pytest.raises(DatabaseError, match="permission denied|must be owner"), transaction.atomic():
            run(sql.format(table=table, column=KEYS[table]))
            raise LookupError(f"{who} could {attack} {table}")
    assert run("SELECT seq, leaf FROM audit_entry ORDER BY seq") == before


@on_postgresql
@real
def test_the_main_job_runs_as_the_app(three):
    home = house.build()
    with acting_as(three["app"]):
        house.arrive(home.event, house.WANG, at=house.NOON)
        wang = Contact.objects.get()
        number = Phone.objects.get()
        reveal.reveal(phone=number, action="reveal_check", in_book=True, by=home.li, at=house.NOON + timedelta(hours=1))
        withdrawal.withdraw(
            subject=wang.pk, scope=None, method="spoken", reason="withdrawal", by=home.li, at=house.NOON + timedelta(hours=2)
        )
        assert sweep.run(by=BY, at=house.NOON + timedelta(hours=3)).deleted == 1
    assert Entry.objects.filter(act="contact.erased").count() == 1


@on_postgresql
@real
def test_the_sealer_seals_and_reads_nobody(three, tmp_path):
    house.build()
    sealer = Sealer(signing.create(tmp_path / "key", ORIGIN), ORIGIN, tmp_path / "state")
    waiting = Pending.objects.count()
    with acting_as(three["sealer"]):
        watch.beat(at=house.NOON)
        assert watch.seal(sealer, at=house.NOON) == waiting + 1
        for table in ("contacts_contact", "contacts_phone", "consent_subject", "team_user"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                run(f"SELECT * FROM {table}")
    with acting_as(three["app"]), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        house.build  # noqa: B018 - the app signs nothing
        sealing.seal(sealer, at=house.NOON)
        run("INSERT INTO audit_leaf (idx, seq) VALUES (999, 999)")


@on_postgresql
@real
def test_whatever_drifts_is_named_and_stops_the_start(three, settings):
    with acting_as(three["app"]):
        assert roles.drift() == []
    assert [
        line.split(":")[0].endswith("may do anything in " + connection.settings_dict["NAME"]) for line in roles.drift()[:1]
    ] == [True]
    run(f"GRANT DELETE ON audit_entry TO {three['app']}")
    run("ALTER TABLE contacts_contact DISABLE TRIGGER contacts_contact_hold")
    try:
        with acting_as(three["app"]):
            told = roles.drift()
            settings.PRODUCTION = True
            with pytest.raises(SystemExit, match="audit_entry"):
                roles.refuse_drift()
        assert [("DELETE audit_entry" in line, "contacts_contact_hold" in line) for line in told] == [
            (True, False),
            (False, True),
        ]
    finally:
        run("ALTER TABLE contacts_contact ENABLE ALWAYS TRIGGER contacts_contact_hold")
        run(f"REVOKE DELETE ON audit_entry FROM {three['app']}")


@on_postgresql
@real
def test_the_list_in_the_code_is_what_the_migrations_make():
    found = run("SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal")
    assert set(found) == EXPECTED
    assert "audit_entry" in GROWING


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_command_prints_checks_and_refuses(capsys):
    if not POSTGRESQL:
        with pytest.raises(CommandError, match="SQLite has no roles"):
            call_command("roles")
        assert roles.drift() == []
        return
    call_command("roles", app="a", sealer="b")
    said = capsys.readouterr().out
    assert (said.count("CREATE ROLE a"), said.count("REVOKE UPDATE, DELETE ON audit_entry FROM a;")) == (2, 1)
    for names in ({"app": "a", "sealer": "a"}, {"app": "A; DROP", "sealer": "b"}):
        with pytest.raises(CommandError, match="names of roles"):
            call_command("roles", **names)
    with pytest.raises(CommandError, match="may do anything"):
        call_command("roles", check=True)
