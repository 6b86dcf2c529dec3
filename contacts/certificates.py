"""Certificates of deletion: the entry by which somebody left, or a sweep ended, and the proof that it is sealed (J4).

A certificate is not a document of its own that could say something else than the trail. Its code is the
entry's random id; it names nobody, and the pseudonym in it points at nobody any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit import anchoring, ids, leaf, proving, verbs
from audit.models import Entry
from audit.proving import Inclusion
from contacts.models import SweepRun
from vault import horizon

KINDS = {"contact.erased": "person", "sweep.finished": "sweep"}


@dataclass(frozen=True)
class Certificate:
    """What was deleted when and why, since when no backup brings it back, and the proof; None while one is to come."""

    code: UUID
    kind: str
    at: datetime
    reason: str
    numbers: tuple[int, ...]
    kinds: tuple[str, ...]
    irrecoverable: datetime | None
    proof: Inclusion | None

    @property
    def vkey(self) -> str:
        """The public line of the key under which it is sealed."""
        return anchoring.vkey(self.proof.seal) if self.proof else ""


def find(code: UUID) -> Certificate | None:
    """The certificate of this code; None where no entry of a deletion bears it."""
    entry = Entry.objects.filter(eid=code, act__in=KINDS).first()
    said = leaf.read_or_none(entry.content) if entry else None
    if entry is None or said is None:
        return None
    counted = said.get("n", [])
    numbers = tuple(int(one) for one in counted) if isinstance(counted, list) else ()
    named = said.get("fields", [])
    kinds = tuple(str(verbs.field_label(str(one))) for one in named) if isinstance(named, list) else ()
    proof = proving.inclusion(entry)
    return Certificate(code, KINDS[entry.act], entry.at, entry.reason, numbers, kinds, horizon.of(entry.at), proof)


def codes(subjects: Sequence[UUID]) -> dict[UUID, UUID]:
    """The codes of these people's certificates; one query."""
    found = Entry.objects.filter(act="contact.erased", subject__in=subjects, outcome="ok")
    return {subject: eid for subject, eid in found.values_list("subject", "eid") if subject}


def code_of(run: SweepRun) -> UUID | None:
    """The code of a sweep's own certificate; None while it runs."""
    if run.finished_at is None:
        return None
    found = Entry.objects.filter(act="sweep.finished", at_us=ids.microseconds(run.finished_at), outcome="ok")
    return found.values_list("eid", flat=True).first()
