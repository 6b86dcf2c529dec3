"""Nobody who took over the web process puts a table of their own before ours, or writes an entry for another day."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry, Pending
from contacts import hold
from contacts.models import Contact, Phone
from crm.rights import roles
from tests import house
from tests.audit.cast import run
from tests.crm.test_roles import acting_as, on_postgresql, real, three

__all__ = ["three"]
ENTRY = f"INSERT INTO audit_entry ({roles.WRITTEN}{{more}}) SELECT leaf, leaf_hash, gen_random_uuid(), at_us, act, outcome, "
ENTRY += "reason, actor, subject{values} FROM audit_entry WHERE subject = (SELECT subject_id FROM contacts_contact) LIMIT 1"


def shadow(table, columns):
    """A table of the session's own that stands before ours, unless a guard looks for ours by its path."""
    run(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
    run(f"GRANT ALL ON {table} TO PUBLIC")


@on_postgresql
@real
@pytest.mark.parametrize("made", ["table", "view"])
def test_no_guard_is_asked_about_a_trail_of_somebodys_own(made):
    home = house.build()
    house.arrive(home.event, house.WANG, at=house.NOON)
    with pytest.raises(DatabaseError, match="no entry in the trail"), transaction.atomic():
        if made == "table":
            shadow("audit_entry", "subject uuid, xid xid8")
            run("INSERT INTO audit_entry SELECT subject_id, pg_current_xact_id() FROM contacts_contact")
        else:
            told = "SELECT subject_id AS subject, pg_current_xact_id() AS xid FROM public.contacts_contact"
            run(f"CREATE TEMPORARY VIEW audit_entry AS {told}")
            run("GRANT ALL ON audit_entry TO PUBLIC")
        run("DELETE FROM contacts_phone")
    assert (Contact.objects.count(), Phone.objects.count()) == (1, 1)


@on_postgresql
@real
def test_no_hold_is_overlooked_for_a_table_of_somebodys_own():
    home = house.build()
    house.arrive(home.event, house.WANG, at=house.NOON)
    wang, review = Contact.objects.get(), house.NOON.date()
    hold.place(contact=wang, case_ref="2026-1", reason="dispute", review_on=review, by=home.chen, at=house.NOON)
    with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
        shadow("contacts_legalhold", "subject_id uuid, lifted_at timestamptz")
        run(ENTRY.format(more="", values=""))
        run("DELETE FROM contacts_phone")
    assert Phone.objects.count() == 1


@on_postgresql
@real
def test_an_entry_is_always_handed_to_the_sealer():
    home = house.build()
    house.arrive(home.event, house.WANG, at=house.NOON)
    waiting = Pending.objects.count()
    with transaction.atomic():
        shadow("audit_pending", "seq bigint")
        run(ENTRY.format(more="", values=""))
    assert Pending.objects.count() == waiting + 1


@on_postgresql
@real
@pytest.mark.parametrize("who", ["app", "sealer"])
def test_neither_role_makes_a_table_of_its_own(three, who):
    for made in ("TEMPORARY TABLE mine (x integer)", "TEMPORARY VIEW mine AS SELECT 1", "TABLE mine (x integer)"):
        with acting_as(three[who]), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            run(f"CREATE {made}")


@on_postgresql
@real
@pytest.mark.parametrize(
    ("more", "values"),
    [(", xid", ", '9999999999'"), (", seq", ", 9999")],
    ids=["for a transaction to come", "with a number of its own"],
)
def test_no_entry_is_written_for_another_day(three, more, values):
    home = house.build()
    house.arrive(home.event, house.WANG, at=house.NOON)
    before = Entry.objects.count()
    sql = ENTRY.format(more=more, values=values).replace(") SELECT", ") OVERRIDING SYSTEM VALUE SELECT")
    for who in ("app", "sealer"):
        with acting_as(three[who]), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            run(sql)
    assert Entry.objects.count() == before


@on_postgresql
@real
@pytest.mark.parametrize("who", ["app", "sealer"])
def test_neither_role_says_which_migrations_were_run(three, who):
    later = "INSERT INTO django_migrations (app, name, applied) VALUES ('contacts', '0999_a_guard_to_come', now())"
    for sql in (later, "DELETE FROM django_migrations", "UPDATE django_migrations SET name = 'x'"):
        with acting_as(three[who]), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            run(sql)


@on_postgresql
@real
def test_a_right_to_shadow_stops_the_start(three, settings):
    name = connection.settings_dict["NAME"]
    run(f"GRANT TEMPORARY ON DATABASE {name} TO {three['app']}")
    run(f"GRANT INSERT (xid) ON audit_entry TO {three['app']}")
    run("ALTER FUNCTION contacts_phone_hold() RESET search_path")
    try:
        with acting_as(three["app"]):
            told = [line.split(":")[0] for line in roles.drift()]
    finally:
        run("ALTER FUNCTION contacts_phone_hold() SET search_path = public, pg_temp")
    assert told == [
        "this role may make temporary tables",
        "contacts_phone_hold() may be asked about a table of somebody's own",
        "this role may say the xid of an entry in audit_entry",
    ]
