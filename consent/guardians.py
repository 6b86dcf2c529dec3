"""A guardian's signed yes for a child, looked at by compliance: what keeping anybody under 14 stands on (C12, PIPL 31)."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from audit import trail
from consent import evidence_files
from consent.gate import OFFICE
from consent.models import Evidence, Guardian, PaperPage, Subject
from team.models import Role, User
from vault import names, sealing
from vault.among import among

LONGEST = timedelta(days=367)  # a child grows: whoever agreed is asked again within a year


class GuardianRefused(Exception):
    """A guardian's yes that is not kept; `code` names why: role, relation, until, paper, own, unopened."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def accept(*, subject: UUID, relation: str, name: str, paper: UUID, until: date, by: User, at: datetime) -> Guardian:
    """Keep that this guardian agreed, on this paper, until the end of this day of the office (a year at most; `at` aware, UTC).

    `paper` is one of the signed papers kept of this person, which compliance has looked at. The name is sealed under the
    child's key and goes with it. Raises GuardianRefused, and vault.names.TextRefused for what is no name. Serves C12, O1.
    """
    if by.role != Role.COMPLIANCE:
        raise GuardianRefused("role")
    if relation not in Guardian.Relation.values:
        raise GuardianRefused("relation")
    end = datetime.combine(until + timedelta(days=1), time(), OFFICE)
    if not at < end <= at + LONGEST:
        raise GuardianRefused("until")
    told = names.clean_name(name)
    with transaction.atomic():
        Subject.objects.select_for_update().get(pk=subject, erased_at__isnull=True)  # whoever adds paper holds it too
        signed = PaperPage.objects.filter(subject_id=subject, paper=paper, file_key__isnull=False, letter=None)
        pages = list(signed.order_by("number"))
        if not pages:
            raise GuardianRefused("paper")
        if any(page.added_by_id == by.pk for page in pages):
            raise GuardianRefused("own")
        if not evidence_files.looked_at(pages, by=by):
            raise GuardianRefused("unopened")
        trail.record("guardian.accepted", by=by, at=at, subject=subject)
        digest = hashlib.sha256("".join(page.digest for page in pages).encode()).hexdigest()
        proof = Evidence.objects.create(subject_id=subject, kind="paper", digest=digest, created_at=at)
        row = Guardian(pk=uuid4(), subject_id=subject, relation=relation, evidence=proof, reviewed_by=by, reviewed_at=at)
        row.valid_until = end
        row.name = sealing.seal_text(told, field_id="consent.guardian.name", row=row.pk, owner=subject)
        row.save(force_insert=True)
    return row


def stands(subject: UUID, *, at: datetime) -> bool:
    """Whether a guardian's yes stands for this person now."""
    return Guardian.objects.filter(subject_id=subject, valid_until__gt=at).exists()


def ends(subject_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Until when a guardian has agreed for each of these children, the latest of several; one query."""
    rows = Guardian.objects.filter(subject_id__in=list(subject_ids)).order_by("valid_until")
    return dict(rows.values_list("subject_id", "valid_until"))


def forget(subject_ids: Sequence[UUID]) -> None:
    """Inside the transaction in which these people leave: the guardians' names go, that somebody agreed stays (PIPL 69)."""
    Guardian.objects.filter(subject_id__in=among(subject_ids), name__isnull=False).update(name=None)
