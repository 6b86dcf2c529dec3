"""What the consent floor forgets of a person who leaves: proofs, codes, messages, links; the ledger stays."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from audit.trail import Actor
from consent import arranging, deferring, erasure_ledger, evidence_files, guardians, ledger
from consent.models import Challenge, Evidence, SmsMessage, StopLink, Subject
from consent.requests import deciding
from vault.among import among


def forget(subject_ids: Sequence[UUID], *, by: Actor, at: datetime) -> None:
    """Reduce these subjects to ids, dates and hashes inside the caller's transaction.

    Consent heads become tombstones with an event each; sealed details, one-time codes, message bodies, the keys of papers
    and recordings, guardians' names, whom somebody named for after their death, the words of requests and stop links go,
    and the files after the commit. Handles and suppression stay, so that a refusal is found again. The erasure ledger has
    its lines first; raises erasure_ledger.LedgerRefused when it cannot, and then nobody leaves.
    Serves J1, D8, law.md §3 (any → tombstone).
    """
    # Whoever adds evidence or a guardian holds the person's row: what they add is there to be forgotten, or they find nobody.
    list(Subject.objects.select_for_update().filter(pk__in=among(subject_ids)).order_by("pk").values_list("pk"))
    erasure_ledger.write("erased", ({"subject": str(pk)} for pk in subject_ids), at=at)
    ledger.tombstone(subject_ids, by=by, at=at)
    Evidence.objects.filter(subject_id__in=among(subject_ids)).update(detail=None)
    SmsMessage.objects.filter(subject_id__in=among(subject_ids)).update(body=None)
    guardians.forget(subject_ids)
    arranging.forget(subject_ids)
    evidence_files.forget(subject_ids, at=at)
    deciding.close_by_erasure(list(subject_ids), by=by, at=at)
    Challenge.objects.filter(subject_id__in=among(subject_ids)).delete()
    StopLink.objects.filter(subject_id__in=among(subject_ids)).delete()
    deferring.forget(subject_ids)
    Subject.objects.filter(pk__in=among(subject_ids)).update(erased_at=at)
