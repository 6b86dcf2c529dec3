"""The copy a person takes away: all that is held about them, in full, for eyes and for programs (K1, K4, PIPL 45)."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Self_
from consent import notices, promises
from consent.models import (
    Consent,
    ConsentEvent,
    ContactWindow,
    Decision,
    Evidence,
    Guardian,
    NoticePurpose,
    PaperPage,
    PriorArrangement,
    Recall,
    Recording,
    RefusalRecording,
    RightsRequest,
    SmsMessage,
)
from consent.models.after import SCOPE
from consent.receipts import signed
from contacts import freshness, keeping, keeps, passed_on, referring
from contacts.models import CallAttempt, Contact, OwnVisit, Phone, Referral
from contacts.own import bearers
from vault import opening, signing
from vault.errors import KeyringRefused
from vault.sealed import Sealed

FORMAT = "yunnuo-copy/1"
TEXTS = ("name", "company", "title", "wechat", "email", "note")
MOST = 1000  # the newest of each kind; the trail has them all


def of(visit: OwnVisit, *, at: datetime) -> dict[str, Any]:
    """The copy as data: on record first, for each record, then opened. `at` is aware, UTC; times within are UTC.

    What cannot be opened says so in its place.
    """
    contacts = bearers.contacts_of(bytes(visit.fingerprint))
    with transaction.atomic():
        trail.record_many([trail.EntryDraft("person.copy", by=Self_(c.pk), at=at, subject=c.pk) for c in contacts])
    leaves = keeping.leaving(contacts, at=at)
    return {"format": FORMAT, "made": _time(at), "records": [_record(one, leaves[one.pk]) for one in contacts]}


def document(copy: dict[str, Any]) -> bytes:
    """The copy as a JSON file, signed where this house has a key for receipts."""
    try:
        body = signed.sign(copy, signing.receipts())
    except KeyringRefused:
        body = copy
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def _record(contact: Contact, leaves: datetime) -> dict[str, Any]:
    pk = contact.pk
    return {
        "record": str(pk),
        "met": {
            "event": contact.event.name,
            "place": contact.event.place,
            "day": contact.event.held_on.isoformat(),
            "how": contact.source,
            "noted": _time(contact.created_at),
            **_brought(pk),
            **_from_partner(contact),
        },
        "held": _opened({name: getattr(contact, name) for name in TEXTS}),
        "numbers": _numbers(pk),
        "age": {"said": contact.subject.age or "", "at": _time(contact.subject.age_at)},
        "guardians": [_guardian(row) for row in _newest(Guardian.objects.filter(subject_id=pk), "reviewed_at")],
        "leaves": {"on": _time(leaves) if leaves < keeps.LASTING else "", "rule": contact.delete_rule},
        "consents": [_consent(head, tick) for head, tick in _heads(pk)],
        "windows": [_window(row) for row in _newest(ContactWindow.objects.filter(subject_id=pk), "chosen_at")],
        "after_death": [_after(row) for row in _newest(PriorArrangement.objects.filter(subject_id=pk), "made_at")],
        "uses": [_use(use) for use in _newest(CallAttempt.objects.filter(subject_id=pk).select_related("user"), "at")],
        "messages": [
            {"what": row.template, "sent": _time(row.sent_at), "outcome": row.outcome}
            for row in _newest(SmsMessage.objects.filter(subject_id=pk), "sent_at")
        ],
        "papers": PaperPage.objects.filter(subject_id=pk, file_key__isnull=False).count(),
        "letters": [
            {"kept": _time(row.created_at), "sha256": row.digest}
            for row in _newest(Evidence.objects.filter(subject_id=pk, kind=Evidence.Kind.LETTER), "created_at")
        ],
        "recordings": [_recording(row) for row in _newest(_spoken(pk), "spoken_at")],
        "refusals": [
            {"kept": _time(row.created_at), "seconds": row.seconds, "sha256": row.sound}
            for row in _newest(RefusalRecording.objects.filter(subject_id=pk, file_key__isnull=False), "created_at")
        ],
        "requests": [_request(row) for row in _newest(RightsRequest.objects.filter(subject_id=pk), "received_at")],
        "links": [_link(row) for row in _newest(Referral.objects.filter(referrer=pk), "created_at")],
        "passed_to": _passed_to(pk),
    }


def _brought(pk: UUID) -> dict[str, Any]:
    """By whose link they came, as their own page tells it: when it was made, and a surname only where one was given."""
    brought = referring.brought([pk]).get(pk)
    return {"referral": {"made": _time(brought.referral.created_at), "by": brought.surname}} if brought else {}


def _from_partner(contact: Contact) -> dict[str, Any]:
    """Which partner passed them on to us, and how that one is reached."""
    partner = passed_on.by_whom([contact]).get(contact.pk)
    return {"partner": {"name": partner.name, "contact": partner.contact}} if partner else {}


def _passed_to(pk: UUID) -> list[dict[str, Any]]:
    """To whom it was passed, by name and by how they are reached."""
    shares = _newest(Decision.objects.filter(subject_id=pk, action="share", allowed=True), "decided_at")
    heads = Consent.objects.filter(subject_id=pk, channel="share").select_related("notice_version") if shares else []
    told = zip(shares, passed_on.to_whom(shares, heads), strict=True)
    return [
        {"purpose": row.purpose, "at": _time(gone.at), "to": gone.name, "contact": gone.contact} | _recalled(gone.recall)
        for row, gone in told
    ]


def _recalled(recall: Recall | None) -> dict[str, Any]:
    """Whether they were told that the person withdrew, and said that they know."""
    if recall is None:
        return {}
    return {"withdrawal": {"told": _time(recall.told_at), "acknowledged": _time(recall.acknowledged_at)}}


def _link(row: Referral) -> dict[str, Any]:
    """A link of theirs to pass on; who came by it is nobody's to tell them."""
    told = {"made": _time(row.created_at), "until": _time(row.ends_at)}
    return told | {"ended": _time(row.ended_at), "named": _time(row.named_at)}


