"""How a person enters their own page: a number, a code, a quarter of an hour; alike for every number there is (K1, K6).

The request that takes a number does the same whoever it belongs to: it counts, makes a row and rings. Only the worker
that hears the ring looks whether somebody here bears the number, and only then is a code sent. Whoever watches the door
sees the same bytes, the same headers, the same queries.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import challenge, sms
from consent.challenge import ChallengeRefused
from consent.models import SmsMessage
from contacts import freshness
from contacts.models import OwnVisit, Phone
from contacts.own import bearers
from vault import index, opening

STAY = timedelta(minutes=15)
TEMPLATE = "own_page"


def begin(*, digits: str, language: str, at: datetime) -> str:
    """Open a visit for this number (E.164 digits); returns its token, which is kept as a hash only.

    Raises ChallengeRefused("throttled") after five in an hour for one number, whoever has it. `at` is aware, UTC.
    """
    challenge.admit(digits=digits, at=at, door="own")
    token = secrets.token_urlsafe(24)
    OwnVisit.objects.create(
        token_hash=_hash(token),
        fingerprint=index.fingerprint(digits),
        code_hash=secrets.token_hex(32),
        language=language,
        created_at=at,
        expires_at=at + challenge.LIFE,
    )
    return token


def find(token: str, *, at: datetime) -> OwnVisit | None:
    """The visit of this token while it lasts."""
    return OwnVisit.objects.filter(token_hash=_hash(token), expires_at__gt=at).first()


def send_codes(*, at: datetime) -> int:
    """Send the codes that wait, each once; returns how many people were written to. Visits that are over go.

    A number that nobody here bears gets nothing: we do not write to strangers, and they are not counted either.
    """
    OwnVisit.objects.filter(expires_at__lte=at).delete()
    waiting = OwnVisit.objects.filter(sent_at__isnull=True, expires_at__gt=at).order_by("created_at")
    return sum(_send(visit, at) for visit in list(waiting[:500]))


def _send(visit: OwnVisit, at: datetime) -> bool:
    """Claimed first: a worker that dies on the way sends nothing twice, and the person asks again."""
    if not OwnVisit.objects.filter(pk=visit.pk, sent_at__isnull=True).update(sent_at=at):
        return False
    found = bearers.of(bytes(visit.fingerprint))
    if not found:
        return False
    code, phone = f"{secrets.randbelow(1_000_000):06d}", next(iter(found.values()))
    OwnVisit.objects.filter(pk=visit.pk).update(code_hash=_code_hash(visit, code))
    digits = bearers.digits_of(phone)
    sms.deliver(
        subject=phone.contact_id, digits=digits, template=TEMPLATE, words={"code": code}, language=visit.language, at=at
    )
    return True


def confirm(*, visit: OwnVisit, code: str, at: datetime) -> bool:
    """Whether this is the code; then the visit lasts 15 minutes from now, and the trail has it for each record.

    Raises ChallengeRefused: used, expired, spent after five tries.
    """
    with transaction.atomic():
        row = OwnVisit.objects.select_for_update().filter(pk=visit.pk).first()
        if row is None or at >= row.expires_at:
            raise ChallengeRefused("expired")
        if row.confirmed_at is not None:
            raise ChallengeRefused("used")
        if row.attempts >= challenge.TRIES:
            raise ChallengeRefused("spent")
        right = hmac.compare_digest(row.code_hash, _code_hash(row, code.strip()))
        row.attempts += 1
        if right:
            row.confirmed_at, row.expires_at = at, at + STAY
        row.save(update_fields=["attempts", "confirmed_at", "expires_at"])
        if right:
            people = bearers.of(bytes(row.fingerprint))
            trail.record_many([trail.EntryDraft("person.signin", by=Self_(pk), at=at, subject=pk) for pk in people])
            Phone.objects.filter(pk__in=[row.pk for row in people.values()]).update(**freshness.seen(at))
    return right


def leave(visit: OwnVisit) -> None:
    """The visit is over."""
    OwnVisit.objects.filter(pk=visit.pk).delete()


def demo_screen(visit: OwnVisit) -> str:
    """What the demo phone shows for this visit; empty until the message is there."""
    found = bearers.of(bytes(visit.fingerprint))
    rows = SmsMessage.objects.filter(subject_id__in=found, template=TEMPLATE, body__isnull=False, sent_at__gte=visit.created_at)
    message = rows.order_by("-sent_at").first()
    return "" if message is None else str(opening.open_one(message.body))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_hash(visit: OwnVisit, code: str) -> str:
    return hashlib.sha256(f"{visit.pk}:{code}".encode()).hexdigest()
