"""What a purpose asks of what it stands on, and what the closed register lists of it: read for the gate (A2, A9)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from consent import apart, declaring
from consent.actions import Action
from consent.models.notice import Basis, Purpose

LISTS = ("bases", "operations", "categories")


@dataclass(frozen=True)
class Demands:
    """Grade and form of a consent, and the lists of the register; by themselves the strictest, listing nothing.

    What is for a step of its own by what it does asks for one, whatever the row says (C3).
    """

    grade: str = "A"
    form: str = "written"
    bases: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Purpose) -> "Demands":
        """By a row of the register."""
        lists = [tuple(getattr(row, name)) for name in LISTS]
        return cls(row.minimum_grade, apart.form(row.form, lists[1], lists[2]), *lists)

    @classmethod
    def beside(cls, head: Any) -> "Demands":
        """By what was read beside a locked consent: lists come as the database has them, in text."""
        told = (getattr(head, name) for name in LISTS)
        lists = [tuple(json.loads(text) if isinstance(text, str) else text) for text in told]
        return cls(head.minimum_grade, apart.form(head.asked_form, lists[1], lists[2]), *lists)


STRICTEST = Demands()


def without_consent(known: Action) -> Demands:
    """What the register lists for an action that stands on another basis; for one that needs a consent, nothing (A9)."""
    row = None if known.basis == Basis.CONSENT else Purpose.objects.filter(pk=known.purpose, retired_at=None).first()
    return STRICTEST if row is None else Demands.of(row)


def declared(subjects: Iterable[UUID], known: Action) -> set[UUID]:
    """Who of these was told beforehand of the basis; nobody, and no query, where it is their consent (A9)."""
    return set() if known.basis == Basis.CONSENT else declaring.declared_to(subjects, known.purpose, known.basis)
