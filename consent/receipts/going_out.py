"""Every receipt this house can give, as files: of people here from the ledger, and those kept as proof as they came (N1)."""

from collections.abc import Iterator
from datetime import datetime

from audit import trail
from audit.trail import Actor
from consent.models import Consent, KeptReceipt, Subject
from consent.receipts import iso27560, record, signed
from consent.receipts.record import Receipt


def files(
    *, form: str, language: str, site: str, by: Actor, at: datetime, limit: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each, at most `limit`, signed by this house's key; that they leave is on record first.

    `form` is iso or kantara, `language` zh-Hans or en. Raises KeyringRefused where there is no key.
    """
    trail.record_alone("receipt.exported", by=by, at=at)
    for count, receipt in enumerate(_receipts(language, site)):
        if limit is not None and count >= limit:
            return
        yield f"{receipt.receipt_id}-{form}.json", signed.document(receipt, form)


def _receipts(language: str, site: str) -> Iterator[Receipt]:
    people = Consent.objects.exclude(state="tombstone").order_by("subject").values_list("subject", flat=True).distinct()
    told = set()
    for subject in people.iterator():
        try:
            receipt = record.of(subject, language=language, site=site)
        except record.NothingToShow:
            continue
        told.add(receipt.receipt_id)
        yield receipt
    gone = Subject.objects.filter(erased_at__isnull=False).values("pk")  # whoever left has no receipt any more
    for kept in KeptReceipt.objects.exclude(principal__in=gone).order_by("digest").iterator():
        if kept.body["receipt_id"] not in told:
            yield iso27560.read(kept.body)
