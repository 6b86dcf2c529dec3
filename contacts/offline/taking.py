"""What a device hands in: each record is taken once, in order, or refused with a reason that stays on record (C7, ADR 0027)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from audit import trail
from audit.trail import System
from consent import states, suppression
from consent.models import Consent, NoticePurpose
from contacts import events
from contacts.intake import arriving, visiting
from contacts.intake.tokens import TOKEN, urlsafe
from contacts.models import OfflineDevice, OfflineRecord
from contacts.offline import reading
from contacts.offline.reading import Form, Handed, RecordRefused
from vault import dropbox, opening
from vault.errors import BoxRefused, Shredded

Outcome = OfflineRecord.Outcome
SLACK = timedelta(minutes=2)  # between two clocks that agree
FARTHEST = 2**31 - 1  # seconds between two clocks that a column holds
TOLD, MANY = 10, 500  # wrong marks of one device and day that go on record, and refusals of whatever kind
STANDING = (Outcome.TAKEN, Outcome.OVERTAKEN)


def take(*, device: OfflineDevice, records: Sequence[Handed], clock: datetime, at: datetime) -> dict[UUID, str]:
    """Take these records in the order of their numbers; answers the outcome of each, which is final (`at` aware, UTC).

    `clock` is what the device's clock said as it sent them: by how much it differs from ours is kept beside each. Sent
    twice they are taken once. What the device hears does not tell whether a refusal stands somewhere (rule 6).
    """
    skew = max(min(round((at - clock).total_seconds()), FARTHEST), -FARTHEST)
    if any(_signed(device, record) for record in records):  # else it is somebody who knows the address
        OfflineDevice.objects.filter(pk=device.pk).update(seen_at=at, skew=skew)
    return {record.name: _take(device.pk, record, skew, at) for record in records}


def _take(device_id: UUID, record: Handed, skew: int, at: datetime) -> str:
    digest = hashlib.sha256(record.said(device_id) + record.sealed + record.mark).hexdigest()
    try:
        with transaction.atomic():
            device = OfflineDevice.objects.select_for_update(of=("self",)).select_related("event__book", "by").get(pk=device_id)
            row = _judge(device, record, digest, skew, at)
            if row._state.adding:
                row.save(force_insert=True)
            return str(row.outcome)
    except RecordRefused as refused:
        return _refuse(device_id, record, digest, refused.code, skew, at)


def _judge(device: OfflineDevice, record: Handed, digest: str, skew: int, at: datetime) -> OfflineRecord:
    """The row of a record that is taken, new or from before. Raises RecordRefused; nothing is kept then."""
    if not _signed(device, record):
        raise RecordRefused(Outcome.SIGNATURE)
    if device.revoked_at is not None or not device.by.is_active:
        raise RecordRefused(Outcome.REVOKED)
    standing = OfflineRecord.objects.filter(device=device, outcome__in=STANDING)
    if known := standing.filter(digest=digest).first():
        return known
    if standing.filter(counter=record.counter).exists() or standing.filter(name=record.name).exists():
        raise RecordRefused(Outcome.COUNTER)
    made_at = record.made_at
    acted_at = _by_ours(made_at, skew)
    if acted_at is None or not device.registered_at - SLACK <= acted_at <= at + SLACK:
        raise RecordRefused(Outcome.TIME)
    if device.event.closed_at is not None and acted_at > device.event.closed_at + SLACK:
        raise RecordRefused(Outcome.OVER)
    form = reading.form_of(_opened(device, record, at), device)
    told = {"name": record.name, "counter": record.counter, "made_at": made_at, "skew": skew, "digest": digest}
    row = OfflineRecord(device=device, **told, received_at=at)
    return _arrived(device, row, form, min(acted_at, at), at)


def _by_ours(made_at: datetime | None, skew: int) -> datetime | None:
    """The time of an act by our clock; None for what is no time, or one that no clock shows."""
    try:
        return made_at and made_at + timedelta(seconds=skew)
    except OverflowError:
        return None


def _signed(device: OfflineDevice, record: Handed) -> bool:
    return dropbox.holds(device.verifier, message=record.said(device.pk) + record.sealed, mark=record.mark)


def _opened(device: OfflineDevice, record: Handed, at: datetime) -> bytes:
    if device.private is None or device.ends_at <= at:
        raise RecordRefused(Outcome.OVER)
    try:
        private = str(opening.open_one(device.private))
        return dropbox.open_box(record.sealed, private=private, said=record.said(device.pk))
    except Shredded:
        raise RecordRefused(Outcome.OVER) from None
    except BoxRefused:
        raise RecordRefused(Outcome.SEAL) from None


def _arrived(device: OfflineDevice, row: OfflineRecord, form: Form, acted_at: datetime, at: datetime) -> OfflineRecord:
    """The colleague's word for a person, who is asked; or nothing, where a no of theirs came after it."""
    shelf = events.book_for(device.by, device.event)
    book = shelf.pk if shelf else device.event.book_id
    ticks = _still_wished(form, book, acted_at)
    if not ticks:
        row.outcome = Outcome.OVERTAKEN
        return row
    sent = visiting.take(
        event=device.event,
        name=form.name,
        number=form.number,
        ticks=ticks,
        language=form.language,
        token=token_of(device.pk, row.name),
        book=book,
        age=form.age,
        acted_at=acted_at,
        by=device.by,
        at=at,
    )
    row.outcome, row.subject_id = Outcome.TAKEN, sent.subject_id
    return row


