"""A reminder before a consent ends: once, by day, to who agreed to messages; silence changes nothing (C10)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import ledger
from consent.models import Consent, Evidence, SmsMessage
from contacts import reminding, sweep, withdrawal, writing
from contacts.models import Contact, Phone
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def home(settings):
    settings.ALLOWED_HOSTS = ["*", "crm.example.cn"]
    return house.build()


def meet(home, number, channels=("call", "sms")):
    """A person who stays until their consent ends."""
    subject = house.arrive(home.event, number, channels=channels)[0].subject_id
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=house.NOON, subject=subject)
        Contact.objects.filter(pk=subject).update(delete_on=house.NOON + timedelta(days=365), delete_rule="promise")
    return subject


def told():
    return list(SmsMessage.objects.filter(template="renewal").values_list("subject", flat=True))


def test_who_agreed_to_messages_is_reminded_once_before_the_end_and_nobody_else(home):
    wang = meet(home, house.WANG)
    meet(home, house.ZHOU, channels=("call",))
    qian = meet(home, house.QIAN)
    withdrawal.withdraw(subject=qian, scope=None, method="link", reason="withdrawal", by=Self_(qian), at=house.NOON)
    end = Consent.objects.get(subject=wang, channel="call").valid_until
    early, late = end - timedelta(days=31), end - timedelta(days=29)
    assert (reminding.work(at=early), told()) == (0, [])
    night = late.replace(hour=15)  # 23:00 in the office
    assert (reminding.work(at=night), told()) == (0, [])
    assert (reminding.work(at=late), reminding.work(at=late + timedelta(days=1)), told()) == (1, 0, [wang])


def test_the_message_names_the_day_and_the_address_and_silence_ends_it(home, settings):
    settings.DEMO = True
    wang = meet(home, house.WANG)
    end = Consent.objects.get(subject=wang, channel="call").valid_until
    reminding.work(at=end - timedelta(days=10))
    from vault.opening import open_one

    body = open_one(SmsMessage.objects.get(template="renewal").body)
    assert (f"{end:%Y-%m-%d}" in body, "https://crm.example.cn/me/" in body, house.WANG in body) == (True, True, False)
    with time_machine.travel(end + timedelta(days=1), tick=False):
        sweep.run(by=house.BY, at=end + timedelta(days=1))
    assert (Contact.objects.count(), set(Consent.objects.values_list("state", flat=True))) == (0, {"tombstone"})


def test_who_has_renewed_is_not_reminded(home):
    wang = meet(home, house.WANG)
    heads = Consent.objects.filter(subject=wang)
    end = heads.get(channel="call").valid_until
    late = end - timedelta(days=20)
    assert reminding.due(late).count() == 2
    with transaction.atomic():
        proof = Evidence.objects.filter(subject=wang).first()
        how = {"evidence": proof, "valid_until": late + timedelta(days=365)}
        steps = [ledger.Step(row, "renewed", "otp", "A", **how) for row in heads]
        ledger.apply(steps, by=Self_(wang), at=late)
    assert (reminding.work(at=late), told()) == (0, [])


def test_a_reminder_that_failed_is_tried_again_the_next_day(home, settings):
    wang = meet(home, house.WANG)
    late = Consent.objects.get(subject=wang, channel="call").valid_until - timedelta(days=20)
    settings.DEMO, settings.PRODUCTION, settings.SMS_URL = False, True, ""
    assert [reminding.work(at=late + timedelta(hours=n)) for n in range(3)] == [0, 0, 0]
    assert SmsMessage.objects.filter(template="renewal", outcome="failed").count() == 1
    settings.PRODUCTION = False
    assert reminding.work(at=late + timedelta(days=1)) == 1


def test_somebody_who_cannot_be_reached_stands_in_nobodys_way(home, monkeypatch):
    """A box that does not open, and a number found wrong, in a batch of one."""
    people = sorted(meet(home, number) for number in (house.WANG, house.ZHOU, house.QIAN))
    late = Consent.objects.filter(channel="call").first().valid_until - timedelta(days=20)
    first = Phone.objects.get(contact=people[0])
    with transaction.atomic():
        for subject in people[:2]:
            trail.record("contact.changed", by=house.BY, at=house.NOON, subject=subject)
        Phone.objects.filter(pk=first.pk).update(number=Phone.objects.get(contact=people[2]).number)
        Phone.objects.filter(contact=people[1]).update(wrong_at=house.NOON)
    monkeypatch.setattr(reminding, "BATCH", 1)
    assert (reminding.work(at=late), told()) == (1, [people[2]])


def test_a_message_goes_to_the_mobile_that_was_confirmed(home):
    wang = meet(home, house.WANG)
    assert writing.mobile_of(wang).kind == "mobile"
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=house.NOON, subject=wang)
        Phone.objects.filter(contact=wang).update(kind="landline")
    assert writing.mobile_of(wang) is None


def test_a_reminder_is_tried_three_times_and_no_more(home, settings):
    wang = meet(home, house.WANG)
    late = Consent.objects.get(subject=wang, channel="call").valid_until - timedelta(days=29)
    settings.DEMO, settings.PRODUCTION, settings.SMS_URL = False, True, ""
    for day in range(20):
        reminding.work(at=late + timedelta(days=day))
    assert SmsMessage.objects.filter(template="renewal").count() == 3
