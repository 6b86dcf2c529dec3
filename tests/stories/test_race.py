"""Reveals against withdrawals, and parallel sessions against a quota: what counts is the order of the commits."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.models import Entry
from audit.trail import Self_
from contacts import reveal, usage, withdrawal
from contacts.models import CallAttempt, Contact, Phone
from team import people
from team.models import Pledge
from tests import house

pytestmark = [
    pytest.mark.django_db(databases=["default", "vault"], transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's in-memory test database has one writer only"),
]
ADVISORS, EACH, TRIES = 8, 10, 25  # 2,000 reveals; ten distinct people an hour is what one advisor may see


def advisors(home, at):
    """Eight advisors of one team, since a quota stands on each."""
    made = []
    for n in range(ADVISORS):
        user = people.open_account(
            username=f"ad{n}",
            display_name=f"Ad {n}",
            role="advisor",
            team=home.team,
            password="made-up-pass-1",
            by=house.BY,
            at=at,
        )
        for kind in Pledge.Kind.values:
            people.sign_pledge(user=user, kind=kind, at=at)
        made.append(user)
    return made


def look(contact, by, times):
    """Try to see one person's number this many times; returns how often it was shown."""
    phone, shown = Phone.objects.get(contact=contact), 0
    for _n in range(times):
        try:
            reveal.reveal(phone=phone, action="reveal_check", in_book=True, by=by, at=timezone.now())
            shown += 1
        except reveal.RevealRefused:
            pass
    connections.close_all()
    return shown


def stop(subject, after):
    """Withdraw once `after` reveals of this person have been committed, or after ten seconds."""
    for _n in range(2000):
        if CallAttempt.objects.filter(subject_id=subject).count() >= after:
            break
        time.sleep(0.005)
    withdrawal.withdraw(subject=subject, scope=None, method="link", reason="withdrawal", by=Self_(subject), at=timezone.now())
    connections.close_all()


def test_no_reveal_after_a_withdrawal_in_two_thousand_tries():
    home = house.build(at=timezone.now() - timedelta(hours=2))
    staff = advisors(home, timezone.now() - timedelta(hours=2))
    counts = {"ok": 0, "denied": 0}
    for n in range(ADVISORS * EACH):
        pk = house.arrive(home.event, f"138000020{n:02d}", at=timezone.now() - timedelta(hours=1))[0].subject_id
        contact = Contact.objects.get(pk=pk)
        threads = [
            threading.Thread(target=look, args=(contact, staff[n % ADVISORS], TRIES)),
            threading.Thread(target=stop, args=(pk, n % 20)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        acts = list(Entry.objects.filter(subject=pk).order_by("seq").values_list("act", "outcome"))
        withdrawn = acts.index(("consent.withdrawn", "ok"))
        reveals = [outcome for act, outcome in acts if act == "phone.reveal"]
        assert len(reveals) == TRIES
        assert ("phone.reveal", "ok") not in acts[withdrawn:]
        for outcome in reveals:
            counts[outcome] += 1
    assert sum(counts.values()) == 2000
    assert min(counts.values()) > 200  # both sides of the race were run


def test_ten_sessions_at_once_see_no_more_than_the_quota():
    home = house.build(at=timezone.now() - timedelta(hours=2))
    people_ = [
        Contact.objects.get(pk=house.arrive(home.event, f"139000030{n:02d}", at=timezone.now())[0].subject_id)
        for n in range(usage.HOURLY + 10)
    ]
    threads = [threading.Thread(target=look, args=(contact, home.li, 1)) for contact in people_]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CallAttempt.objects.filter(user=home.li, kind="reveal").values("subject_id").distinct().count() == usage.HOURLY
    assert Entry.objects.filter(act="phone.reveal", outcome="denied", reason="quota").count() == 10
