"""What no road around the deeds may do: plain SQL, update(), bulk_update(), INSERT OR REPLACE, TRUNCATE."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from consent import gate
from consent.models import Consent, ConsentEvent, Decision, NoticePurpose, NoticeVersion
from contacts import hold
from contacts.models import Contact, LegalHold, Phone
from team import matrix
from team.fields import Level
from team.models import Book, LevelChange, Pledge, ProtectedField
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, POSTGRESQL, plain, proves, real, trigger, wang

# No change to a person without an entry.

GUARDED = {Consent: "subject_id", Contact: "subject_id", Phone: "contact_id", LegalHold: "subject_id"}
DEEDS = ("insert", "update", "delete")
# PostgreSQL asks about these once for a statement, by a trigger for each deed (audit.guard).
BY_BATCH = {Consent, Contact, Phone} if POSTGRESQL else set()


def guards_of(model):
    """The names of the guard that asks the trail about this table."""
    table = model._meta.db_table
    by_deed = [f"{table}_audit_{deed}" for deed in DEEDS]
    return [*by_deed, f"{table}_audit_truncate"] if model in BY_BATCH else trigger(table, "audit", *DEEDS)


def columns_of(model):
    return [connection.ops.quote_name(field.column) for field in model._meta.concrete_fields]


def copied(model, **changed):
    """SQL that puts in a copy of the first row, around Django and around every deed; the values are SQL."""
    table, columns = model._meta.db_table, columns_of(model)
    values = ", ".join(changed.get(column.strip('"'), column) for column in columns)
    return f"INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} LIMIT 1"


def lift(home):
    """Chen asks, Zhao lifts."""
    pk = LegalHold.objects.get().pk
    hold.ask_to_lift(hold_id=pk, by=home.chen, at=AT)
    hold.lift(hold_id=pk, by=home.zhao, at=AT)


def fresh_id():
    return "gen_random_uuid()" if POSTGRESQL else "lower(hex(randomblob(16)))"


def around(model, column):
    """Every road around the deeds: plain SQL, update(), bulk_update() and a raw delete."""
    table = model._meta.db_table
    row = model.objects.first()
    name = {Consent: "source", Contact: "language", Phone: "kind", LegalHold: "case_ref"}[model]
    setattr(row, name, "other")
    fresh = {"id": fresh_id()} | ({"channel": "'sms'"} if model is Consent else {})
    yield lambda: run(f"UPDATE {table} SET {name} = 'other'")
    yield lambda: model.objects.update(**{name: "other"})
    yield lambda: model.objects.bulk_update([row], [name])
    yield lambda: row.save()
    yield lambda: run(f"DELETE FROM {table} WHERE {column} = {column}")
    yield lambda: model.objects.all()._raw_delete(using="default")
    if model is not Contact:  # whose key is the person: a copy of a contact is somebody else's
        yield lambda: run("INSERT " + copied(model, **fresh))
    if not POSTGRESQL:
        yield lambda: run("INSERT OR REPLACE " + copied(model))


@proves(*(name for model in GUARDED for name in guards_of(model)))
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.db_table)
@real
def test_no_road_leads_to_a_person_without_an_entry(model):
    home = house.build()
    subject = wang(home)
    hold.place(
        contact=Contact.objects.get(pk=subject), case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT
    )
    if model is not LegalHold:
        lift(home)
    before = run(f"SELECT * FROM {model._meta.db_table}")
    for change in around(model, GUARDED[model]):
        with pytest.raises(IntegrityError, match="no entry in the trail|foreign key|legal hold"), transaction.atomic():
            change()
        assert run(f"SELECT * FROM {model._meta.db_table}") == before
    with transaction.atomic():
        trail.record("contact.changed", by=BY, at=AT, subject=subject)
        list(around(model, GUARDED[model]))[0]()
    assert run(f"SELECT * FROM {model._meta.db_table}") != before


@real
def test_no_person_comes_in_without_an_entry():
    home = house.build()
    contact = Contact.objects.get(pk=wang(home))
    other = wang(home, confirm=False)
    assert other == contact.pk
    subject = type(contact.subject).objects.create(created_at=AT)
    contact.subject, contact._state.adding = subject, True
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        contact.save(force_insert=True)
    assert Contact.objects.filter(pk=subject.pk).count() == 0
    with transaction.atomic():
        trail.record("contact.created", by=BY, at=AT, subject=subject.pk)
        contact.save(force_insert=True)
    assert Contact.objects.filter(pk=subject.pk).count() == 1


@proves(*(["contacts_contact_hold", "contacts_phone_hold"]))
@real
def test_no_road_passes_a_hold_even_with_an_entry():
    home = house.build()
    subject = wang(home)
    hold.place(
        contact=Contact.objects.get(pk=subject), case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT
    )
    roads = ["DELETE FROM contacts_phone", "DELETE FROM contacts_contact"]
    if not POSTGRESQL:
        roads += ["INSERT OR REPLACE " + copied(Phone), "INSERT OR REPLACE " + copied(Contact)]
    for road in roads:
        with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
            trail.record("contact.erased", by=BY, at=AT, subject=subject)
            run(road)
    assert (Contact.objects.count(), Phone.objects.count()) == (1, 1)
    lift(home)
    with transaction.atomic():
        trail.record("contact.erased", by=BY, at=AT, subject=subject)
        run("DELETE FROM contacts_phone")
    assert Phone.objects.count() == 0


# What only grows, and what is final.

GROWING = {ConsentEvent: "reason", Decision: "reason", Pledge: "version", LevelChange: "reason"}
FINAL = {NoticeVersion: "content_hash", NoticePurpose: "tick_zh"}


def lived_in():
    """A house where something of everything has happened."""
    home = house.build()
    subject = wang(home)
    gate.ask(by=home.li, subject=subject, action="call", usage=gate.Usage(), in_book=True, may=True, at=AT)
    field = ProtectedField.objects.get(pk="contacts.mobile")
    matrix.set_level(field=field, role="advisor", level=Level.CALL, reason="less is enough", by=home.zhao, at=AT)
    return home


@proves(*(name for model in GROWING for name in trigger(model._meta.db_table, "grows", "insert", "update", "delete")))
@proves(*trigger("consent_noticeversion", "fixed", "update", "delete"))
@proves(*trigger("consent_noticepurpose", "fixed", "insert", "update", "delete"))
@pytest.mark.parametrize("model", [*GROWING, *FINAL], ids=lambda model: model._meta.db_table)
@plain
def test_what_was_written_stays_as_it_was(model):
    lived_in()
    table, column = model._meta.db_table, (GROWING | FINAL)[model]
    before = run(f"SELECT * FROM {table}")
    row = model.objects.first()
    setattr(row, column, "other")
    roads = [
        lambda: run(f"UPDATE {table} SET {column} = 'other'"),
        lambda: model.objects.update(**{column: "other"}),
        lambda: model.objects.bulk_update([row], [column]),
        lambda: row.save(),
        lambda: run(f"DELETE FROM {table}"),
        lambda: model.objects.all()._raw_delete(using="default"),
    ]
    if not POSTGRESQL:
        roads.append(lambda: run("INSERT OR REPLACE " + copied(model)))
    for road in roads:
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            road()
        assert run(f"SELECT * FROM {table}") == before != []


@plain
def test_a_published_notice_gets_no_more_ticks_and_lends_none():
    home = house.build()
    published = home.event.notice_version
    draft = NoticeVersion.objects.create(notice=published.notice, number=2, content={}, created_at=AT)
    tick = published.purposes.first()
    facts = {
        "purpose_id": "credit_report_query",
        "channel": "share",
        "order": 9,
        "tick_zh": "x",
        "tick_en": "x",
        "valid_days": 9,
    }
    own = NoticePurpose.objects.create(version=draft, **facts)
    roads = [
        lambda: NoticePurpose.objects.create(version=published, **facts),
        lambda: NoticePurpose.objects.filter(pk=own.pk).update(version=published),
        lambda: NoticePurpose.objects.filter(pk=tick.pk).update(version=draft),
    ]
    for road in roads:
        with pytest.raises(DatabaseError, match="the notice is published"), transaction.atomic():
            road()
    assert NoticePurpose.objects.filter(pk=own.pk).update(valid_days=8) == 1
    assert own.delete()[0] == 1


@plain
def test_a_draft_of_a_notice_may_still_change():
    home = house.build()
    notice = home.event.notice_version.notice
    draft = NoticeVersion.objects.create(notice=notice, number=2, content={}, created_at=AT)
    assert NoticeVersion.objects.filter(pk=draft.pk).update(content={"zh": {}}) == 1
    draft.delete()
    assert notice.versions.count() == 1


TRAIL = {
    True: ["audit_entry_keep", "audit_entry_keep_all", "audit_entry_keep_insert", "audit_entry_enqueue"],
    False: [
        "audit_entry_fresh",
        "audit_entry_hash",
        "audit_entry_enqueue",
        "audit_entry_keep_update",
        "audit_entry_keep_delete",
        "audit_entry_keep_insert",
    ],
}


@proves(*TRAIL[POSTGRESQL])
@real
def test_an_entry_stays_and_waits_for_its_seal():
    with transaction.atomic():
        eid = trail.record("sweep.started", by=BY, at=AT)
    (row,) = run("SELECT seq FROM audit_entry")
    assert run("SELECT seq FROM audit_pending") == [row]
    columns = "leaf, leaf_hash, eid, at_us, act, outcome, reason, actor"
    roads = ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"]
    roads += [f"INSERT INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"]
    blank = columns.replace("leaf,", "'{}'," if POSTGRESQL else "CAST('{}' AS blob),").replace("eid", fresh_id())
    roads += [f"INSERT INTO audit_entry ({columns}) SELECT {blank} FROM audit_entry"]
    if POSTGRESQL:
        roads += ["TRUNCATE audit_entry"]
    else:
        roads += [f"INSERT OR REPLACE INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"]
        other = columns.replace("leaf_hash", "x'00'").replace("eid", fresh_id())
        roads += [f"INSERT INTO audit_entry ({columns}) SELECT {other} FROM audit_entry"]
    for road in roads:
        with pytest.raises(DatabaseError, match="refused|unique"), transaction.atomic():
            run(road)
    assert [value for (value,) in run("SELECT seq FROM audit_entry")] == list(row)
    assert eid


@pytest.mark.skipif(not POSTGRESQL, reason="only PostgreSQL has TRUNCATE")
@pytest.mark.parametrize("model", [*GUARDED, *GROWING, *FINAL], ids=lambda model: model._meta.db_table)
@plain
def test_no_table_is_emptied_at_one_stroke(model):
    lived_in()
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run(f"TRUNCATE {model._meta.db_table} CASCADE")


@plain
def test_who_is_referred_to_stays():
    home = lived_in()
    for row in (home.li, home.event, Book.objects.get(owner=home.li), home.event.notice_version.notice):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete(using="default")
            run("SET CONSTRAINTS ALL IMMEDIATE") if POSTGRESQL else connection.check_constraints()
        assert type(row).objects.filter(pk=row.pk).exists()
