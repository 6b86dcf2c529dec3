"""Values sealed anew under a person's next key, when the suite changes (ADR 11); opens them for nobody's eyes.

The next key is made first and the one before kept beside it, so that every value opens at every
moment. Only when none needs it, and no copy of a row can be in anybody's hand any more, does the older
key go; killed anywhere, the next run goes on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from audit import trail
from audit.trail import Actor, EntryDraft
from vault import opening, persons, rewrapping
from vault.fields import SealedField
from vault.models import ALL
from vault.sealed import Sealed
from vault.sealing import HEADER, Sealer

BATCH = 100
GRACE = timedelta(hours=1)  # longer than any request or task may live with a row it has read
Columns = list[SealedField]


def batches(*, by: Actor, at: datetime) -> Iterator[int]:
    """Give the next key to whoever has one of another suite, and seal their values anew; gives people per batch."""
    for _made in rewrapping.next_generation(at=at, size=BATCH):
        pass
    after = ALL
    while owners := rewrapping.moving(after=after, limit=BATCH):
        with transaction.atomic():
            done = _seal_anew(owners, by=by, at=at)
        behind = _behind(owners)
        rewrapping.settle([owner for owner in owners if owner not in behind], moved_before=at - GRACE)
        yield done
        after = owners[-1]


def tables() -> dict[type[models.Model], Columns]:
    """Every table of the house with sealed columns."""
    found = {model: [f for f in model._meta.concrete_fields if isinstance(f, SealedField)] for model in apps.get_models()}
    return {model: columns for model, columns in found.items() if columns}


def _seal_anew(owners: Sequence[UUID], *, by: Actor, at: datetime) -> int:
    """Seal what is still under an older key; rows that somebody else holds just now wait for the next run."""
    touched = _behind(owners)
    trail.record_many([EntryDraft("key.resealed", by=by, at=at, subject=owner) for owner in sorted(touched)])
    sealer, skip = Sealer(touched), connection.features.has_select_for_update_skip_locked
    for model, columns in tables().items():
        rows = list(_rows(model, columns, sorted(touched)).select_for_update(skip_locked=skip))
        boxes = [(row, column, box) for row in rows for column in columns if (box := getattr(row, column.attname)) is not None]
        for (row, column, box), opened in zip(boxes, opening.open_many([box for *_, box in boxes]), strict=True):
            if not opened.error:  # a value that does not open stays as it is, and keeps its key
                setattr(row, column.attname, _sealed(sealer, column, box, opened.value))
        for row in rows:
            row.save(update_fields=[column.attname for column in columns])
    return len(touched)


def _sealed(sealer: Sealer, column: SealedField, box: Sealed, value: Any) -> Sealed:
    """The same value in the same place under the newest key."""
    seal: Any = {"phone": sealer.phone, "text": sealer.text, "bytes": sealer.data}[column.layout]
    sealed: Sealed = seal(value, field_id=column.field_id, row=box.row, owner=box.owner)
    return sealed


def _behind(owners: Sequence[UUID]) -> set[UUID]:
    """Which of these owners have a value that is not under their newest key."""
    newest = {owner: wrapped[1:2] + wrapped[6:8] for owner, wrapped in persons.wrapped_of(owners).items()}
    return {
        box.owner
        for model, columns in tables().items()
        for row in _rows(model, columns, list(newest))
        for box in (getattr(row, column.attname) for column in columns)
        if box is not None and box.blob[1 : HEADER.size] != newest[box.owner]
    }


def _rows(model: type[models.Model], columns: Columns, owners: Sequence[UUID]) -> models.QuerySet[Any]:
    owner = columns[0].owner
    names = {column.attname for column in columns} | {owner, "pk"}
    return model._default_manager.filter(**{f"{owner}__in": owners}).only(*names).order_by("pk")
