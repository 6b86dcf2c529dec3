"""Corrects what is held of a person, at their request (A5, K1).

A number is never typed over: a new one comes with its own yes.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from audit import trail
from contacts import hold
from contacts.models import Contact
from team.models import User
from vault import index, names
from vault.sealing import Sealer

TEXTS = ("name", "company", "title", "wechat", "email")
LONGEST = 80


class CorrectionRefused(Exception):
    """A hold stands: what a case needs is not written over."""


def correct(*, contact: Contact, texts: Mapping[str, str], by: User, at: datetime) -> tuple[str, ...]:
    """Seal these texts in place of what stood there; an empty one goes. Returns which changed. `at` is aware, UTC.

    Only the texts that are named change, so nobody has to see the others. Under the new name alone the person is found.
    Raises CorrectionRefused under a legal hold, vault.names.TextRefused for what is no name or line; then nothing
    changes. Serves A5, K1, PIPL 46.
    """
    if hold.held([contact.pk]):
        raise CorrectionRefused  # a case needs what is held as it is held
    cleaned = {name: _clean(name, text) for name, text in texts.items() if name in TEXTS}
    if not cleaned:
        return ()
    with transaction.atomic():
        row = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        fields = [f"contacts.{name}" for name in cleaned]
        trail.record("contact.changed", by=by, at=at, subject=row.pk, reason="correction", fields=fields)
        sealer = Sealer([row.pk])
        for name, text in cleaned.items():
            field = f"contacts.contact.{name}"
            setattr(row, name, sealer.text(text, field_id=field, row=row.pk, owner=row.pk) if text else None)
        row.save(update_fields=list(cleaned))
        if "name" in cleaned:
            index.drop_rows([row.pk])  # the tags of a name stand under the person's own id
            index.put(index.name_entries(owner=row.pk, scope=row.book_id, tokens=names.tokens(cleaned["name"])))
    return tuple(cleaned)


def _clean(name: str, text: str) -> str:
    return names.clean_name(text) if name == "name" else names.clean_line(text, LONGEST)
