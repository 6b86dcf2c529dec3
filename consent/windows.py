"""When a person wants to be reached: chosen by themself on their own page, kept act by act (H3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent.models import ContactWindow, Subject
from consent.rules import CLOSES, OPENS


class WindowRefused(ValueError):
    """A window that nobody can choose: outside 09:00 to 21:00, or one that ends before it begins."""


@dataclass(frozen=True)
class Window:
    """From which hour to which (office time, whole hours, the last not included), at midday too, on days off too."""

    hour_from: int
    hour_to: int
    midday: bool = False
    every_day: bool = False


def choose(subjects: Collection[UUID], window: Window | None, *, at: datetime) -> None:
    """Keep what a person chose, in every record of theirs; None takes it back. Heard by the gate at commit (H3).

    Inward it always counts, outward as far as 09:00 to 21:00. `at` is aware, UTC. Raises WindowRefused.
    """
    if window is not None and not OPENS <= window.hour_from < window.hour_to <= CLOSES:
        raise WindowRefused("hours")
    told = vars(window) if window else {"hour_from": None, "hour_to": None, "midday": False, "every_day": False}
    with transaction.atomic():
        standing = list(Subject.objects.select_for_update().filter(pk__in=subjects, erased_at=None).order_by("pk"))
        last = _last([subject.pk for subject in standing])
        trail.record_many([trail.EntryDraft("person.window", by=Self_(row.pk), at=at, subject=row.pk) for row in standing])
        for row in standing:
            number = last[row.pk].number + 1 if row.pk in last else 1
            ContactWindow.objects.create(subject=row, number=number, chosen_at=at, **told)


def of(subjects: Collection[UUID]) -> dict[UUID, ContactWindow]:
    """What these people chose last, if it stands; one query."""
    return {subject: row for subject, row in _last(subjects).items() if row.hour_from is not None}


def _last(subjects: Collection[UUID]) -> dict[UUID, ContactWindow]:
    rows = ContactWindow.objects.filter(subject__in=list(subjects)).order_by("number")
    return {row.subject_id: row for row in rows}
