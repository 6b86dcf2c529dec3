"""Invitations: by day, to the mobile that was typed, once, and nobody stays longer for being asked again (C8, H3, J3)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from audit.trail import Self_
from consent import last_words, ledger
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, Decision, SmsMessage
from contacts.intake import arriving, asserting, inviting
from contacts.models import Contact
from tests import house
from tests.contacts import sheetwork
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
NOON, HOUR, DAY = house.NOON, timedelta(hours=1), timedelta(days=1)
NIGHT = NOON + 10 * HOUR  # 22:00 in the office


@pytest.fixture
def home(settings):
    settings.DEMO = True
    return house.build()


def note(home, number=house.ZHOU, at=NOON):
    return asserting.quick(event=home.event, name="周敏", number=phone.normalise(number), by=home.li, at=at)[0]


def invite(home, contact, at):
    try:
        inviting.invite(contact=contact, link="https://crm.example.cn/e/fair/", by=home.li, at=at)
    except inviting.InviteRefused as refused:
        return refused.reason
    return "sent"


def test_by_night_the_note_is_kept_nobody_is_written_to_and_the_page_says_why(home):
    """
    2026-03-02 22:00 Li notes Zhou and invites -> noted, not written to
    2026-03-03 09:00 Li invites -> one message
    """
    with time_machine.travel(NIGHT, tick=False):
        browser = enter(home.li)
        person = {"event": home.event.pk, "name": "周敏", "number": house.ZHOU, "act": "invite"}
        page = browser.post("/contacts/new/", person, follow=True, headers={"Accept-Language": "en"}).content.decode()
        assert "Invitations go out from 09:00 to 21:00 only; nothing was sent. Please invite them by day." in page
    contact = Contact.objects.get()
    assert (SmsMessage.objects.count(), inviting.invited([contact.pk])) == (0, set())
    assert invite(home, contact, NOON + 21 * HOUR) == "sent"
    assert SmsMessage.objects.filter(template="invite").count() == 1


def test_by_night_whoever_refused_elsewhere_looks_like_anybody_and_so_they_do_in_the_morning(home):
    sheetwork.refuse(home, house.ZHOU)
    refused, unknown = note(home, house.ZHOU), note(home, house.QIAN)
    for at, told in ((NIGHT, "invite_hours"), (NOON + DAY, "sent"), (NOON + DAY + HOUR, "invited")):
        assert {invite(home, contact, at) for contact in (refused, unknown)} == {told}
        assert len(inviting.invited([refused.pk, unknown.pk])) == (0 if at == NIGHT else 2)
    assert list(SmsMessage.objects.filter(template="invite").values_list("subject", flat=True)) == [unknown.pk]
    assert Decision.objects.filter(subject=refused.pk, reason="suppressed").count() == 3, "there was something to tell"


def test_the_code_that_somebody_asks_for_themself_comes_by_night(home):
    house.arrive(home.event, house.WANG, at=NIGHT)
    assert (Consent.objects.get().state, SmsMessage.objects.get().template) == ("given", "otp")


def test_it_goes_to_the_mobile_that_was_typed_and_never_to_a_landline(home, monkeypatch):
    sent = []
    monkeypatch.setattr(inviting.sms, "deliver", lambda **told: sent.append((told["subject"], told["digits"])))
    typed = note(home, "+86 139-0000-5678")
    assert invite(home, typed, NOON) == "sent"
    ticks = asserting.asked_by_staff(home.event)
    told = {"event": home.event, "source": "sheet", "kind": "mark", "by": home.li, "at": NOON}
    both, desk = (
        arriving.Draft(name="钱诺", numbers=tuple(phone.normalise(number) for number in numbers))
        for numbers in (("021 5837 6914", house.QIAN), ("020 6649 3128",))
    )
    asserting.many([both, desk], ticks={draft.subject: ticks for draft in (both, desk)}, **told)
    people = [Contact.objects.select_related("event").get(pk=draft.subject) for draft in (both, desk)]
    assert [invite(home, contact, NOON) for contact in people] == ["sent", "no_number"]
    assert sent == [(typed.pk, "86" + house.ZHOU), (both.subject, "86" + house.QIAN)]


def test_asked_again_and_again_nobody_stays_longer(home):
    """
    2026-03-02 noted from a card: leaves on 2026-03-09
    2026-03-05, 06, 07 somebody types the number into the event's form, and no code
    2026-03-08 invited, and noted again -> still leaves on 2026-03-09
    """
    contact = note(home)
    leaves, began = contact.delete_on, Consent.objects.get(channel="call").changed_at
    for day in (3, 4, 5):
        house.arrive(home.event, house.ZHOU, confirm=False, at=NOON + day * DAY)
    assert ConsentEvent.objects.filter(consent__channel="call").count() == 4, "each question is on record"
    assert invite(home, contact, NOON + 6 * DAY) == "sent"
    assert note(home, at=NOON + 6 * DAY).pk == contact.pk
    contact.refresh_from_db()
    head = Consent.objects.get(channel="call")
    assert (contact.delete_on, head.changed_at, head.state) == (leaves, began, "requested")
    house.arrive(home.event, house.ZHOU, at=NOON + 6 * DAY + HOUR)
    contact.refresh_from_db()
    assert contact.delete_on > leaves, "their own answer moves it"


def test_a_number_that_somebody_typed_without_a_code_opens_no_second_invitation_through_another_book(home):
    contact = note(home)
    assert invite(home, contact, NOON) == "sent"
    house.arrive(home.far, house.ZHOU, confirm=False, at=NOON + HOUR)
    elsewhere = Contact.objects.get(book=home.far.book)
    assert last_words.invited(elsewhere.pk, since=NOON - DAY)
    house.arrive(home.far, house.ZHOU, at=NOON + 2 * HOUR)
    assert not last_words.invited(elsewhere.pk, since=NOON - DAY), "their own act, by the code, does"


def test_what_staff_assert_and_the_person_says_are_joined_by_the_more_restrictive(home):
    """Asserted meets the person's own word: a yes by their code stands for the boxes they ticked alone; a no stays a no."""
    contact = note(home)
    house.arrive(home.event, house.ZHOU, at=NOON + HOUR)
    heads = {head.channel: head for head in Consent.objects.filter(subject=contact.pk)}
    assert {channel: (head.state, head.grade) for channel, head in heads.items()} == {"call": ("given", "A")}
    tick = home.event.ticks.get(tick__channel="call").tick
    with transaction.atomic():
        rows = Consent.objects.filter(subject=contact.pk)
        ledger.close(rows, "withdrawn", method="link", reason="withdrawn", by=Self_(contact.pk), at=NOON + 2 * HOUR)
        again = ledger.assert_given([Ask(contact.pk, tick, "sheet")], proofs={}, method="mark", by=home.li, at=NOON + 3 * HOUR)
        ledger.request([Ask(contact.pk, tick, "quick")], language="", by=home.li, at=NOON + 3 * HOUR)
    assert [(head.state, head.grade) for head in again] == [("withdrawn", "A")], "an assertion moves no word of the person's"
    assert (Consent.objects.get(subject=contact.pk).state, invite(home, contact, NOON + 4 * HOUR)) == (
        "withdrawn",
        "no_invitation",
    )


def test_an_assertion_never_lowers_or_renews_a_yes(home):
    sent, _receipt = house.arrive(home.event, house.ZHOU)
    before = Consent.objects.filter(subject=sent.subject_id).values().get()
    tick = home.event.ticks.get(tick__channel="call").tick
    with transaction.atomic():
        ledger.assert_given([Ask(sent.subject_id, tick, "sheet")], proofs={}, method="mark", by=home.li, at=NOON + DAY)
    assert Consent.objects.filter(subject=sent.subject_id).values().get() == before
