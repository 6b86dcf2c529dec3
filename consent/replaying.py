"""Says every no again that a backup has forgotten, line by line of the erasure ledger, and proves that it was heard."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from audit.trail import Actor
from consent import ledger
from consent.erasure_ledger import Line
from consent.models import Consent, Subject, Suppression
from consent.models.subject import Age


def close(line: Line, *, by: Actor) -> bool:
    """Close the consent of a `closed` line again unless it is closed; True when it moved. Idempotent."""
    with transaction.atomic():
        heads = list(_heads(line).select_for_update())
        if not heads:
            return False
        trail.record("contact.changed", by=by, at=line.at, subject=UUID(line.about["subject"]), reason="withdrawn")
        moved = ledger.close(heads, line.about["state"], method="replay", reason="withdrawn", by=by, at=line.at)
    return bool(moved)


def suppress(line: Line, *, by: Actor) -> bool:
    """Put a mark on the list of refusals again, or take it off as the person had it taken off; True when it changed."""
    mark = bytes.fromhex(line.about["mark"])
    standing = Suppression.objects.filter(fingerprint=mark, lifted_at__isnull=True)
    if line.kind == "lifted":
        with transaction.atomic():
            if not standing.exists():
                return False
            trail.record("suppression.lifted", by=by, at=line.at)
            return bool(standing.update(lifted_at=line.at))
    if standing.exists():
        return False
    Suppression.objects.create(fingerprint=mark, source=line.about["source"], since=line.at)
    return True


def mind_age(line: Line, *, by: Actor) -> bool:
    """Whoever was noted to be under 18 is so again; true when it changed. A child is 14 to 17 here: no row says child alone."""
    with transaction.atomic():
        rows = _of_age(line).select_for_update()
        if not rows.exists():
            return False
        trail.record("age.declared", by=by, at=line.at, subject=UUID(line.about["subject"]))
        return bool(_of_age(line).update(age=Age.YOUTH, age_at=line.at))


def _of_age(line: Line) -> QuerySet[Subject]:
    """The person of a `minor` line, where the tables do not know it."""
    rows = Subject.objects.filter(pk=line.about["subject"], erased_at__isnull=True)
    return rows.filter(Q(age__isnull=True) | Q(age=Age.ADULT, age_at__lt=line.at))


def unheard(lines: Iterable[Line]) -> list[int]:
    """Numbers of the lines whose no does not stand in the tables; empty when the replay is proven."""
    missing, marks = [], dict[str, int]()
    for line in lines:
        if line.kind == "closed" and _heads(line).exists() or line.kind == "minor" and _of_age(line).exists():
            missing.append(line.number)
        elif line.kind == "suppressed":
            marks[line.about["mark"]] = line.number
        elif line.kind == "lifted":
            marks.pop(line.about["mark"], None)
    rows = Suppression.objects.filter(lifted_at__isnull=True).values_list("fingerprint", flat=True)
    standing = {bytes(mark).hex() for mark in rows}
    return missing + [number for mark, number in marks.items() if mark not in standing]


def _heads(line: Line) -> QuerySet[Consent]:
    """The consent a line closed, while it is still open and older than the no."""
    about = line.about
    rows = Consent.objects.filter(subject_id=about["subject"], purpose_id=about["purpose"], channel=about["channel"])
    return rows.filter(changed_at__lt=line.at).exclude(
        state__in=("withdrawn", "refused", "tombstone", "revoked", "invalidated")
    )
