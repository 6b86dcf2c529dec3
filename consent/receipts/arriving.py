"""Judges receipts that come from outside, before anything is kept: whose signature, which form, what it would change (N1).

Only what a trusted key signed is read further, and only what comes back to the last byte is taken: whatever this house
would write differently it has not understood. Times of a receipt are text in UTC, to the microsecond.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import notices, states
from consent.models import Consent, ConsentEvent, KeptReceipt, NoticePurpose, Subject
from consent.models.notice import Channel, Grade
from consent.receipts import iso27560, kantara, signed
from consent.receipts.record import Item, Receipt, stamp
from vault import signing
from vault.errors import KeyringRefused
from vault.signing import Verifier

HASH = re.compile(r"[0-9a-f]{64}")
AHEAD = timedelta(days=1)  # a clock may be wrong by less
SENTENCES: dict[str, Promise] = {
    "kept": _("kept as proof; opens nothing"),
    "heard": _("kept as proof; a no in it is heard here"),
    "known": _("here already; nothing changes"),
    "none": _("no receipt of a form we read"),
    "elsewhere": _("signed by a key that nobody trusts here"),
    "changed": _("not what its key signed"),
    "form": _("a member that is missing, or not as this form has it"),
    "large": _("larger than a receipt is"),
    "erased": _("this person has been erased here"),
    "notice": _("the notice of a no in it is not known here"),
    "clock": _("made in the future"),
    "twice": _("the same receipt came before in this import"),
}
WORDS = {
    "kept": "ready",
    "heard": "ready",
    "known": "ready",
    "erased": "held",
    "notice": "held",
    "clock": "held",
    "twice": "ready",
}


@dataclass(frozen=True)
class Told:
    """A no of a receipt that is to be heard: for which purpose and channel, and what becomes of it here.

    `tick` are the words it was said to, where there is no consent here yet.
    """

    purpose: str
    channel: str
    after: str
    tick: NoticePurpose | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of one file: ready, held or refused, why, and which member of it says so."""

    file: str
    code: str
    member: str = ""
    receipt: Receipt | None = None
    key: str = ""
    told: tuple[Told, ...] = ()

    @property
    def word(self) -> str:
        """Ready, held or refused."""
        return WORDS.get(self.code, "refused")

    @property
    def sentence(self) -> Promise:
        """The reason, for people."""
        return SENTENCES[self.code]


def trusted() -> list[str]:
    """The public lines of the keys whose receipts are taken: this house's own, and those a setting names."""
    try:
        own = [signing.receipts().verifier.line()]
    except KeyringRefused:
        own = []
    return own + [line for line in settings.TRUSTED_RECEIPT_KEYS if _is_key(line)]


def _is_key(line: str) -> bool:
    try:
        return Verifier.read(line).line() == line
    except ValueError:
        return False


def judge(name: str, shown: bytes, *, keys: list[str], at: datetime) -> Verdict:
    """What would become of this file at `at` (aware, UTC); reads, and changes nothing."""
    if len(shown) > signed.LONGEST:
        return Verdict(name, "large")
    found = signed.verify(shown, trusted=keys.__contains__)
    if found.receipt is None:
        code = "form" if found.word == "none" and found.key else found.word
        return Verdict(name, code, found.member)
    wrong = next(wrong_members(found.receipt), "") or _lost(signed.parsed(shown), found.receipt)
    if wrong:
        return Verdict(name, "form", wrong)
    return _against_the_ledger(name, found.receipt, found.key, at)


def _lost(body: dict[str, Any], receipt: Receipt) -> str:
    """The first member that would not come back as it came; Kantara's form looks at itself that way already."""
    del body["proof"]
    again = iso27560.write(receipt)
    if rb"\u0000" in signed.canonical(again):
        return "form"  # no database keeps it
    if body.get("version") == kantara.VERSION or signed.canonical(body) == signed.canonical(again):
        return ""
    return next((name for name in sorted(body) if body[name] != again.get(name)), "form")


