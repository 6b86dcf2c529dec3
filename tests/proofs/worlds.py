"""Two worlds that differ in hidden values only, and what a browser can tell of them."""

import random
import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from consent.models import Handle
from contacts.intake import arriving, asserting
from contacts.intake.arriving import Draft
from contacts.models import Contact, Phone
from tests.audit.cleaning import lifted
from tests.proofs.surfaces import Ask, send, words_of
from tests.shared import undone
from vault import index, names, phone, sealing
from vault.models import BlindIndex
from vault.sealing import Sealer

FAMILY = "赵钱孙李周吴郑王"
GIVEN = "一乙二十丁厂七卜八人入儿九几了乃刀力又三"
TEXTS = ("name", "company", "title", "wechat", "email", "note")


@dataclass(frozen=True)
class Person:
    """All that is hidden of one contact."""

    mobile: str
    landline: str
    name: str
    company: str
    title: str
    wechat: str
    email: str
    note: str


def crowd(count=200):
    """Made-up people, every value different."""
    dice = random.Random(7)
    mids = dice.sample(range(1000, 9999), count)
    people = []
    for n in range(count):
        name = FAMILY[n % 8] + GIVEN[n % 20] + GIVEN[n // 20]
        mobile, landline = f"1{38 + n % 2}{mids[n]}{1000 + 7 * n}", f"021{58000000 + mids[n] * 1000 + n % 1000}"
        people.append(Person(mobile, landline, name, f"{name}行", f"{name}长", f"wx_{n}_x", f"a{n}@x.example", f"{name}记"))
    return people


def settle(event, people, *, by, at):
    """Bring these people into the event's book with ids that are the same in every run."""
    drafts = [
        Draft(
            name=who.name,
            numbers=(phone.normalise(who.mobile), phone.normalise(who.landline)),
            subject=UUID(int=(1 << 100) + 1000 * n, version=4),
            **{text: getattr(who, text) for text in TEXTS if text != "name"},
        )
        for n, who in enumerate(people)
    ]
    ticks = [row.tick for row in event.ticks.select_related("tick") if row.tick.channel == "call"]
    return asserting.many(
        drafts, ticks={d.subject: ticks for d in drafts}, kind="assertion", event=event, source="quick", by=by, at=at
    )


def become(subjects, people, *, book):
    """Make the other world: these contacts now hide these people's values, and nothing else changes."""
    sealer = Sealer(subjects)
    rows = {(row.contact_id, row.kind): row for row in Phone.objects.filter(contact_id__in=subjects)}
    with lifted(connections["default"]), transaction.atomic():
        for subject, who in zip(subjects, people, strict=True):
            BlindIndex.objects.filter(owner=subject).delete()
            Handle.objects.filter(subject_id=subject).delete()
            entries = index.name_entries(owner=subject, scope=book, tokens=names.tokens(who.name))
            for kind in ("mobile", "landline"):
                row, digits = rows[subject, kind], phone.normalise(getattr(who, kind)).digits
                sealed = sealer.phone(digits, field_id="contacts.phone.number", row=row.pk, owner=subject)
                Phone.objects.filter(pk=row.pk).update(number=sealed)
                entries += index.number_entries(owner=subject, row=row.pk, scope=book, digits=digits)
            texts = {
                text: sealing.seal_text(getattr(who, text), field_id=f"contacts.contact.{text}", row=subject, owner=subject)
                for text in TEXTS
            }
            Contact.objects.filter(pk=subject).update(**texts)
            index.put(entries)
        arriving.suppression.remember(
            [
                (subject, phone.normalise(number).digits)
                for subject, who in zip(subjects, people, strict=True)
                for number in (who.mobile, who.landline)
            ],
            at=Contact.objects.first().created_at,
        )


def told(browser, ask: Ask, known=frozenset()):
    """What one request tells: every byte but tokens and fresh ids, and how many queries it cost on each side."""
    with CaptureQueriesContext(connections["default"]) as main, CaptureQueriesContext(connections["vault"]) as vault:
        page = words_of(send(browser, ask))
    return plain(page, known), len(main), len(vault)


def plain(page, known=frozenset()):
    """A page without what is random in every page."""
    page = re.sub(r'(csrfmiddlewaretoken" value=|(?:csrf|session)=)"?[0-9A-Za-z_-]+"?', r"\1TOKEN", page)
    page = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda m: m[0] if m[0] in known else "ID", page)
    page = re.sub(r"· [0-9a-f]{12}<", "· HASH<", page)
    page = re.sub(r'(name="token" value=|/confirm/|/w/)"?[0-9A-Za-z_-]{20,}"?', r"\1TOKEN", page)
    return re.sub(r"Content-Length: \d+", "", counted_from_the_newest(page))


def counted_from_the_newest(page):
    """A page of the trail with places told from its newest entry: PostgreSQL's sequence counts what was undone too."""
    seqs = [int(seq) for seq in re.findall(r'<tr id="e(\d+)"', page)]
    if not seqs:
        return page
    return re.sub(r'(<tr id="e|before=)(\d+)"', lambda m: f'{m[1]}{int(m[2]) - max(seqs)}"', page)


def replay(browser, asks, known):
    """Tell everything, then undo it; what the process itself remembers is warm beforehand."""
    with undone():
        send(browser, asks[0])
    with undone():
        return [(ask, told(browser, ask, known)) for ask in asks]


def differences(one, other):
    """The requests whose answers tell two worlds apart."""
    return [ask for (ask, first), (_ask, second) in zip(one, other, strict=True) if first != second]
