"""The quick note: sticky, strict, one record for two clicks, and silent about other books and about refusals."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from consent import rules
from consent.models import Decision, SmsMessage
from consent.rules import Facts
from contacts import erase, events, withdrawal
from contacts.intake import visiting
from contacts.models import Contact, Phone
from team.models import Book
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOUR = house.NOON + timedelta(hours=1)


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def note(client, home, number=house.ZHOU, **other):
    person = {"event": home.event.pk, "name": "周敏", "number": number, "act": "invite"}
    return client.post("/contacts/new/", person | other)


@pytest.fixture
def noon():
    with time_machine.travel(HOUR, tick=False):
        yield


def test_name_number_and_enter_note_a_person_and_ask_them_once(noon):
    home = house.build()
    client = enter(home.li)
    answer = note(client, home)
    assert answer.url == "/contacts/new/"
    contact = Contact.objects.get()
    assert (contact.source, contact.delete_rule, contact.delete_on) == ("quick", "asserted", HOUR + timedelta(days=7))
    assert SmsMessage.objects.filter(subject_id=contact.pk, template="invite").count() == 1
    client.post(f"/contacts/{contact.pk}/invite/")
    assert SmsMessage.objects.filter(subject_id=contact.pk, template="invite").count() == 1
    assert b"/invite/" not in client.get(f"/contacts/{contact.pk}/").content


def test_the_message_names_the_event_and_leads_to_an_empty_form(noon):
    home = house.build()
    note(enter(home.li), home)
    body = visiting.subject_phone_screen(Contact.objects.get().pk)
    assert (home.event.name in body, "http://testserver/e/fair/" in body) == (True, True)
    page = Client().get("/e/fair/").content.decode()
    fields = re.findall(r'<input type="text"[^>]*>', page)
    assert (len(fields), [f for f in fields if "value=" in f], " checked" in page) == (2, [], False)


def test_the_noted_person_confirms_on_their_own_phone(noon):
    home = house.build()
    note(enter(home.li), home)
    noted = Contact.objects.get()
    sent, _receipt = house.arrive(home.event, house.ZHOU, at=HOUR + timedelta(minutes=1))
    assert sent.subject_id == noted.pk
    assert "May be called now" in str(enter(home.li).get(f"/contacts/{noted.pk}/", headers={"Accept-Language": "en"}).content)


def test_company_and_note_are_sealed(noon):
    home = house.build()
    note(enter(home.li), home, company="青禾软件", note="想了解教育金\n下周回复")
    contact = Contact.objects.get()
    assert (str(contact.company), str(contact.note)) == ("••••", "••••")
    page = enter(home.li).get(f"/contacts/{contact.pk}/").content.decode()
    assert ("青禾软件" in page, "想了解教育金<br>下周回复" in page) == (True, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x\0y"},
        {"number": ""},
        {"number": "1391234ABCD"},
        {"act": "granted"},
        {"company": "x" * 81},
        {"note": "x" * 501},
        {"note": "a\0b"},
        {"event": "nonsense"},
        {"event": "0b9e4f6a-0000-4000-8000-000000000000"},
    ],
)
def test_bad_input_gets_a_sentence_and_stores_nothing(wrong):
    home = house.build()
    answer = note(enter(home.li), home, **wrong)
    assert (answer.status_code, Contact.objects.count()) == (400, 0)
    assert b'role="alert"' in answer.content


def test_an_empty_post_is_a_bad_request():
    home = house.build()
    assert enter(home.li).post("/contacts/new/", {}).status_code == 400


def test_extra_keys_change_nothing(noon):
    home = house.build()
    note(enter(home.li), home, book=Book.objects.get(owner=home.he).pk, state="given", grade="A", created_by=home.he.pk)
    contact = Contact.objects.get()
    assert (contact.book.owner, contact.created_by, contact.delete_rule) == (home.li, home.li, "asserted")


def test_two_clicks_make_one_person_and_lead_to_them(noon):
    home = house.build()
    client = enter(home.li)
    note(client, home)
    again = note(client, home, number="+86 139-0000-5678")
    contact = Contact.objects.get()
    assert again.url == f"/contacts/{contact.pk}/"
    assert "没有重复保存" in client.get(again.url).content.decode()


def test_the_event_stays_chosen_and_may_be_named_in_the_address(noon):
    home = house.build()
    mine = Book.objects.get(owner=home.li)
    other = events.create(name="Later", place="x", held_on=HOUR.date(), book=mine, by=home.li, at=HOUR)
    client = enter(home.li)
    assert client.get(f"/contacts/new/?event={home.event.pk}").context["event"] == home.event
    assert client.get("/contacts/new/").context["event"] == home.event
    assert client.get(f"/contacts/new/?event={other.pk}").context["event"] == other
    assert client.get("/contacts/new/").context["event"] == other


def test_an_event_closed_meanwhile_takes_nobody_and_nobody_lands_in_another(noon):
    home = house.build()
    mine = Book.objects.get(owner=home.li)
    events.create(name="Later", place="x", held_on=HOUR.date(), book=mine, by=home.li, at=HOUR)
    events.close(event=home.event, by=home.li, at=HOUR)
    assert note(enter(home.li), home).status_code == 400
    assert Contact.objects.count() == 0


def test_an_event_that_asks_for_no_calls_takes_a_note_for_texts_only(noon):
    home = house.build()
    home.event.ticks.exclude(tick__channel="sms").delete()
    note(enter(home.li), home, act="assert")
    assert Phone.objects.get().basis.channel == "sms"


def plain(answer):
    """A page without what is random in every page: ids, form tokens, hashes."""
    text = answer.content.decode()
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "CSRF", text)
    text = re.sub(r'class="ava h\d"', "AVA", text)  # the colour behind a name follows its random id
    return answer.status_code, re.sub(r"· [0-9a-f]{12}<", "· HASH<", text)


def everything_li_can_fetch(home, number):
    """One note of this number and every page that could tell something, as bytes."""
    client, fetched = enter(home.li), []
    answer = note(client, home, number=number)
    fetched.append((answer.status_code, answer.url, sorted(answer.cookies)))
    fetched.append(plain(client.get("/contacts/new/")))
    contact = Contact.objects.get(book__owner=home.li)
    person = f"/contacts/{contact.pk}/"
    pages = (person, "/contacts/", "/contacts/?state=asserted", "/contacts/?state=refused", "/calls/", "/", "/events/")
    fetched += [plain(client.get(page)) for page in pages]
    fetched.append(plain(client.post("/contacts/search/", {"q": "5678"})))
    fetched.append(plain(client.post(f"{person}invite/", follow=True)))
    phone = Phone.objects.get(contact=contact)
    fetched.append(plain(client.post(f"{person}call/{phone.pk}/")))
    erase.one(contact.pk, by=home.chen, at=HOUR)
    return fetched


def test_known_elsewhere_refused_and_unknown_are_the_same_to_the_last_byte(noon):
    home = house.build()
    unknown, elsewhere, refused = "13900005678", "13911115678", "13922225678"
    house.arrive(home.far, elsewhere)
    zhou, _receipt = house.arrive(home.far, refused)
    withdrawal.withdraw(subject=zhou.subject_id, scope=None, method="link", reason="withdrawal", by=home.chen, at=house.NOON)
    worlds = [everything_li_can_fetch(home, number) for number in (unknown, elsewhere, refused)]
    assert worlds[1] == worlds[0]
    assert worlds[2] == worlds[0]
    # there was something to tell: the refused one was not written to, and compliance can read why
    assert SmsMessage.objects.filter(template="invite").count() == 2
    assert list(Decision.objects.filter(action="invite", reason="suppressed").values_list("allowed", flat=True)) == [
        False,
        False,
    ]
    assert Entry.objects.filter(act="gate.denied", reason="suppressed").count() == 2


def test_compliance_hears_what_staff_do_not(noon):
    home = house.build()
    zhou, _receipt = house.arrive(home.far, house.ZHOU)
    withdrawal.withdraw(subject=zhou.subject_id, scope=None, method="link", reason="withdrawal", by=home.chen, at=house.NOON)
    note(enter(home.li), home, act="assert")
    person = f"/contacts/{Contact.objects.get(book__owner=home.li).pk}/"
    heard = {name: enter(getattr(home, name)).get(person).context["page"].verdict.reason for name in ("li", "wu", "chen")}
    assert heard == {"li": "asserted", "wu": "asserted", "chen": "suppressed"}


def test_a_person_who_said_no_on_this_very_record_is_told_as_such():
    facts = Facts(action="call", timed=True, now=1, office_hour=12, suppressed=True, erased=False, in_book=True)
    facts = Facts(**(facts.as_json() | {"active_staff": True, "fit_staff": True, "may": True}))
    told = {s: rules.tell(Facts(**(facts.as_json() | {"state": s}))).reason for s in ("withdrawn", "given", "asserted")}
    assert told == {"withdrawn": "suppressed", "given": "suppressed", "asserted": "asserted"}


def test_only_staff_of_the_event_note_there():
    home = house.build()
    assert note(enter(home.he), home).status_code == 400
    assert note(enter(home.chen), home).status_code == 403
    assert Contact.objects.count() == 0


def fill_in(link, number):
    """A visitor follows this link and fills in the form with one tick; answers the page after it."""
    client = Client()
    page = client.get(link).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page).group(1)
    tick = re.search(r'name="ticks" value="([^"]+)"', page).group(1)
    answer = client.post(link, {"name": "周敏", "number": number, "token": token, "ticks": [tick], "age": "adult"})
    assert answer.status_code == 302
    return client.get(answer.url)


def test_whom_a_colleague_noted_and_invited_confirms_in_the_colleagues_book(noon):
    home = house.build()
    events.set_staff(event=home.event, staff=[home.he], by=home.li, at=HOUR)
    note(enter(home.he), home)
    noted = Contact.objects.get()
    link = re.search(r"http://testserver(/\S+)", visiting.subject_phone_screen(noted.pk)).group(1)
    assert link == f"/e/fair/?book={noted.book_id}"
    assert f'name="next" value="{link}"' in Client().get(link).content.decode()  # another language, the same book
    fill_in(link, house.ZHOU)
    assert [c.pk for c in Contact.objects.all()] == [noted.pk]
    assert Phone.objects.get().basis.state == "requested"


def test_a_link_that_names_a_book_of_nobody_at_the_event_leads_to_the_events_own(noon):
    home = house.build()
    foreign = Book.objects.get(owner=home.he).pk
    for n, named in enumerate((foreign, "nonsense", "0b9e4f6a-0000-4000-8000-000000000000")):
        fill_in(f"/e/fair/?book={named}", f"1380000{8000 + n}")
    assert {c.book.owner for c in Contact.objects.all()} == {home.li}
