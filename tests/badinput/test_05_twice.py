"""Section 5, the same form twice, and forms that were sent for something else (104)."""

from datetime import timedelta

import pytest

from audit.models import Entry
from consent.models import Consent
from contacts.models import Contact, Event, LegalHold, SavedView
from team.models import LevelChange, Pledge, User
from tests import house
from tests.badinput.doors import enter, everything, note, preset, stored, visit
from tests.badinput.places import NOBODY

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_104_every_form_sent_twice_makes_one_record(home, browsers):
    li, chen, zhao = (browsers[name] for name in ("li", "chen", "zhao"))
    assert note(li, home.event, house.ZHOU).url == "/contacts/new/"
    made = Contact.objects.latest("created_at")
    assert (note(li, home.event, house.ZHOU).url, Contact.objects.count()) == (f"/contacts/{made.pk}/", 2)
    token = browsers[None].get(f"/e/{home.event.code}/").context["form"].initial["token"]
    twice = [
        (lambda: visit(browsers[None], home.event, house.QIAN, token=token), Contact),
        (lambda: li.post("/events/new/", preset(home, name="Fair", place="Hall", held_on="2026-04-01")), Event),
        (lambda: li.post("/contacts/views/", {"name": "given", "query": "state=given"}), SavedView),
        (lambda: li.post("/account/", {"kind": "nda"}), Pledge),
        (
            lambda: zhao.post("/team/matrix/", {"field": "contacts.name", "role": "lead", "level": "1", "reason": "r"}),
            LevelChange,
        ),
    ]
    for send, model in twice:
        before = model.objects.count()
        first, second = send(), send()
        assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
        assert (model.__name__, model.objects.count()) == (model.__name__, before + 1)
    for _n in range(2):
        chen.post("/retention/days/", {"code": "event_lead", "days": "99"})
        li.post(f"/events/{home.event.pk}/close/")
        zhao.post("/team/", {"username": "new", "display_name": "N", "role": "auditor", "password": "a made-up pass phrase"})
    acts = ("retention.proposed", "event.closed")
    assert [Entry.objects.filter(act=act).count() for act in acts] == [1, 1]
    assert User.objects.filter(username="new").count() == 1


def test_104_a_hold_sent_twice_holds_once(home, time_machine):
    time_machine.move_to(house.NOON + timedelta(hours=1), tick=False)
    browser = enter(home.chen)
    for _n in range(2):
        sent = {"case_ref": "A", "reason": "dispute", "scope": "all", "review_on": "2026-04-01"}
        assert browser.post(f"/contacts/{home.contact.pk}/hold/", sent).url == "/holds/"
    assert (LegalHold.objects.count(), Entry.objects.filter(act="hold.placed").count()) == (1, 1)


def test_104_a_token_counts_at_its_own_event_only(home, browsers):
    token = browsers[None].get(f"/e/{home.event.code}/").context["form"].initial["token"]
    for event in (home.event, home.far):
        assert visit(browsers[None], event, house.QIAN, token=token).status_code == 302
    assert Contact.objects.filter(event=home.far).count() == 1


@pytest.mark.parametrize("token", ["", "x", "a/b", "../" * 9, "1" * 22 + "\n", "/" * 22, "9" * 40, "\0" * 22, "诺" * 22])
def test_104_a_token_that_we_did_not_make_gets_a_new_one(home, browsers, token):
    before = stored()
    answer = visit(browsers[None], home.event, house.QIAN, token=token)
    assert (answer.status_code, stored(), len(answer.context["form"].non_field_errors())) == (400, before, 1)
    fresh = answer.context["form"]["token"].value()
    assert visit(browsers[None], home.event, house.QIAN, token=fresh).status_code == 302


def test_the_quick_note_never_files_a_person_under_another_event(home, browsers):
    before = stored()
    for event in (str(home.far.pk), str(NOBODY), "x", "\0"):
        answer = browsers["li"].post("/contacts/new/", {"event": event, "name": "n", "number": house.QIAN, "act": "assert"})
        assert (answer.status_code, stored()) == (400, before)


@pytest.mark.parametrize("only", ["", "x", "/", "phone_contact/", "phone_contact/fax", "/call", "\0", "x" * 9000])
def test_the_stop_link_stops_what_is_asked_and_nothing_else(home, browsers, only):
    before = everything()
    answer = browsers[None].post(f"/w/{home.receipt.stop_token}/", {"only": only})
    assert (answer.status_code, everything()) == (400, before)
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}
