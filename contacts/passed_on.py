"""From which partner a number came, to whom it was passed, and whether those heard of a no (PIPL 17, 23; D10, E8, H13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language

from consent import notices, recalls, register
from consent.models import Consent, Decision, NoticePurpose, Partner, Recall
from contacts.models import Contact, SheetRow

SOURCE = Contact.Source.PARTNER


@dataclass(frozen=True)
class Gone:
    """One passing on: when, for what, to whom, and how they are reached; empty where the notice does not say any more.

    `recall` is the word that they are owed since the person withdrew, if they did.
    """

    at: datetime
    purpose: str
    name: str
    contact: str
    recall: Recall | None = None


def by_whom(people: Iterable[Contact]) -> dict[UUID, Partner]:
    """The partner each of these people came from; who came by another way is not there, and if all did nothing is asked.

    A row of a sheet that came in lent its own id to its person.
    """
    ids = [one.pk for one in people if one.source == SOURCE]
    if not ids:
        return {}
    rows = SheetRow.objects.filter(pk__in=ids, made=True, sheet__partner__isnull=False).defer("payload")
    return {row.pk: row.sheet.partner for row in rows.select_related("sheet__partner") if row.sheet.partner}


def to_whom(shares: Sequence[Decision], heads: Iterable[Consent]) -> list[Gone]:
    """Each passing on, with whom the notice names that its person agreed to; two queries, none where nothing was passed on.

    `heads` are the consents of those people, each with its version.
    """
    if not shares:
        return []
    known = {head.pk: head for head in heads}
    agreed = notices.agreed(head for head in known.values() if head.channel == "share")
    told = [_recipient(known.get(row.consent_id) if row.consent_id else None, agreed) for row in shares]
    owed = recalls.about(shares)
    return [
        Gone(row.decided_at, register.purpose_name(row.purpose), *to, recall=owed.get(row.pk))
        for row, to in zip(shares, told, strict=True)
    ]


def _recipient(head: Consent | None, agreed: dict[UUID, NoticePurpose]) -> tuple[str, str]:
    tick = agreed.get(head.pk) if head else None
    if head is None or tick is None:
        return "", ""
    tick.version = head.notice_version
    row = notices.recipient(tick, language="en" if (get_language() or "").startswith("en") else "zh")
    return (row["name"], row["contact"]) if row else (tick.recipient, "")
