"""Two clicks at the same moment: one call a day, one invitation ever, one person, however many hands click."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from audit.models import Entry
from consent import exempting, notices
from consent.models import NoticeException, NoticePurpose, NoticeVersion, SmsMessage
from contacts import canaries, dial, events, writing
from contacts.importing import paid
from contacts.intake import asserting, inviting
from contacts.models import CallAttempt, Canary, Contact, PaidListCase, Phone
from team import people
from team.models import Book, User
from tests import house
from vault import phone

pytestmark = [
    pytest.mark.django_db(databases=["default", "vault"], transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's in-memory test database has one writer only"),
]
LATER = house.NOON + timedelta(hours=1)
HANDS = 6


def each_at_once(*deeds):
    """Run these at the same moment, each once; answers the names of what refused, without a name for one that was done."""
    start, told = threading.Barrier(len(deeds)), []

    def hand(deed):
        start.wait()
        try:
            deed()
            told.append("")
        except Exception as error:
            told.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def at_once(deed):
    """Run this from many hands at the same moment; answers how many were not refused. Anything else fails the test."""
    start, done, wrong = threading.Barrier(HANDS), [], []

    def hand():
        start.wait()
        try:
            deed()
            done.append(1)
        except (dial.CallRefused, inviting.InviteRefused, canaries.CanaryRefused):
            pass
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand) for _n in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    return len(done)


def test_one_canary_of_one_number_and_one_cry_of_each():
    """Two doors at the same moment: planted once whichever book it is for, typed once or often it cries once."""
    home = house.build()
    for n in range(3):
        number, events_ = phone.normalise(f"1390000{5300 + n}"), [home.event, home.far] * HANDS

        def plant(number=number, events_=events_):
            canaries.plant(event=events_.pop(), name="林小溪", number=number, by=home.chen, at=LATER)

        assert (at_once(plant), Canary.objects.count()) == (1, n + 1)
        house.arrive(home.event, number.digits[2:], confirm=False, at=LATER)
        at_once(lambda: canaries.tell(at=LATER))
        assert Entry.objects.filter(act="canary.touched").count() == n + 1


def test_one_call_a_day():
    home = house.build()
    for n in range(5):
        sent, _receipt = house.arrive(home.event, f"1380000{5100 + n}")
        contact = Contact.objects.get(pk=sent.subject_id)
        number = Phone.objects.get(contact=contact)
        placed = at_once(lambda c=contact, p=number: dial.dial(contact=c, phone_id=p.pk, in_book=True, by=home.li, at=LATER))
        assert (placed, CallAttempt.objects.filter(subject=contact.pk).count()) == (1, 1)


def test_one_invitation_ever():
    home = house.build()
    for n in range(5):
        number = phone.normalise(f"1380000{5200 + n}")
        contact, _made = asserting.quick(event=home.event, name="周敏", number=number, by=home.li, at=LATER)
        went = at_once(lambda c=contact: inviting.invite(contact=c, link="/e/fair/", by=home.li, at=LATER))
        assert (went, SmsMessage.objects.filter(subject=contact.pk, template="invite").count()) == (1, 1)


def test_one_person():
    home = house.build()
    for n in range(5):
        number = phone.normalise(f"1380000{5300 + n}")
        at_once(lambda d=number: asserting.quick(event=home.event, name="周敏", number=d, by=home.li, at=LATER))
        assert Contact.objects.count() == n + 1


def test_a_message_more_than_was_promised_goes_to_nobody_however_many_workers_write():
    """The seeded tick promises two a month (C5, H4)."""
    home = house.build()
    for n in range(5):
        sent, _receipt = house.arrive(home.event, f"1380000{5400 + n}", channels=("call", "sms"))
        number, told = writing.mobile_of(sent.subject_id), {"day": "2026-09-01", "link": "/me/"}
        at_once(lambda p=number, w=told: writing.write(p, template="renewal", words=w, at=LATER))
        assert SmsMessage.objects.filter(subject=sent.subject_id, template="renewal").count() == 2


def test_a_call_more_than_was_promised_is_placed_by_nobody():
    """Twice a week, once called already: of many hands one gets through, and a day later none (C5, H4)."""
    home = house.build()
    version = NoticeVersion.objects.get(number=1)
    draft = NoticeVersion.objects.create(notice=version.notice, number=2, content=version.content, created_at=house.NOON)
    words = {"tick_zh": "电话", "tick_en": "calls", "valid_days": 90, "order": 0, "per_week": 2}
    NoticePurpose.objects.create(version=draft, purpose_id="phone_contact", channel="call", **words)
    notices.publish(version=draft, by=house.BY, at=house.NOON)
    book = Book.objects.get(owner=home.li)
    event = events.create(name="n", place="Hall", held_on=LATER.date(), book=book, by=home.li, at=LATER, code="n")
    for n in range(3):
        sent, _receipt = house.arrive(event, f"1380000{5500 + n}", at=LATER)
        contact = Contact.objects.get(pk=sent.subject_id)
        number = Phone.objects.get(contact=contact)

        def hand(at, c=contact, p=number):
            return lambda: dial.dial(contact=c, phone_id=p.pk, in_book=True, by=home.li, at=at)

        days = [LATER + timedelta(days=day, hours=1) for day in (0, 2, 4)]
        assert [at_once(hand(at)) for at in days] == [1, 1, 0]


def test_two_administrators_do_not_dismiss_each_other():
    home = house.build()
    told = {"role": "admin", "team": home.team, "password": "made-up-pass-1", "by": home.zhao, "at": LATER}
    other = people.open_account(username="zheng", display_name="Zheng", **told)
    for _n in range(5):
        User.objects.filter(pk__in=[home.zhao.pk, other.pk]).update(role="admin")
        deeds = [
            partial(people.set_role, user=User.objects.get(pk=whom.pk), role="auditor", by=by, at=LATER)
            for whom, by in ((other, home.zhao), (home.zhao, other))
        ]
        assert each_at_once(*deeds) == ["", "PeopleRefused('last_admin')"]
        assert User.objects.filter(role="admin", is_active=True).count() == 1


def test_an_exception_is_decided_told_and_entered_once_however_many_click():
    home = house.build()
    told = {"role": "compliance", "team": home.team, "password": "made-up-pass-1", "by": home.zhao, "at": LATER}
    guo = people.open_account(username="guo", display_name="Guo", **told)
    said = exempting.Said("emergency", "火灾后向救援单位提供电话", house.NOON.date(), due_on=house.NOON.date())
    assert each_at_once(*[partial(exempting.enter, said, by=home.chen, at=LATER)] * HANDS) == [""] * HANDS
    row = NoticeException.objects.get()
    decide = [partial(exempting.decide, pk=row.pk, yes=by == guo, by=by, at=LATER) for by in (guo, home.zhao, home.chen)]
    assert each_at_once(*decide).count("") == 1
    assert each_at_once(*[partial(exempting.tell, pk=row.pk, how="call", by=home.chen, at=LATER)] * HANDS).count("") == 1
    acts = Entry.objects.filter(act__startswith="exception.").order_by("seq").values_list("act", flat=True)
    assert [act.replace("refused", "approved") for act in acts] == [
        "exception.entered",
        "exception.approved",
        "exception.told",
    ]


def test_a_list_that_was_paid_for_is_one_case_however_many_click():
    home = house.build()
    stop = partial(paid.stop, event=home.event, by=home.li, at=LATER)
    assert each_at_once(*[stop] * HANDS) == [""] * HANDS
    assert (PaidListCase.objects.count(), Entry.objects.filter(act="import.paid").count()) == (1, 1)
