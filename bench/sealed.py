"""The vault: rows written under a key each with their tags, loaded as closed boxes, and opened."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from random import Random
from types import SimpleNamespace
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit.trail import System
from bench import clock, plain
from consent import ledger
from consent.ledger import Ask
from contacts.intake import arriving
from contacts.intake.arriving import Draft
from contacts.models import Event, Phone
from crm.demo import people as made_up
from vault import index, names, opening, persons
from vault.sealing import Sealer

ROUNDS, ROWS, WRITTEN = 9, 500, 50
BY = System("bench")


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Sealed read, revealed read, and people written in bulk."""
    _check()
    many = list(Phone.objects.values_list("pk", flat=True)[:ROWS])
    same = list(Phone.objects.filter(pk__in=many).values_list("contact_id", flat=True))
    plainly = partial(_plain, same)
    return [
        clock.compare(f"sealed read of {len(many)}", repeat(partial(_load, many), ROUNDS), repeat(plainly, ROUNDS), goal=1.5),
        clock.compare(f"revealed read of {len(many)}", repeat(partial(_open, many), ROUNDS), repeat(plainly, ROUNDS), goal=4),
        _numbers(office, _batches()),
        _boxed(office, _batches()),
        _written(office, _batches()),
    ]


def _check() -> None:
    """Every number of the office, opened, is the number that the plain table holds."""
    known = dict(plain.Plain.objects.values_list("pk", "number"))
    phones = list(Phone.objects.all())
    opened = opening.open_many([phone.number for phone in phones])
    if any(str(box.value) != known[phone.contact_id] for phone, box in zip(phones, opened, strict=True)):
        raise SystemExit("bench: a sealed number opens as another one")


def _load(ids: list[UUID]) -> list[Phone]:
    found = list(Phone.objects.filter(pk__in=ids))
    if len([str(phone.number) for phone in found]) != len(ids):
        raise SystemExit("bench: rows are missing")
    return found


def _open(ids: list[UUID]) -> None:
    opening.open_many([phone.number for phone in _load(ids)])


def _plain(ids: list[UUID]) -> None:
    if len([row.number for row in plain.Plain.objects.filter(pk__in=ids)]) != len(ids):
        raise SystemExit("bench: rows are missing")


def _batches() -> list[list[Draft]]:
    rng, taken = Random(7), set(plain.Plain.objects.values_list("number", flat=True))
    return [[made_up.draw(rng, taken) for _n in range(WRITTEN)] for _round in range(6)]


def _numbers(office: SimpleNamespace, batches: list[list[Draft]]) -> clock.Row:
    """A number, its key and its two tags; against the number and its last four digits, both indexed."""
    book = office.book.pk
    ours = [partial(_seal_numbers, batch, book) for batch in batches]
    floor = [partial(_insert_numbers, batch, book) for batch in batches]
    row = clock.compare(f"{WRITTEN} numbers written: key, tags, seal", ours, floor, goal=4)
    written = {d.subject: d.numbers[0].digits for batch in batches for d in batch}
    found = list(plain.BoxedNumber.objects.all())
    opened = opening.open_many([box.number for box in found])
    if {box.pk: str(result.value) for box, result in zip(found, opened, strict=True)} != written:
        raise SystemExit("bench: what was sealed is not what is opened")
    persons.destroy_keys(list(written))
    return row


def _seal_numbers(drafts: list[Draft], book: UUID) -> None:
    at, owners = timezone.now(), [draft.subject for draft in drafts]
    persons.make_keys(owners, at=at)
    tags = [index.number_entries(owner=d.subject, row=d.subject, scope=book, digits=d.numbers[0].digits) for d in drafts]
    index.put(chain.from_iterable(tags))
    sealer, rows = Sealer(owners), []
    for d in drafts:
        rows.append(row := plain.BoxedNumber(id=d.subject, book=book, created_at=at))
        row.number = sealer.phone(d.numbers[0].digits, field_id="bench.boxednumber.number", row=d.subject, owner=d.subject)
    with transaction.atomic():
        plain.BoxedNumber.objects.bulk_create(rows, batch_size=200)


