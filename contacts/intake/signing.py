"""Somebody ticks and signs by hand on a colleague's screen: strokes and sheet are kept, and compliance looks at them (C7)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from audit import trail
from consent import ages, ledger, papers, scanning, states
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose, Subject
from consent.models.subject import MINORS, Age
from consent.showing import signed
from consent.showing.signed import FIELD, Stroke
from contacts import retention
from contacts.models import Contact
from team.models import User
from vault import sealing

FEWEST, MOST = 8, 4000  # points of a signature
SMALLEST = (80, 25)  # what a hand covers at least, of a field of 1000 × 400
LONGEST = 20 * 60 * 1000  # milliseconds from the first point to the last


class SignatureRefused(Exception):
    """No signature, or nothing ticked; `code` names which: none, small, long, unticked, stands, leaving, minor."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def strokes_of(text: str) -> list[Stroke]:
    """The strokes that a page sent, as JSON: lists of points x, y, milliseconds. Raises SignatureRefused."""
    try:
        strokes = [[tuple(point) for point in stroke] for stroke in json.loads(text)]
        points = [point for stroke in strokes for point in stroke]
        whole = all(len(point) == 3 and all(type(part) is int for part in point) for point in points)
    except (ValueError, TypeError, RecursionError):
        raise SignatureRefused("none") from None
    if not whole or not all(strokes) or len(points) < FEWEST:
        raise SignatureRefused("none")
    if len(points) > MOST or not all(0 <= x <= FIELD[0] and 0 <= y <= FIELD[1] and 0 <= t <= LONGEST for x, y, t in points):
        raise SignatureRefused("long")
    spans = [max(point[axis] for point in points) - min(point[axis] for point in points) for axis in (0, 1)]
    if spans[0] < SMALLEST[0] or spans[1] < SMALLEST[1]:
        raise SignatureRefused("small")
    return strokes  # type: ignore[return-value]


def ticks_of(contact: Contact) -> list[NoticePurpose]:
    """The boxes that this person's event asks for, on the version it shows."""
    return [row.tick for row in contact.event.ticks.select_related("tick__version__notice").order_by("tick__order")]


def sign(
    *, contact: Contact, ticks: Sequence[NoticePurpose], strokes: Sequence[Stroke], language: str, by: User, at: datetime
) -> None:
    """Keep what somebody of age ticked and signed on this colleague's screen (`at` aware, UTC).

    That they are of age they said in the same form, in their own name; who said otherwise before signs nothing (C12).
    Grade D until compliance has looked at the sheet: a hand on a screen proves no more than one on paper, and whoever
    holds the screen could draw. The strokes are sealed under the person's key, the sheet is kept as signed paper is.
    Sent twice it is kept once. Raises SignatureRefused: unticked; stands, for a box that stands already or that only the
    own phone opens again; leaving, where the person's day has come; minor. Serves C1, C6, C7, C12, O1.
    """
    if not ticks:
        raise SignatureRefused("unticked")
    if contact.delete_on <= at:
        raise SignatureRefused("leaving")
    told = json.dumps([list(stroke) for stroke in strokes], separators=(",", ":"))
    digest = hashlib.sha256(told.encode()).hexdigest()
    shown, chosen = ticks_of(contact), [tick.pk for tick in ticks]
    words = "en" if language == "en" else "zh"
    pages = scanning.pages_of(signed.of(shown[0].version, shown, set(chosen), strokes, language=words, at=at))
    with transaction.atomic():
        held = list(Consent.objects.select_for_update().filter(subject_id=contact.pk).order_by("pk"))  # as erasing locks them
        if Subject.objects.select_for_update().get(pk=contact.pk).age in MINORS:
            raise SignatureRefused("minor")
        if Evidence.objects.filter(subject_id=contact.pk, kind="signature", digest=digest).exists():
            return
        heads = {(h.purpose_id, h.channel): h.state for h in held}
        if any(heads.get((tick.purpose_id, tick.channel), "asserted") not in states.SIGNABLE for tick in ticks):
            raise SignatureRefused("stands")
        ages.own(contact.pk, Age.ADULT, at=at)
        trail.record("evidence.added", by=by, at=at, subject=contact.pk, fields=("consent.evidence",), numbers=[1])
        proof = Evidence(pk=uuid4(), subject_id=contact.pk, kind="signature", digest=digest, created_at=at)
        proof.detail = sealing.seal_text(told, field_id="consent.evidence.detail", row=proof.pk, owner=contact.pk)
        proof.save(force_insert=True)
        asks = [Ask(contact.pk, tick, "quick") for tick in ticks]
        ledger.assert_given(asks, proofs={contact.pk: proof}, method="esign", by=by, at=at)
        papers.add(subject=contact.pk, pages=pages, by=by, at=at, ticks=chosen)
        retention.refresh([contact.pk], at=at)
