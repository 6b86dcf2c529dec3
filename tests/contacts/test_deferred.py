"""“Later”: nothing is agreed, nobody asks, but for one message on the day the person chose (C11; law.md §3; 条例 22(5))."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from consent import ledger, states
from consent.ledger import Ask
from consent.models import Consent, Deferral, Evidence, SmsMessage
from contacts import asking_later, erase, person_page, withdrawal
from contacts.intake import inviting, visiting
from contacts.models import Contact
from tests import house
from tests.contacts.test_own_page import opened

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATER = house.NOON + timedelta(minutes=2)


@pytest.fixture
def home(settings):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*", "crm.example.cn"]
    return house.build()


def code_of(sent):
    return visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]


def put_off(home, number=house.WANG, *, days=3, at=LATER):
    sent, _none = house.arrive(home.event, number, confirm=False, channels=("call", "sms"))
    ask_on = asking_later.moment(days, at=at)
    assert visiting.put_off(submission=sent, code=code_of(sent), ask_on=ask_on, language="zh-hans", at=at)
    return sent.subject_id


def told(subject):
    return SmsMessage.objects.filter(subject=subject, template="later").count()


def standing(subject):
    return set(Consent.objects.filter(subject=subject).values_list("state", flat=True))


def test_later_by_the_form_is_kept_with_its_proof_and_opens_nothing(home):
    """
    2026-03-02 fills in the form, types the code, says later
    2026-03-02 asks phone -> deferred; asks invitation -> no_invitation
    """
    phone = Client()
    with time_machine.travel(LATER, tick=False):
        token = visiting.form_token()
        page = phone.post(
            "/e/fair/",
            {"age": "adult", "name": "周诺", "number": house.ZHOU, "ticks": ticks(home), "token": token},
            follow=True,
        )
        where = page.redirect_chain[-1][0]
        zhou = visiting.submission_of(home.event, token).subject_id
        right = code_of(visiting.submission_of(home.event, token))
        wrong = phone.post(where, {"code": f"{(int(right) + 1) % 10**6:06d}", "later": "1"})
        assert (wrong.status_code, standing(zhou)) == (400, {"requested"})
        page = phone.post(where, {"code": right, "later": "1", "ask_in": "3"}, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert ("On 2026-03-05 one text message asks once more" in page, "deleted on 2026-03-17 02:00" in page) == (True, True)
    assert standing(zhou) == {"deferred"}
    last = Consent.objects.get(subject=zhou).events.last()
    assert (last.before, last.after, last.actor, last.evidence.kind) == ("requested", "deferred", "subject", "otp")
    contact = Contact.objects.select_related("event", "book").get(pk=zhou)
    shown = person_page.of(contact, by=home.li, at=LATER)
    assert (shown.verdict.reason, shown.invite.reason, contact.delete_rule) == ("deferred", "no_invitation", "deferred")
    with pytest.raises(inviting.InviteRefused, match="no_invitation"):
        inviting.invite(contact=contact, link="https://crm.example/", by=home.li, at=LATER)


def ticks(home):
    return [str(row.tick_id) for row in home.event.ticks.filter(tick__channel="call")]


def test_one_message_on_the_chosen_day_by_day_and_never_a_second(home):
    wang = put_off(home)
    day = LATER + 3 * DAY
    assert (asking_later.work(at=day - timedelta(minutes=1)), told(wang)) == (0, 0)
    assert (asking_later.work(at=day.replace(hour=15)), told(wang)) == (0, 0), "23:00 in the office"
    assert (asking_later.work(at=day), asking_later.work(at=day + DAY), told(wang)) == (1, 0, 1)
    again, _none = house.arrive(home.event, house.WANG, confirm=False, channels=("call", "sms"), at=day + DAY)
    visiting.put_off(submission=again, code=code_of(again), ask_on=day + 2 * DAY, language="zh-hans", at=day + DAY)
    assert (asking_later.work(at=day + 3 * DAY), told(wang)) == (0, 1), "put off again, asked no more"


@pytest.mark.parametrize("then", ["never", "stop", "agree", "erased"])
def test_nobody_is_asked_who_did_not_wish_it_or_decided_meanwhile(home, then):
    wang = put_off(home, days=None if then == "never" else 3)
    at = LATER + DAY
    if then == "stop":
        withdrawal.withdraw(subject=wang, scope=None, method="link", reason="withdrawal", by=house.BY, at=at)
    if then == "agree":
        sent, receipt = house.arrive(home.event, house.WANG, at=at, channels=("call", "sms"))
        assert (sent.subject_id, receipt is not None) == (wang, True)
    if then == "erased":
        erase.one(wang, by=home.chen, at=at)
        assert Deferral.objects.count() == 0
    assert (asking_later.work(at=LATER + 3 * DAY), told(wang)) == (0, 0)


def test_whoever_types_the_number_again_does_not_undo_it(home):
    wang = put_off(home)
    sent, _none = house.arrive(home.event, house.WANG, confirm=False, at=LATER + DAY)
    assert (sent.subject_id, standing(wang)) == (wang, {"deferred"})
    assert states.ASKABLE.isdisjoint({"deferred"})


def test_on_their_own_page_they_see_it_and_say_yes(home):
    wang = put_off(home)
    with time_machine.travel(LATER + DAY, tick=True):
        phone = opened()
        page = phone.get("/me/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert ("You put this off." in page, page.count("asked once more on 2026-03-05")) == (True, 2)
        tick = home.event.ticks.get(tick__channel="call").tick_id
        assert phone.post("/me/agree/", {"tick": str(tick)}).status_code == 302
    heads = dict(Consent.objects.filter(subject=wang).values_list("channel", "state"))
    assert heads == {"call": "given", "sms": "deferred"}
    contact = Contact.objects.select_related("event", "book").get(pk=wang)
    assert person_page.of(contact, by=home.li, at=LATER + DAY).verdict.reason == "allowed"


def test_list_timeline_and_retention_know_it(home):
    wang = put_off(home)
    house.arrive(home.event, house.ZHOU, confirm=False)
    li = Client()
    li.force_login(home.li)
    with time_machine.travel(LATER, tick=False):
        page = li.get("/contacts/?state=deferred", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        assert (str(wang) in page, page.count("decides later") > 1, "139 **** 5678" in page) == (True, True, False)
        page = li.get(f"/contacts/{wang}/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert ("May be asked once more" in page, "put off by the person, never decided" in page) == (True, True)


def test_signed_paper_makes_a_yes_of_what_was_put_off(home):
    """Paper may make a yes of it (states.SIGNABLE): asked for anew and given, in one breath."""
    wang = put_off(home)
    tick = home.event.ticks.get(tick__channel="call").tick
    ask = Ask(wang, tick, "visitor")
    with transaction.atomic():
        proof = Evidence.objects.create(subject_id=wang, kind="paper", digest="x", created_at=LATER + DAY)
        ledger.give([ask], evidence={wang: proof}, grade="B", method="wet_sign", language="zh", by=home.chen, at=LATER + DAY)
    steps = Consent.objects.get(subject=wang, channel="call").events.values_list("after", flat=True)
    assert ("deferred" in states.SIGNABLE, list(steps)) == (True, ["requested", "deferred", "requested", "given"])
