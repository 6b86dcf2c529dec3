"""What people who are not known here complain of or ask us to explain: by a code, without a number, until its day (B9, K7).

A stranger has no key and no row. Each complaint gets a subject of its own, made for it alone, whose key seals its words and
goes with them: that nobody is looked up is what makes the door the same for everybody.
"""

import secrets
from base64 import b32encode
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from audit import trail
from audit.trail import Self_
from consent.models import StrangersComplaint, Subject
from consent.requests import asking, ending
from consent.stop_link import hash_of
from vault import names, persons, sealing

LONGEST_ADDRESS = 200  # characters
Topic, Reply = StrangersComplaint.Topic, StrangersComplaint.Reply


def complain(*, topic: str, words: str, reply: str, reply_to: str, at: datetime, once: str = "") -> str:
    """Take a complaint in, or a question about our rules, which is no complaint (B9); `at` is aware, UTC.

    Returns the code, which nobody but the stranger has.

    `once` names the form that was filled in: sent twice with the same words it is one complaint, and the code is the same.
    It is due as every request is, and leaves 90 days after its answer, after a year in any case. Raises
    asking.RequestRefused for a topic, a road or words that are none, vault.names.TextRefused.
    """
    address = names.clean_line(reply_to, LONGEST_ADDRESS) if reply == Reply.LETTER else ""
    if topic not in Topic.values or reply not in Reply.values or not names.clean_note(words, asking.LONGEST):
        raise asking.RequestRefused("kind")
    subject, code = uuid4(), _code(once, topic, reply, address, words)
    if StrangersComplaint.objects.filter(code_hash=hash_of(code)).exists():
        return code
    persons.make_keys([subject], at=at)  # first: a crash leaves a key that nobody owns, which the sweep finds
    with suppress(IntegrityError), transaction.atomic():  # sent twice at one moment: the other one is it
        Subject.objects.create(pk=subject, created_at=at)
        kind = "explanation" if topic == Topic.RULES else "complaint"
        row = asking.ask(subject=subject, kind=kind, words=words, road="public", by=Self_(subject), at=at)
        made = StrangersComplaint(subject_id=subject, request=row, topic=topic, reply=reply, code_hash=hash_of(code))
        made.leaves_at = at + ending.UNREAD
        if address:
            made.reply_to = sealing.seal_text(address, field_id="consent.complaint.reply_to", row=subject, owner=subject)
        made.save(force_insert=True)
    return code


def find(code: str, *, at: datetime) -> StrangersComplaint | None:
    """The complaint of this code while its words are here."""
    rows = StrangersComplaint.objects.filter(code_hash=hash_of(code), leaves_at__gt=at, subject__erased_at__isnull=True)
    return rows.select_related("request").first()


def read(complaint: StrangersComplaint, *, at: datetime) -> None:
    """On record that the stranger came back to look."""
    trail.record_alone("complaint.read", by=Self_(complaint.pk), at=at, subject=complaint.pk)


def _code(once: str, *told: str) -> str:
    """Twenty-four letters: by chance, or those of this form with these words, which nobody without our key can work out."""
    raw = salted_hmac("consent.strangers", "\0".join((once, *told)), algorithm="sha256").digest() if once else b""
    return b32encode(raw[:15] or secrets.token_bytes(15)).decode().lower()