def _spoken(pk: UUID) -> QuerySet[Recording]:
    return Recording.objects.filter(subject_id=pk, file_key__isnull=False).select_related("version__notice")


def _recording(row: Recording) -> dict[str, Any]:
    notice = f"{row.version.notice.code} v{row.version.number}"
    return {"spoken": _time(row.spoken_at), "seconds": row.seconds, "notice": notice, "sha256": row.sound}


def _newest(rows: Any, moment: str) -> list[Any]:
    return list(rows.order_by(f"-{moment}")[:MOST])


def _heads(pk: UUID) -> list[tuple[Consent, NoticePurpose | None]]:
    rows = Consent.objects.filter(subject_id=pk).select_related("purpose", "notice_version__notice")
    heads = list(rows.prefetch_related("events").order_by("purpose_id", "channel"))
    agreed = notices.agreed(heads)
    return [(head, agreed.get(head.pk)) for head in heads]


def _window(row: ContactWindow) -> dict[str, Any]:
    """One choice of when to be reached; without hours it was taken back."""
    told = {"chosen": _time(row.chosen_at), "from": row.hour_from, "to": row.hour_to}
    return told | {"midday": row.midday, "every_day": row.every_day}


def _after(row: PriorArrangement) -> dict[str, Any]:
    """One decision for after a death; near relatives may do nothing where the list is empty."""
    told = {"made": _time(row.made_at), "ended": _time(row.ended_at), "may": [name for name in SCOPE if getattr(row, name)]}
    return told | _opened({"who": row.who})


def _numbers(pk: UUID) -> list[dict[str, Any]]:
    rows = list(Phone.objects.filter(contact_id=pk, wrong_at__isnull=True).order_by("position"))
    told = [{"kind": row.kind, "confirmed": _time(row.confirmed_at), "seen": _time(freshness.last(row))} for row in rows]
    return [one | _opened({"number": row.number}) for one, row in zip(told, rows, strict=True)]


def _opened(boxes: dict[str, Sealed | None]) -> dict[str, str]:
    """What stands in these boxes, by name; a box that does not open is told, not hidden."""
    full = {name: box for name, box in boxes.items() if box is not None}
    results = opening.open_many(list(full.values()))
    return {name: "cannot be opened" if result.error else str(result.value) for name, result in zip(full, results, strict=True)}


def _consent(head: Consent, tick: NoticePurpose | None) -> dict[str, Any]:
    return {
        "purpose": head.purpose_id,
        "purpose_zh": head.purpose.name_zh,
        "purpose_en": head.purpose.name_en,
        "channel": head.channel,
        "state": head.state,
        "until": _time(head.valid_until),
        "contact": promises.of(tick) if tick else {},
        "notice": f"{head.notice_version.notice.code} v{head.notice_version.number}",
        "notice_hash": head.notice_version.content_hash,
        "events": [_event(event) for event in head.events.all()],
    }


def _event(event: ConsentEvent) -> dict[str, Any]:
    told = {"at": _time(event.event_time), "after": event.after, "who": event.actor, "act": event.method}
    told |= {"form": event.form} if event.form else {}
    return told | {"grade": event.grade, "hash": event.event_hash}


def _guardian(row: Guardian) -> dict[str, Any]:
    told = {"relation": row.relation, "agreed": _time(row.reviewed_at), "until": _time(row.valid_until)}
    return told | _opened({"name": row.name})


def _use(use: CallAttempt) -> dict[str, Any]:
    """Who by role, not by name."""
    return {"at": _time(use.at), "what": use.kind, "who": use.user.role, "outcome": use.outcome}


def _request(row: RightsRequest) -> dict[str, Any]:
    told = {"kind": row.kind, "received": _time(row.received_at), "due": row.due_on.isoformat(), "state": row.state}
    return told | {"ground": row.ground, "decided": _time(row.decided_at)} | _opened({"words": row.words, "answer": row.answer})


def _time(at: datetime | None) -> str:
    """ISO 8601 in UTC, to the second; empty for no time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