def digest(receipt: Receipt) -> str:
    """SHA-256 over what a receipt says, signed by whomever and in whichever form."""
    return hashlib.sha256(signed.canonical(iso27560.write(receipt))).hexdigest()


def wrong_members(receipt: Receipt) -> Iterator[str]:
    """Members that are not what this form has there, by name and never by value."""
    if not _is_uuid(receipt.receipt_id):
        yield "receipt_id"
    if not _is_uuid(receipt.principal):
        yield "pii_principal_id"
    if not _is_time(receipt.created):
        yield "created_at"
    if not receipt.items:
        yield "records"
    for place, item in enumerate(receipt.items):
        yield from (f"records[{place}].{member}" for member in _wrong_in(item))


def _wrong_in(item: Item) -> Iterator[str]:
    if not _is_uuid(item.record_id):
        yield "record_id"
    if item.channel not in Channel.values:
        yield "channels"
    if not isinstance(item.purpose, str):
        yield "purposes"
    if not (isinstance(item.notice_hash, str) and HASH.fullmatch(item.notice_hash)):
        yield "notice_hash"
    if not item.events or item.events[-1].state != item.state:
        yield "events"
    for place, event in enumerate(item.events):
        if not _is_time(event.time):
            yield f"events[{place}].event_time"
        if event.grade not in Grade.values:
            yield f"events[{place}].evidence_grade"
        if not (isinstance(event.digest, str) and HASH.fullmatch(event.digest)):
            yield f"events[{place}].event_hash"


def _is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False


def _is_time(text: object) -> bool:
    try:
        return isinstance(text, str) and stamp(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        return False


def _against_the_ledger(name: str, receipt: Receipt, key: str, at: datetime) -> Verdict:
    if datetime.fromisoformat(receipt.created) > at + AHEAD:
        return Verdict(name, "clock", "created_at")
    if KeptReceipt.objects.filter(digest=digest(receipt)).exists():
        return Verdict(name, "known", receipt=receipt, key=key)
    person = Subject.objects.filter(pk=receipt.principal).first()
    if person is None or not _is_ours(receipt):
        return Verdict(name, "kept", receipt=receipt, key=key)
    if person.erased_at is not None:
        return Verdict(name, "erased", "pii_principal_id")
    told = []
    for place, item in enumerate(receipt.items):
        heard, known = _heard(person.pk, item)
        if not known:
            return Verdict(name, "notice", f"records[{place}].notice_hash")
        told += heard
    code = "heard" if told else "known" if _all_here(receipt) else "kept"
    return Verdict(name, code, receipt=receipt, key=key, told=tuple(told))


def _is_ours(receipt: Receipt) -> bool:
    """Whether it speaks of consents to this controller; what somebody told another is no word to us."""
    ours = notices.current().content["zh"]["controller"].get("credit_code", "")
    return bool(ours) and receipt.controller["credit_code"] == ours


def _heard(subject: UUID, item: Item) -> tuple[list[Told], bool]:
    """What of one record is heard here, and whether the notice it needs for that is known."""
    head = Consent.objects.filter(subject=subject, purpose=item.purpose, channel=item.channel).first()
    last = datetime.fromisoformat(item.events[-1].time)
    if head is not None:
        after = states.heard(head.state, head.given_at, item.state, last)
        return ([Told(item.purpose, item.channel, after)] if after else []), True
    if item.state not in states.NOES:
        return [], True
    rows = NoticePurpose.objects.filter(version__content_hash=item.notice_hash, purpose=item.purpose, channel=item.channel)
    tick = rows.select_related("version").first()
    return ([Told(item.purpose, item.channel, "withdrawn", tick)] if tick else []), tick is not None


def _all_here(receipt: Receipt) -> bool:
    """Whether the ledger here has every step the receipt tells of."""
    steps = {event.digest for item in receipt.items for event in item.events}
    return ConsentEvent.objects.filter(event_hash__in=steps).values("event_hash").distinct().count() == len(steps)
