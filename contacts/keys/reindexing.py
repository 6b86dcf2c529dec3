"""Search tags under the index key in use, computed anew from what is sealed; opens names and numbers for nobody's eyes."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from contacts.models import Contact, Phone
from vault import index, names, opening
from vault.models import ALL

BATCH = 200


def waiting() -> int:
    """How many people are found only through an older index key."""
    return sum(len(owners) for owners in _pages())


def batches() -> Iterator[int]:
    """Write the missing tags, batch by batch; gives the number of people of each."""
    for owners in _pages():
        _tag(owners)
        yield len(owners)


def _pages() -> Iterator[list[UUID]]:
    after = ALL
    while owners := index.behind(after=after, limit=BATCH):
        yield owners
        after = owners[-1]


def _tag(owners: Sequence[UUID]) -> None:
    """What cannot be opened keeps its older tags, and so keeps the older key from being destroyed."""
    people = {contact.pk: contact for contact in Contact.objects.filter(pk__in=owners).only("subject_id", "book_id", "name")}
    phones = list(Phone.objects.filter(contact_id__in=people).only("pk", "contact_id", "number"))
    called = opening.open_many([contact.name for contact in people.values()])
    entries: list[index.Entry] = []
    for contact, name in zip(people.values(), called, strict=True):
        if not name.error:
            tokens = names.tokens(str(name.value))
            entries += index.name_entries(owner=contact.pk, scope=contact.book_id, tokens=tokens)
    for row, number in zip(phones, opening.open_many([row.number for row in phones]), strict=True):
        if not number.error:
            scope = people[row.contact_id].book_id
            entries += index.number_entries(owner=row.contact_id, row=row.pk, scope=scope, digits=str(number.value))
    index.put(entries)
