"""The one deed by which a person leaves; no path to deletion goes around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from audit import trail
from audit.trail import Actor
from consent import evidence_files, forgetting
from consent.models import Consent
from contacts import hold, keeping, referring
from contacts.models import Contact, Departure, Phone, SheetRow, Submission, SweepRun
from vault import bulk, persons
from vault.among import among

DEPARTURE = ("subject_id", "run_id", "rule", "due_on", "left_at", "event_id", "key_digest", "phones")
TEXTS = ("name", "company", "title", "wechat", "email", "note")


class HeldBack(Exception):
    """The person stands under a legal hold and cannot leave (J2)."""


@dataclass(frozen=True)
class Erased:
    """What one batch did: who left, and who was kept by a hold."""

    gone: tuple[UUID, ...]
    held: tuple[UUID, ...]


def one(subject_id: UUID, *, by: Actor, at: datetime) -> None:
    """Erase one person now, whatever their end date. Raises HeldBack under a legal hold. Serves J1, K1."""
    result = batch([subject_id], run=None, by=by, at=at)
    if result.held:
        raise HeldBack


def batch(
    subject_ids: Iterable[UUID], *, run: SweepRun | None, by: Actor, at: datetime, due_at: datetime | None = None
) -> Erased:
    """Erase these people in one transaction: entries, keys and indexes, then rows.

    The vault commits its deletion before the main database does: a crash in between leaves rows
    that nobody can open and that are still due, never a readable leftover (design, rule 10).
    With `due_at` only those go whose end date is not after it and who were given no days more; people with whom
    somebody is just dealing are left to the next batch. Serves J1, J2, I9.
    """
    with transaction.atomic():
        contacts = _lock(list(subject_ids), due_at)
        kept = hold.held(contacts) | (keeping.postponed_among(contacts, due_at) if due_at else set())
        leaving = {pk: contact for pk, contact in contacts.items() if pk not in kept}
        if leaving:
            _erase(leaving, run=run, by=by, at=at)
    return Erased(gone=tuple(leaving), held=tuple(kept))


def _lock(ids: list[UUID], due_at: datetime | None) -> dict[UUID, Contact]:
    """These people's rows, locked: their consents first, in the order of everybody who gives or withdraws one."""
    due = due_at is not None
    heads = Consent.objects.filter(subject_id__in=among(ids))
    ours = set(heads.select_for_update(skip_locked=due).order_by("pk").values_list("pk", flat=True))
    rows = Contact.objects.filter(pk__in=among(ids)).only("subject_id", "delete_on", "delete_rule", "event_id")
    if due:
        others = heads.values_list("pk", "subject_id") if heads.count() != len(ours) else ()
        busy = {subject for pk, subject in others if pk not in ours}
        rows = rows.filter(delete_on__lte=due_at).exclude(pk__in=busy)
    return {contact.pk: contact for contact in rows.select_for_update(skip_locked=due).order_by("pk")}


def _erase(leaving: dict[UUID, Contact], *, run: SweepRun | None, by: Actor, at: datetime) -> None:
    ids = list(leaving)
    kinds = _kinds(ids)
    trail.record_many(
        [
            trail.EntryDraft("contact.erased", by=by, at=at, subject=pk, reason=contact.delete_rule, fields=kinds[pk])
            for pk, contact in leaving.items()
        ]
    )
    phones = _phone_counts(ids)
    forgetting.forget(ids, by=by, at=at)
    digests = persons.destroy_keys(ids)
    SheetRow.objects.filter(subject_id__in=among(ids)).update(payload=None)
    Submission.objects.filter(subject_id__in=among(ids)).delete()
    referring.forget(ids)
    _delete_rows(ids)
    run_id = run and run.pk
    rows = [
        (pk, run_id, row.delete_rule, row.delete_on, at, row.event_id, digests.get(pk, ""), phones.get(pk, 0))
        for pk, row in leaving.items()
    ]
    bulk.insert(Departure, DEPARTURE, rows)


def _kinds(ids: list[UUID]) -> dict[UUID, list[str]]:
    """Which kinds of data are held of each, for the certificate (J4): their names, never a value."""
    held = {name: Q(**{f"{name}__isnull": False}) for name in TEXTS}
    rows = Contact.objects.filter(pk__in=among(ids)).values_list(
        "pk", *(ExpressionWrapper(q, BooleanField()) for q in held.values())
    )
    kinds = {row[0]: [f"contacts.{name}" for name, kept in zip(TEXTS, row[1:], strict=True) if kept] for row in rows}
    for contact in evidence_files.owners(ids):
        kinds[contact].append("consent.evidence")
    for contact, kind in (
        Phone.objects.filter(contact_id__in=among(ids)).order_by().values_list("contact_id", "kind").distinct()
    ):
        kinds[contact].append(f"contacts.{kind}")
    return kinds


def _phone_counts(ids: list[UUID]) -> dict[UUID, int]:
    counts = Phone.objects.filter(contact_id__in=among(ids)).order_by().values_list("contact_id").annotate(Count("id"))
    return dict(counts)


def _delete_rows(ids: list[UUID]) -> None:
    """Plain DELETEs, so that no sealed column is read back only to be thrown away."""
    phones, contacts = Phone.objects.filter(contact_id__in=among(ids)), Contact.objects.filter(pk__in=among(ids))
    phones._raw_delete(phones.db)
    gone = contacts._raw_delete(contacts.db)
    if gone != len(ids):
        raise RuntimeError("the rows deleted do not match the entries written")
