"""Somebody decides later: nothing is opened, nobody asks, but for one message on a day they chose (law.md §3; 条例 22(5))."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from audit.trail import Self_
from consent import ledger, states
from consent.ledger import Step
from consent.models import Consent, Deferral, Evidence
from consent.models.ledger import State
from vault.among import among


def defer(
    *, subject: UUID, scope: Collection[tuple[str, str]], ask_on: datetime | None, proof: Evidence, language: str, at: datetime
) -> list[Consent]:
    """The person puts off what they were asked, inside the caller's transaction; returns what moved.

    `scope` names (purpose, channel) pairs; only what waits for an answer moves. `ask_on` (aware, UTC) is when they want
    to be asked once more, None for never; who was asked again already is not asked a second time. Serves C11.
    """
    heads = Consent.objects.select_for_update().filter(subject_id=subject, state__in=states.WAITING)
    asked = [head for head in heads if (head.purpose_id, head.channel) in scope]
    if not asked:
        return []
    said = [head for head in asked if head.state == State.ASSERTED]  # what staff said of them they have now been asked
    ledger.apply([Step(head, State.REQUESTED, "otp", head.grade, language=language) for head in said], by=Self_(subject), at=at)
    moved = [head for head in asked if head.state == State.REQUESTED]  # what was put off before is so still, until another day
    steps = [Step(head, State.DEFERRED, "otp", head.grade, evidence=proof, language=language) for head in moved]
    ledger.apply(steps, by=Self_(subject), at=at)
    row, _made = Deferral.objects.select_for_update().get_or_create(subject_id=subject, defaults={"chosen_at": at})
    if row.asked_at is None:
        Deferral.objects.filter(pk=subject).update(chosen_at=at, ask_on=ask_on)
    return moved


def due(at: datetime) -> QuerySet[Deferral]:
    """Who wished to be asked again by `at` (aware, UTC), was not, and still has not decided."""
    waits = Consent.objects.filter(subject=OuterRef("pk"), state=State.DEFERRED)
    return Deferral.objects.filter(Exists(waits), ask_on__lte=at, asked_at__isnull=True).order_by("pk")


def mark(subject: UUID, *, at: datetime) -> bool:
    """Note that this person is being asked again; False where somebody else was quicker, or they decided meanwhile."""
    waiting = due(at).filter(pk=subject).values("pk")
    return bool(Deferral.objects.filter(pk__in=waiting, asked_at__isnull=True).update(asked_at=at))


def wishes(subjects: Collection[UUID]) -> dict[UUID, datetime]:
    """When those of these people who wished it are still to be asked again; one query."""
    waits = Consent.objects.filter(subject=OuterRef("pk"), state=State.DEFERRED)
    rows = Deferral.objects.filter(Exists(waits), pk__in=subjects, ask_on__isnull=False, asked_at__isnull=True)
    return {pk: on for pk, on in rows.values_list("pk", "ask_on") if on is not None}


def forget(subjects: Collection[UUID]) -> None:
    """Nothing is kept of a wish whose person leaves."""
    Deferral.objects.filter(pk__in=among(subjects)).delete()
