"""Reveal, call, outcome, visibility, the sweep: through deeds and pages."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit import trail
from audit.models import Entry
from audit.trail import System
from contacts import dial, erase, hold, outcome, reveal, sweep
from contacts.intake import inviting
from contacts.models import Contact, Departure, Phone
from team import matrix, people
from team.fields import Level
from team.models import ProtectedField, User
from tests import house
from vault import index
from vault.models import BlindIndex, PersonKey

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)


def meet(home, number=house.WANG):
    sent, _receipt = house.arrive(home.event, number)
    contact = Contact.objects.get(pk=sent.subject_id)
    return contact, Phone.objects.get(contact=contact)


def show(home, contact, number, by=None, at=LATER, action="reveal_check"):
    return reveal.reveal(phone=number, action=action, in_book=True, by=by or home.li, at=at)


def test_a_reveal_shows_the_number_and_leaves_an_entry():
    home = house.build()
    contact, number = meet(home)
    assert show(home, contact, number).text == "138 0000 1234"
    entry = Entry.objects.get(act="phone.reveal")
    assert (entry.outcome, entry.reason, entry.subject, entry.actor) == ("ok", "reveal_check", contact.pk, home.li.pk)
    assert b"1380000" not in bytes(entry.leaf)


def test_wrong_number_and_refusal_act_at_once():
    home = house.build()
    contact, number = meet(home)
    attempt = dial.dial(contact=contact, phone_id=number.pk, in_book=True, by=home.li, at=LATER)
    outcome.note(attempt=attempt, outcome="refused", by=home.li, at=LATER)
    with pytest.raises(reveal.RevealRefused) as refused:
        show(home, contact, number)
    assert refused.value.reason == "suppressed"
    assert Entry.objects.filter(act="phone.reveal", outcome="denied").count() == 1


def test_no_answer_is_no_refusal():
    home = house.build()
    contact, number = meet(home)
    attempt = dial.dial(contact=contact, phone_id=number.pk, in_book=True, by=home.li, at=LATER)
    outcome.note(attempt=attempt, outcome="unanswered", by=home.li, at=LATER)
    assert show(home, contact, number).text == "138 0000 1234"


def test_a_lapsed_pledge_closes_the_gate():
    home = house.build()
    contact, number = meet(home)
    with transaction.atomic():  # whose own time is not over yet
        trail.record("contact.changed", by=house.BY, at=LATER, subject=contact.pk)
        Contact.objects.update(delete_on=house.NOON + timedelta(days=400))
    with pytest.raises(reveal.RevealRefused) as refused:
        show(home, contact, number, at=house.NOON + timedelta(days=340))
    assert refused.value.reason == "unfit"


def test_the_sweep_takes_who_is_due_and_nothing_else():
    home = house.build()
    contact, _number = meet(home)
    other, _phone = meet(home, house.ZHOU)
    hold.place(contact=other, case_ref="2026-1", reason="dispute", review_on=house.NOON.date(), by=home.chen, at=LATER)
    assert sweep.run(by=System("sweep"), at=house.NOON + timedelta(days=179)).deleted == 0
    report = sweep.run(by=System("sweep"), at=house.NOON + timedelta(days=181))
    assert (report.deleted, report.held, dict(report.rules)) == (1, 1, {"event_lead": 1})
    assert list(Contact.objects.values_list("pk", flat=True)) == [other.pk]
    assert PersonKey.objects.filter(owner=contact.pk).count() == 0
    assert BlindIndex.objects.filter(owner=contact.pk).count() == 0
    assert Departure.objects.get().rule == "event_lead"
    assert index.rows_by_exact("8613800001234") == []


def test_no_deed_and_no_sql_passes_a_hold():
    home = house.build()
    contact, _number = meet(home)
    hold.place(contact=contact, case_ref="2026-1", reason="dispute", review_on=house.NOON.date(), by=home.chen, at=LATER)
    with pytest.raises(erase.HeldBack):
        erase.one(contact.pk, by=home.chen, at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_phone")


def enter(user, verified=False):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if verified:
        device = TOTPDevice.objects.create(user=user, name="t", confirmed=True)
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
    return client


def test_another_owners_person_does_not_exist():
    home = house.build()
    contact, number = meet(home)
    assert enter(home.li).get(f"/contacts/{contact.pk}/").status_code == 200
    assert enter(home.wu).get(f"/contacts/{contact.pk}/").status_code == 200
    for path in ("", "reveal/", "withdraw/"):
        assert enter(home.he, verified=True).get(f"/contacts/{contact.pk}/{path}").status_code == 404
    assert enter(home.he).post("/contacts/search/", {"q": house.WANG}).context["cards"] == []
    assert [c.pk for c in enter(home.li).post("/contacts/search/", {"q": house.WANG}).context["cards"]] == [contact.pk]
    assert [c.pk for c in enter(home.li).post("/contacts/search/", {"q": "1234"}).context["cards"]] == [contact.pk]
    assert [c.pk for c in enter(home.li).post("/contacts/search/", {"q": "小诺"}).context["cards"]] == [contact.pk]


@pytest.mark.parametrize("role", ["zhao", "sun"])
def test_admin_and_auditor_read_nobody(role):
    home = house.build()
    contact, _number = meet(home)
    client = enter(getattr(home, role))
    for path in ("/contacts/", f"/contacts/{contact.pk}/", "/retention/"):
        assert client.get(path).status_code == 403


def test_compliance_sees_masks_only():
    home = house.build()
    contact, _number = meet(home)
    page = enter(home.chen).get(f"/contacts/{contact.pk}/").content.decode()
    assert ("138 **** 1234" in page, "王*" in page, "王小诺" in page) == (True, True, False)


def test_the_list_costs_the_same_for_one_and_for_many(django_assert_num_queries):
    home = house.build()
    meet(home)
    client = enter(home.li)
    client.get("/contacts/")
    with django_assert_num_queries(12, using="default"):
        client.get("/contacts/")
    for n in range(8):
        meet(home, f"1380000{5000 + n}")
    with django_assert_num_queries(12, using="default"):
        assert len(client.get("/contacts/").context["cards"]) == 9


@pytest.mark.parametrize(
    "path",
    ["/contacts/?o=phone", "/contacts/?state=x", "/contacts/?before=zz", "/contacts/?event=1", "/contacts/?q=13800001234"],
)
def test_unknown_filters_and_numbers_in_addresses_are_refused(path):
    home = house.build()
    assert enter(home.li).get(path).status_code == 400


def test_a_role_that_is_taken_away_is_gone_on_the_next_request():
    home = house.build()
    client = enter(home.li)
    assert client.get("/contacts/").status_code == 200
    people.close_account(user=home.li, by=home.zhao, at=house.NOON)
    assert client.get("/contacts/").status_code == 302


def test_a_role_that_may_not_use_the_number_may_not_invite_either():
    home = house.build()
    first, _none = house.arrive(home.event, house.WANG, confirm=False)
    second, _none = house.arrive(home.event, house.ZHOU, confirm=False)
    inviting.invite(contact=Contact.objects.get(pk=first.subject_id), link="/e/fair/", by=home.li, at=LATER)
    field = ProtectedField.objects.get(code="contacts.mobile")
    matrix.set_level(field=field, role="advisor", level=Level.MASKED, reason="story", by=home.zhao, at=LATER)
    with pytest.raises(inviting.InviteRefused) as refused:
        inviting.invite(
            contact=Contact.objects.get(pk=second.subject_id), link="/e/fair/", by=User.objects.get(pk=home.li.pk), at=LATER
        )
    assert refused.value.reason == "field_level"


def test_the_trail_is_exported_with_a_second_factor_only():
    home = house.build()
    assert enter(home.sun).get("/audit/export/").status_code == 302
    assert enter(home.sun, verified=True).get("/audit/export/").status_code == 200
