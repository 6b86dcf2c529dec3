"""The office of the drills, filled in a process of its own: people due, people held, people who may stay.

`python -m tests.drills.office fill` prints who is who as JSON; `hold` and `renew` act on everybody due, one by
one, while a sweep runs elsewhere; `read` opens every name and number that is left.
"""

import json
import os
import sys
from datetime import timedelta
from uuid import UUID, uuid4

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit import trail  # noqa: E402
from audit.trail import EntryDraft, Self_, System  # noqa: E402
from consent.challenge import ChallengeRefused  # noqa: E402
from contacts import hold, importing, reveal, withdrawal  # noqa: E402
from contacts.intake import asserting, visiting  # noqa: E402
from contacts.models import Contact, Phone, Submission  # noqa: E402
from team.models import User  # noqa: E402
from tests import house  # noqa: E402
from vault import canary, opening, persons, phone  # noqa: E402
from vault.errors import Shredded, SiteSealed  # noqa: E402

SWEEP = house.NOON + timedelta(days=10)


def fill():
    """44 people due, 4 of whom are held, and 8 who may stay; a sheet and a key that nobody owns."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", database="vault", verbosity=0)
    call_command("migrate", verbosity=0)
    home = house.build(at=house.NOON - timedelta(days=200))
    canary.prove(at=timezone.now())
    met = [_noted(home, n) for n in range(24)]
    asked = [house.arrive(home.event, _number(30 + n), confirm=False)[0].subject_id for n in range(8)]
    left = [house.arrive(home.event, _number(40 + n))[0].subject_id for n in range(4)]
    for pk in left:
        withdrawal.withdraw(subject=pk, scope=None, method="link", reason="withdrawal", by=Self_(pk), at=house.NOON)
    old = house.NOON - timedelta(days=190)  # whose consents to sharing run out in the same sweep
    forgotten = [house.arrive(home.event, _number(50 + n), at=old, channels=("call", "share"))[0].subject_id for n in range(8)]
    due = [*met, *asked, *left, *forgotten]
    held = due[::11]
    for pk in held:
        _hold(pk, home.chen)
    stay = [house.arrive(home.event, _number(60 + n))[0].subject_id for n in range(8)]
    sheet = importing.upload(
        data="姓名,手机\n甲,13800000001\n".encode(), name="s.csv", event=home.event, by=home.li, at=house.NOON
    )
    orphan = uuid4()
    persons.make_keys([orphan], at=house.NOON)
    asked = [pk for pk in asked if pk not in held]
    _tell(due=[pk for pk in due if pk not in held], held=held, stay=stay, spare=[sheet.pk, orphan], asked=asked)


def hold_all(pks):
    """Place a hold on each of these people, as fast as it goes."""
    chen = User.objects.get(username="chen")
    placed, gone = [], []
    for pk in pks:
        try:
            _hold(pk, chen)
            placed.append(pk)
        except (hold.HoldRefused, Contact.DoesNotExist):
            gone.append(pk)
    _tell(placed=placed, gone=gone)


def renew_all(pks):
    """Type the code of each of these people, as fast as it goes."""
    renewed, gone = [], []
    for pk in pks:
        submission = Submission.objects.filter(subject_id=pk).first()
        try:
            code = visiting.subject_phone_screen(pk).split("验证码 ")[1][:6]
            if submission is None:
                raise ChallengeRefused("expired")
            visiting.confirm(submission=submission, code=code, language="zh-hans", at=house.NOON + timedelta(minutes=1))
            renewed.append(pk)
        except (ChallengeRefused, Shredded, IndexError):  # there is no code any more to be typed
            gone.append(pk)
    _tell(renewed=renewed, gone=gone)


def read():
    """Open everything that is left; prints how many names and numbers opened."""
    boxes = [c.name for c in Contact.objects.all()] + [p.number for p in Phone.objects.all()]
    results = opening.open_many(boxes)
    _tell(opened=sum(r.error is None for r in results), closed=sum(r.error is not None for r in results))


def knock():
    """Ask for two pages as a browser would; prints their statuses and whether a number opens."""
    settings.ALLOWED_HOSTS = ["testserver"]
    statuses = [Client().get(address).status_code for address in ("/sign-in/", "/healthz")]
    try:
        opening.open_many([row.number for row in Phone.objects.all()[:1]])
    except SiteSealed:
        _tell(statuses=statuses, opens=False)
    else:
        _tell(statuses=statuses, opens=True)


def show(pks):
    """Li asks to see this person's number, as a browser would; prints the status and whether digits came back."""
    settings.ALLOWED_HOSTS = ["testserver"]
    try:
        li, number = User.objects.get(username="li"), Phone.objects.filter(contact_id=pks[0]).first()
        with time_machine.travel(house.NOON + timedelta(days=1), tick=True):
            reveal.reveal(phone=number, action="reveal_check", in_book=True, by=li, at=timezone.now())
        _tell(status=200, shown=True)
    except Exception as error:
        _tell(status=503 if isinstance(error, DatabaseError) else 500, shown=False)


def write(count):
    """So many entries, one transaction; prints how many."""
    drafts = [EntryDraft("audit.heartbeat", by=System("drill"), at=house.NOON) for _n in range(count)]
    with transaction.atomic():
        trail.record_many(drafts)
    _tell(written=count)


def stream():
    """One entry after the other, each told as soon as the database has taken it; until somebody ends this."""
    while True:
        with transaction.atomic():
            eid = trail.record("audit.heartbeat", by=System("drill"), at=house.NOON)
        sys.stdout.write(f"{eid.hex}\n")
        sys.stdout.flush()


def say_no(pks):
    """Each of these people withdraws everything, by the link in their receipt."""
    at = house.NOON + timedelta(hours=2)
    for pk in pks:
        withdrawal.withdraw(subject=pk, scope=None, method="link", reason="withdrawal", by=Self_(pk), at=at)
    _tell(said=len(pks))


def _noted(home, n):
    note = {"name": "张三", "number": phone.normalise(_number(n)), "by": home.li, "at": house.NOON}
    return asserting.quick(event=home.event, **note)[0].pk


def _number(n):
    return f"138000{10000 + n}"


def _hold(pk, by):
    contact, day = Contact.objects.get(pk=pk), SWEEP.date()
    hold.place(contact=contact, case_ref="case 7", reason="dispute", review_on=day, by=by, at=house.NOON)


def _tell(**facts):
    plain = {k: [getattr(pk, "hex", pk) for pk in v] if isinstance(v, list) else v for k, v in facts.items()}
    sys.stdout.write(json.dumps(plain) + "\n")


if __name__ == "__main__":
    words = {"fill": fill, "hold": hold_all, "renew": renew_all, "read": read, "knock": knock, "no": say_no, "reveal": show}
    words["stream"] = stream
    word, *rest = sys.argv[1:]
    if word == "write":
        write(int(rest[0]))
    else:
        words[word](*([[UUID(pk) for pk in rest]] if rest else []))