def _still_wished(form: Form, book: UUID, acted_at: datetime) -> list[NoticePurpose]:
    """The boxes that the person ticked and has not said no to since (law.md §3: doubt goes to the more restrictive)."""
    refused = suppression.since(form.number.digits)
    if refused is not None and refused.since >= acted_at:
        return []  # they said stop after this, through whichever book, and may have left since
    contact = arriving.find_own(book, form.number.digits)
    if contact is None:
        return form.ticks
    noes = Consent.objects.filter(subject_id=contact.pk, state__in=states.NOES, changed_at__gte=acted_at)
    shut = set(noes.values_list("purpose_id", "channel"))
    return [tick for tick in form.ticks if (tick.purpose_id, tick.channel) not in shut]


def _refuse(device_id: UUID, record: Handed, digest: str, code: str, skew: int, at: datetime) -> str:
    """Put a refusal on record, once for the same bytes; it takes neither name nor number from a record that is right."""
    event = OfflineDevice.objects.values_list("event_id", flat=True).get(pk=device_id)
    told = {"name": record.name, "counter": record.counter, "made_at": record.made_at, "skew": skew, "received_at": at}
    if _told_today(device_id, code, at):
        return code  # whoever knows the address, or holds the device, could fill the trail
    try:
        with transaction.atomic():
            row = {"device_id": device_id, "digest": digest, "outcome": code}
            if not OfflineRecord.objects.filter(**row).exists():
                trail.record(
                    "device.refused", by=System("device"), at=at, subject=event, outcome="denied", reason=f"device_{code}"
                )
                OfflineRecord.objects.create(**row, **told)
    except IntegrityError:  # the same bytes at the same moment, by another road
        pass
    return code


def _told_today(device_id: UUID, code: str, at: datetime) -> bool:
    """Whether so much of this device was refused within a day that no more goes on record."""
    rows = OfflineRecord.objects.filter(device=device_id, received_at__gt=at - timedelta(days=1)).exclude(outcome__in=STANDING)
    if code == Outcome.SIGNATURE:
        return rows.filter(outcome=code).count() >= TOLD
    return rows.count() >= MANY


def token_of(device: UUID, name: UUID) -> str:
    """The token of the address at which this record's person asks for their code: ours alone to know, the same every time."""
    for turn in range(100):
        token = urlsafe(salted_hmac("contacts.offline", f"{device}:{name}:{turn}", algorithm="sha256").digest()[:16])
        if TOKEN.fullmatch(token):
            return token
    raise RuntimeError("no token without a number in it")
