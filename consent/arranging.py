"""What somebody decides for after their death: nobody, or only this; kept act by act, the one of that day counts (K5)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest

from audit import trail
from audit.trail import Self_
from consent.gate import OFFICE
from consent.models import Handle, PriorArrangement, Subject
from consent.models.after import SCOPE
from vault import masks, names, sealing
from vault.among import among

LONGEST = 120  # characters of whom it is left to


class ArrangementRefused(ValueError):
    """A decision that is not kept; `code` names why: scope, who, number."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Decided:
    """What near relatives may ask after this person's death, and to whom it is left; an empty scope is nobody."""

    scope: frozenset[str] = field(default_factory=frozenset)
    who: str = ""


def decide(subjects: Collection[UUID], decided: Decided | None, *, at: datetime) -> int:
    """Keep what a person decided, in every record of theirs, in place of what stood; None takes it back (K5).

    `at` is aware, UTC. Returns in how many records. Raises ArrangementRefused: scope, for a word that is none; who, where
    nobody may ask and somebody is named; number, for what could be a telephone number; vault.names.TextRefused.
    """
    who = _named(decided) if decided else ""
    word = "taken_back" if decided is None else "some" if decided.scope else "nobody"
    with transaction.atomic():
        rows = list(Subject.objects.select_for_update().filter(pk__in=subjects, erased_at=None).order_by("pk"))
        standing = {row.pk for row in rows}
        trail.record_many([_entry(pk, word, at) for pk in sorted(standing)])
        over = Greatest("made_at", Value(at))  # two machines whose clocks differ: nothing ends before it began
        PriorArrangement.objects.filter(subject__in=standing, ended_at=None).update(ended_at=over)
        for pk in standing if decided else ():
            _keep(pk, decided or Decided(), who, at)
    return len(standing)


def of(subjects: Iterable[UUID]) -> dict[UUID, PriorArrangement]:
    """What stands for each of these people now; one query."""
    rows = PriorArrangement.objects.filter(subject__in=list(subjects), ended_at=None)
    return {row.subject_id: row for row in rows}


def ever(subject: UUID) -> QuerySet[PriorArrangement]:
    """Whatever was decided for any record of this subject's numbers: one that came in later has no decision of its own."""
    marks = Handle.objects.filter(subject_id=subject).values("fingerprint")
    bearers = Handle.objects.filter(fingerprint__in=marks, subject__erased_at=None).values("subject_id")
    return PriorArrangement.objects.filter(Q(subject_id=subject) | Q(subject__in=bearers))


def on(subject: UUID, day: date) -> list[PriorArrangement]:
    """What stood at any time of this day of the office, oldest first: where it was changed that day, each counts.

    Whoever holds the telephone of somebody who has died can take nothing back for them.
    """
    begins = datetime.combine(day, time(), OFFICE)
    rows = ever(subject).filter(made_at__lt=begins + timedelta(days=1))
    return list(rows.filter(Q(ended_at=None) | Q(ended_at__gte=begins)).order_by("made_at"))


def allowed(rows: Iterable[PriorArrangement]) -> frozenset[str]:
    """What all of these leave to near relatives; everything the law gives where there is none."""
    left = set(SCOPE)
    for row in rows:
        left &= {name for name in SCOPE if getattr(row, name)}
    return frozenset(left)


def forget(subject_ids: Sequence[UUID]) -> None:
    """Inside the transaction in which these people leave: whom they named goes, that they decided stays (J1)."""
    PriorArrangement.objects.filter(subject_id__in=among(subject_ids), who__isnull=False).update(who=None)


def _named(decided: Decided) -> str:
    who = names.clean_line(decided.who, LONGEST)
    if not decided.scope <= set(SCOPE):
        raise ArrangementRefused("scope")
    if who and not decided.scope:
        raise ArrangementRefused("who")
    if masks.hide_runs(who) != who:
        raise ArrangementRefused("number")
    return who


def _entry(subject: UUID, word: str, at: datetime) -> trail.EntryDraft:
    return trail.EntryDraft("person.arranged", by=Self_(subject), at=at, subject=subject, reason=word)


def _keep(subject: UUID, decided: Decided, who: str, at: datetime) -> None:
    told = {name: name in decided.scope for name in SCOPE}
    row = PriorArrangement(pk=uuid4(), subject_id=subject, made_at=at, **told)
    if who:
        row.who = sealing.seal_text(who, field_id="consent.arrangement.who", row=row.pk, owner=subject)
    row.save(force_insert=True)