def _insert_numbers(drafts: list[Draft], book: UUID) -> None:
    at, rows = timezone.now(), [(d.subject, d.numbers[0].digits) for d in drafts]
    made = [plain.Number(id=pk, book=book, number=digits, last4=digits[-4:], created_at=at) for pk, digits in rows]
    with transaction.atomic():
        plain.Number.objects.bulk_create(made, batch_size=200)


def _boxed(office: SimpleNamespace, batches: list[list[Draft]]) -> clock.Row:
    """Keys, tags and seals, and nothing else; against the same columns in the clear with their indexes."""
    ours = [partial(_seal, batch, office.book.pk) for batch in batches]
    floor = [partial(_insert, [replace(draft, subject=uuid4()) for draft in batch], office.book.pk) for batch in batches]
    row = clock.compare(f"{WRITTEN} cards written: keys, tags, seals", ours, floor)
    wanted = {d.subject: d.numbers[0].digits for batch in batches for d in batch}
    found = list(plain.Boxed.objects.all())
    opened = opening.open_many([box.number for box in found])
    if {box.pk: str(result.value) for box, result in zip(found, opened, strict=True)} != wanted:
        raise SystemExit("bench: what was sealed is not what is opened")
    persons.destroy_keys(list(wanted))
    return row


def _seal(drafts: list[Draft], book: UUID) -> None:
    at, owners = timezone.now(), [draft.subject for draft in drafts]
    persons.make_keys(owners, at=at)
    tags = [index.number_entries(owner=d.subject, row=d.subject, scope=book, digits=d.numbers[0].digits) for d in drafts]
    named = [index.name_entries(owner=d.subject, scope=book, tokens=names.tokens(d.name)) for d in drafts]
    index.put(chain.from_iterable([*tags, *named]))
    sealer, rows = Sealer(owners), []
    for d in drafts:
        row = plain.Boxed(id=d.subject, book=book, created_at=at)
        for column in ("name", "company", "title"):
            text = getattr(d, column) or "-"
            setattr(row, column, sealer.text(text, field_id=f"bench.boxed.{column}", row=d.subject, owner=d.subject))
        row.number = sealer.phone(d.numbers[0].digits, field_id="bench.boxed.number", row=d.subject, owner=d.subject)
        rows.append(row)
    with transaction.atomic():
        plain.Boxed.objects.bulk_create(rows, batch_size=200)


def _written(office: SimpleNamespace, batches: list[list[Draft]]) -> clock.Row:
    """A person as they come in: key, tags, subject, entry, consent with its event, contact, number; against one plain row."""
    event = Event.objects.filter(book=office.book).order_by("created_at")[0]
    ours = [partial(_bring, batch, event) for batch in batches]
    floor = [partial(_insert, batch, office.book.pk) for batch in batches]
    row = clock.compare(f"{WRITTEN} people written, with paper", ours, floor)
    _check()
    return row


def _bring(drafts: list[Draft], event: Event) -> None:
    at = timezone.now() - timedelta(minutes=1)
    arriving.make_keys(drafts, event=event, at=at)
    tick = event.ticks.select_related("tick")[0].tick
    with transaction.atomic():
        arriving.open_subjects(drafts, by=BY, at=at, reason="visitor")
        heads = ledger.request([Ask(d.subject, tick, "visitor") for d in drafts], language="zh-hans", by=BY, at=at)
        bases = {head.subject_id: head for head in heads}
        arriving.save(drafts, bases, event=event, source="visitor", by=BY, at=at)


def _insert(drafts: list[Draft], book: UUID) -> None:
    at = timezone.now()
    made = [plain.Plain(id=d.subject, book=book, name=d.name, number=d.numbers[0].digits, created_at=at) for d in drafts]
    with transaction.atomic():
        plain.Plain.objects.bulk_create(made, batch_size=200)
