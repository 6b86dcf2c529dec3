"""What the tables of partners, and of sheets from elsewhere, refuse by themselves (A7, E1, E3)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from consent.models import Partner, PartnerHook
from contacts import erase
from contacts.importing import paid
from contacts.models import PaidListCase, SheetImport, SheetRow
from tests import house
from tests.audit.cast import run
from tests.contacts.sheetwork import bring, text
from tests.refusals.naming import AT, BY, plain, proves, real, trigger
from vault import persons, sealing

ROWS = [["王小诺", house.WANG, "是"]]


@proves("contacts_sheetrow_paid")
@plain
def test_no_row_of_a_list_that_was_paid_for_is_stored():
    """(E3)"""
    home = house.build()
    honest, stopped = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    with pytest.raises(IntegrityError, match="paid for"), transaction.atomic():
        SheetRow.objects.create(pk=uuid4(), sheet=stopped, number=2, status="ready")
    SheetRow.objects.create(pk=uuid4(), sheet=honest, number=9, status="refused")  # of any other it is taken
    assert set(SheetRow.objects.values_list("sheet", flat=True)) == {honest.pk}


@proves("contacts_sheetimport_said", "nothing_of_a_paid_list")
@pytest.mark.parametrize("change", [{"provenance": "own"}, {"state": "checked"}, {"read": 1}, {"file": b"x"}])
@plain
def test_a_list_that_was_paid_for_stays_one_and_stays_empty(change):
    """(E3)"""
    home = house.build()
    honest, stopped = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    if "file" in change:
        change = {"file": honest.file}
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetImport.objects.filter(pk=stopped.pk).update(**change)
    stopped.refresh_from_db()
    assert (stopped.provenance, stopped.state, stopped.read, stopped.file) == ("paid", "failed", 0, None)


@proves("sheet_comes_from_an_event")
@plain
def test_only_a_list_that_was_paid_for_names_no_event():
    """(E3)"""
    home = house.build()
    honest, stopped = bring(home, text(ROWS)), paid.stop(event=None, by=home.li, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetImport.objects.filter(pk=honest.pk).update(event=None)
    assert dict(SheetImport.objects.values_list("pk", "event")) == {honest.pk: home.event.pk, stopped.pk: None}


@proves(*trigger("contacts_paidlistcase", "audit", "insert", "update", "delete"))
@real
def test_no_case_is_opened_changed_or_deleted_without_an_entry():
    """(E3)"""
    home = house.build()
    sheet, case = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    for sql in ("UPDATE contacts_paidlistcase SET opened_at = opened_at", "DELETE FROM contacts_paidlistcase"):
        with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
            run(sql)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        PaidListCase.objects.create(sheet=_copy(sheet), opened_by=home.li, opened_at=AT)
        connection.check_constraints()
    assert list(PaidListCase.objects.values_list("pk", flat=True)) == [case.pk]


def _copy(sheet):
    """One more sheet, of which the trail says nothing."""
    sheet.pk, sheet.file, sheet.file_name = uuid4(), None, None
    sheet.save(force_insert=True)
    return sheet


@proves("paid_case_closed_by_another", *trigger("contacts_paidlistcase", "fixed", "update", "delete"))
@plain
def test_a_case_is_closed_by_another_with_a_finding_and_then_stays():
    """(E3)"""
    home = house.build()
    pk = paid.stop(event=home.event, by=home.li, at=AT).pk
    trail.record("import.case_closed", by=BY, at=AT, subject=pk)
    whole = {"finding": "mistake", "closed_by": home.chen, "closed_at": AT}
    for wrong in ({"closed_by": home.li}, {"finding": ""}, {"closed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaidListCase.objects.filter(pk=pk).update(**whole | wrong)
    PaidListCase.objects.filter(pk=pk).update(**whole)
    for deed in (lambda rows: rows.update(closed_at=AT + timedelta(days=1)), lambda rows: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed(PaidListCase.objects.filter(pk=pk))
    assert PaidListCase.objects.get().closed_at == AT


WHOLE = {
    "name": "海盛财产保险",
    "contact": "privacy@haisheng.example",
    "gives": True,
    "takes": False,
    "purposes": ["phone_contact"],
    "categories": ["name", "mobile"],
    "method": "加密传输",
    "names_us": "允诺",
    "agreement": "HT-7",
    "agreed_on": date(2026, 1, 5),
    "assessed_on": date(2026, 1, 4),
    "valid_until": date(2026, 12, 31),
}


def entered(home, **changes):
    """A partner as the table takes it, with its entry in the trail; the deeds would refuse some of these changes."""
    partner = Partner(**WHOLE | {"entered_by": home.chen, "entered_at": AT} | changes)
    with transaction.atomic():
        trail.record("partner.entered", by=BY, at=AT, subject=partner.pk)
        partner.save(force_insert=True)
    return partner


def changed(partner, **values):
    with transaction.atomic():
        trail.record("partner.changed", by=BY, at=AT, subject=partner.pk)
        Partner.objects.filter(pk=partner.pk).update(**values)


@proves(*trigger("consent_partner", "audit", "insert", "update", "delete"))
@real
def test_no_partner_is_entered_changed_or_deleted_without_an_entry():
    """(A7)"""
    home = house.build()
    partner = entered(home)
    for sql in ("UPDATE consent_partner SET approved_at = approved_at", "DELETE FROM consent_partner"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        Partner.objects.create(**WHOLE | {"agreement": "HT-8"}, entered_by=home.chen, entered_at=AT)
        connection.check_constraints()
    assert list(Partner.objects.values_list("pk", "approved_at")) == [(partner.pk, None)]


@proves("partner_approved_by_another", "consent_partner_born")
@plain
def test_nobody_approves_what_they_entered_and_nothing_is_born_approved():
    """(A7)"""
    home = house.build()
    partner = entered(home)
    for wrong in ({"approved_by": home.chen, "approved_at": AT}, {"approved_by": home.zhao}, {"approved_at": AT}):
        with pytest.raises(IntegrityError):
            changed(partner, **wrong)
    for wrong in ({"approved_by": home.zhao, "approved_at": AT}, {"ended_by": home.chen, "ended_at": AT}):
        with pytest.raises(IntegrityError, match="entered before anything else"):
            entered(home, agreement="HT-8", **wrong)
    changed(partner, approved_by=home.zhao, approved_at=AT)
    assert Partner.objects.get().approved_by == home.zhao


@proves("partner_is_named", "partner_gives_or_takes", "partner_has_an_end", "one_open_partner_agreement")
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"contact": ""},
        {"method": ""},
        {"agreement": ""},
        {"gives": False},
        {"names_us": ""},
        {"valid_until": date(2026, 1, 5)},
        {"agreement": "HT-6"},
    ],
)
@plain
def test_a_partner_can_be_named_and_reached_takes_or_gives_and_has_an_end(wrong):
    """(A7, E1)"""
    home = house.build()
    entered(home, agreement="HT-6")
    with pytest.raises(IntegrityError):
        entered(home, **wrong)
    entered(home)
    entered(home, agreement="HT-8", gives=False, takes=True, names_us="")
    assert Partner.objects.count() == 3


@proves("consent_partner_stays", "consent_partner_kept")
@plain
def test_what_was_said_of_a_partner_stays_before_and_after_the_approval():
    """(A7, E5)"""
    home = house.build()
    partner = entered(home)
    others = {
        "name": "x", "contact": "x", "gives": False, "takes": True, "purposes": ["sms_info"], "categories": ["name"],
        "method": "x", "names_us": "x", "agreement": "x", "agreed_on": date(2026, 1, 6), "assessed_on": date(2026, 1, 6),
        "valid_until": date(2027, 12, 31), "entered_by": home.li, "entered_at": AT + timedelta(days=1),
    }  # fmt: skip
    fixed = {field.name for field in Partner._meta.concrete_fields} - {"id"}
    assert set(others) == fixed - {"approved_by", "approved_at", "ended_by", "ended_at"}
    for _turn in range(2):
        for name, value in others.items():
            with pytest.raises(IntegrityError, match="enter it anew"):
                changed(partner, **{name: value})
        with pytest.raises(IntegrityError, match="stays on record"), transaction.atomic():
            trail.record("partner.changed", by=BY, at=AT, subject=partner.pk)
            Partner.objects.filter(pk=partner.pk)._raw_delete("default")
        if partner.approved_at is None:
            changed(partner, approved_by=home.zhao, approved_at=AT)
            partner.refresh_from_db()
    for again in (
        {"approved_by": home.wu},
        {"approved_at": AT + timedelta(days=1)},
        {"approved_by": None, "approved_at": None},
    ):
        with pytest.raises(IntegrityError, match="enter it anew"):
            changed(partner, **again)
    changed(partner, ended_by=home.chen, ended_at=AT)


@proves("partner_ended_by_somebody", *trigger("consent_partner", "fixed", "update", "delete"))
@plain
def test_a_partner_is_ended_by_somebody_and_is_final_then():
    """(A7, E5)"""
    home = house.build()
    partner = entered(home)
    for wrong in ({"ended_by": home.chen}, {"ended_at": AT}):
        with pytest.raises(IntegrityError):
            changed(partner, **wrong)
    changed(partner, ended_by=home.chen, ended_at=AT)
    for values in ({"ended_by": None, "ended_at": None}, {"approved_by": home.zhao, "approved_at": AT}):
        with pytest.raises(DatabaseError):
            changed(partner, **values)
    with pytest.raises(DatabaseError), transaction.atomic():
        trail.record("partner.changed", by=BY, at=AT, subject=partner.pk)
        Partner.objects.filter(pk=partner.pk)._raw_delete("default")
    assert Partner.objects.get().ended_by == home.chen
    entered(home)  # the number of an agreement that ended is free


@proves("contacts_sheetimport_from", "contacts_sheetimport_whose")
@plain
def test_whose_list_it_is_is_said_with_the_list_and_once():
    """(A7)"""
    home = house.build()
    partner, other = entered(home), entered(home, agreement="HT-8")
    told = {"event": home.event, "uploaded_by": home.li, "uploaded_at": AT, "state": "uploaded", "purge_on": AT}
    with pytest.raises(IntegrityError, match="whose list"), transaction.atomic():
        SheetImport.objects.create(partner=partner, **told)
    theirs = SheetImport.objects.create(partner=partner, provenance="partner", **told)
    nobodys = SheetImport.objects.create(provenance="partner", **told)
    for sheet, value in ((theirs, other), (theirs, None), (nobodys, partner)):
        with pytest.raises(IntegrityError, match="said once"), transaction.atomic():
            SheetImport.objects.filter(pk=sheet.pk).update(partner=value)
    SheetImport.objects.filter(pk=theirs.pk).update(state="checking")


@proves("contacts_sheetrow_proof", "contacts_sheetrow_proven", "one_person_per_proof")
@plain
def test_no_row_of_a_partner_becomes_a_person_without_a_proof_of_its_own_and_an_agreement():
    """(E1)"""
    home = house.build()
    partner, waiting = entered(home), entered(home, agreement="HT-8")
    changed(partner, approved_by=home.zhao, approved_at=AT)
    told = {"event": home.event, "uploaded_by": home.li, "uploaded_at": AT, "state": "uploaded", "purge_on": AT}
    lists = [SheetImport.objects.create(partner=of, provenance="partner", **told) for of in (partner, waiting, None)]
    own = SheetImport.objects.create(**told)

    def row(sheet, number, proof, made=False):
        return SheetRow.objects.create(sheet=sheet, number=number, status="ready", proof=proof, made=made)

    with pytest.raises(IntegrityError, match="judged before"), transaction.atomic():
        row(lists[0], 9, "p9", made=True)
    bare, first, twin = row(lists[0], 2, None), row(lists[0], 3, "p1"), row(lists[0], 4, "p1")
    loose = [row(sheet, 2, f"p{n}") for n, sheet in enumerate(lists[1:], 2)]
    for one in (bare, *loose):
        with pytest.raises(IntegrityError, match="proof of their own"), transaction.atomic():
            SheetRow.objects.filter(pk=one.pk).update(made=True)
    SheetRow.objects.filter(pk=first.pk).update(made=True)
    for change in ({"pk": first.pk, "proof": None}, {"pk": twin.pk, "made": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SheetRow.objects.filter(pk=change.pop("pk")).update(**change)
    changed(partner, ended_by=home.chen, ended_at=AT)
    SheetRow.objects.filter(sheet=lists[0]).update(payload=None)  # what came in is purged as ever
    other = row(lists[0], 5, "p5")
    with pytest.raises(IntegrityError, match="proof of their own"), transaction.atomic():
        SheetRow.objects.filter(pk=other.pk).update(made=True)
    SheetRow.objects.filter(pk=row(own, 2, None).pk).update(made=True)
    assert SheetRow.objects.filter(made=True).count() == 2


@proves("contacts_sheetrow_judged", "contacts_sheetrow_spent", "contacts_sheetrow_rests")
@plain
def test_who_waits_becomes_nobody_and_a_proof_that_was_used_stays_used_while_its_person_is_here():
    """(E1)"""
    home = house.build()
    partner = entered(home)
    changed(partner, approved_by=home.zhao, approved_at=AT)
    told = {"event": home.event, "uploaded_by": home.li, "uploaded_at": AT, "state": "uploaded", "purge_on": AT}
    sheet = SheetImport.objects.create(partner=partner, provenance="partner", **told)
    person = house.arrive(home.event, house.WANG)[0].subject_id
    made = SheetRow.objects.create(pk=person, sheet=sheet, number=2, status="ready", proof="p1")
    held, rows = SheetRow.objects.create(sheet=sheet, number=3, status="held"), SheetRow.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="who waits waits"), transaction.atomic():
        SheetRow.objects.filter(pk=held.pk).update(made=True, proof="made up")
    rows.update(made=True, subject_id=person)
    for change in ({"proof": "p2"}, {"made": False}):
        with pytest.raises(IntegrityError, match="brings in one person"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="brings in one person"), transaction.atomic():
        rows._raw_delete("default")
    erase.one(person, by=BY, at=AT)
    rows.update(made=False)  # taken back: the consent may speak again
    assert SheetRow.objects.filter(made=True).count() == 0


def hooked(partner, *, told=True, **changes):
    """How a partner is told, as the table takes it; `told` leaves an entry in the trail first."""
    closed = sealing.seal_text("x" * 32, field_id="consent.partner.secret", row=partner.pk, owner=partner.pk)
    with transaction.atomic():
        if told:
            trail.record("partner.entered", by=BY, at=AT, subject=partner.pk)
        made = PartnerHook.objects.create(
            **{"partner": partner, "address": "https://partner.example/", "secret": closed} | changes
        )
        connection.check_constraints()
    return made


def taking(home, **changes):
    partner = entered(home, gives=False, takes=True, names_us="", **changes)
    persons.make_keys([partner.pk], at=AT)
    return partner


@proves(*trigger("consent_partnerhook", "audit", "insert", "update", "delete"))
@real
def test_how_a_partner_is_told_is_not_entered_changed_or_deleted_without_an_entry():
    """(D10)"""
    partner = taking(house.build())
    with pytest.raises(IntegrityError, match="no entry in the trail"):
        hooked(partner, told=False)
    hooked(partner)
    for sql in ("UPDATE consent_partnerhook SET secret = secret", "DELETE FROM consent_partnerhook"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)
    assert PartnerHook.objects.count() == 1


@proves("hook_travels_closed", "consent_partnerhook_born", "consent_partnerhook_same", "consent_partnerhook_stays")
@plain
def test_how_a_partner_is_told_is_entered_before_the_approval_closed_on_its_way_and_stays():
    """(D10) A colleague alone points the word about a withdrawal nowhere else, before or after the approval."""
    home = house.build()
    partner, giver, late = taking(home), entered(home, agreement="HT-8"), taking(home, agreement="HT-9")
    persons.make_keys([giver.pk], at=AT)
    changed(late, approved_by=home.zhao, approved_at=AT)
    for other in (giver, late):
        with pytest.raises(IntegrityError, match="entered before it is approved"):
            hooked(other)
    for address in ("http://partner.example/", "ftp://partner.example/", ""):
        with pytest.raises(IntegrityError):
            hooked(partner, address=address)
    hooked(partner)
    for wrong in ({"address": "https://elsewhere.example/"}, {"partner": late}):
        with pytest.raises(IntegrityError, match="how a partner is told stays"), transaction.atomic():
            for pk in (partner.pk, late.pk):
                trail.record("partner.changed", by=BY, at=AT, subject=pk)
            PartnerHook.objects.filter(pk=partner.pk).update(**wrong)
    with pytest.raises(IntegrityError, match="how a partner is told stays"), transaction.atomic():
        trail.record("partner.changed", by=BY, at=AT, subject=partner.pk)
        PartnerHook.objects.filter(pk=partner.pk)._raw_delete("default")
    assert PartnerHook.objects.get().address == "https://partner.example/"
