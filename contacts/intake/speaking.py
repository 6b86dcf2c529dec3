"""Somebody says yes aloud while a colleague reads the words out: the recording is kept, and compliance listens to it (C6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from consent import ages, ledger, recordings, states
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose, NoticeVersion, Recording, Subject
from consent.models.notice import Form
from consent.models.subject import MINORS, Age
from consent.speech.decoding import Speech
from contacts import retention
from contacts.models import Contact
from team.models import User

OLDEST = timedelta(days=30)  # a conversation further back is remembered by nobody who could be asked


class NotKept(Exception):
    """No recording was kept; `code` names why: unticked, leaving, time, form, minor, stands, known."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def keep(
    *,
    contact: Contact,
    version: NoticeVersion,
    ticks: Sequence[NoticePurpose],
    speech: Speech,
    spoken_at: datetime,
    language: str,
    by: User,
    at: datetime,
) -> None:
    """Keep what was said, bound to the boxes of this version that were read out and agreed to; times are aware, UTC.

    That they are of age they were asked first, and the colleague notes the answer with it (C12).
    Grade D until compliance has listened: whoever recorded it says who spoke. Sent twice it is kept once. Raises NotKept:
    unticked; leaving, where the person's day has come; time, where nobody can have read these words out then; form, for what is
    asked separately or in writing; minor, of whom nothing is asked; stands, for
    what stands already or only the own phone opens again; known, where this very sound was kept for something else.
    Serves C1, C6, C12, O1.
    """
    if not ticks:
        raise NotKept("unticked")
    if contact.delete_on <= at:
        raise NotKept("leaving")
    if version.published_at is None or not max(version.published_at, at - OLDEST) <= spoken_at <= at:
        raise NotKept("time")
    if any(tick.purpose.form != Form.GENERAL for tick in ticks):
        raise NotKept("form")
    with transaction.atomic():
        heads = {(h.purpose_id, h.channel): h.state for h in _locked(contact)}
        person = Subject.objects.select_for_update().get(pk=contact.pk)
        if person.age in MINORS:
            raise NotKept("minor")
        if _known(contact, version, ticks, recordings.sound_of(speech)):
            return
        if any(heads.get((tick.purpose_id, tick.channel), "asserted") not in states.SIGNABLE for tick in ticks):
            raise NotKept("stands")
        if not person.age:  # noted once; a colleague's word for it, as the rest of what a colleague heard
            ages.declare(subject=contact.pk, age=Age.ADULT, by=by, at=at)
        digest = recordings.sound_of(speech)
        proof = Evidence.objects.create(pk=uuid4(), subject_id=contact.pk, kind="spoken", digest=digest, created_at=at)
        asks = [Ask(contact.pk, tick, "quick") for tick in ticks]
        ledger.assert_given(asks, proofs={contact.pk: proof}, method="recorded", by=by, at=at)
        retention.refresh([contact.pk], at=at)
        told = {"version": version, "ticks": ticks, "language": language, "spoken_at": spoken_at}
        recordings.add(subject=contact.pk, speech=speech, **told, by=by, at=at)  # type: ignore[arg-type]


def _locked(contact: Contact) -> list[Consent]:
    """Consents first and the person after, as whoever decides and whoever erases does: nobody waits in a circle."""
    return list(Consent.objects.select_for_update().filter(subject_id=contact.pk).order_by("pk"))


def _known(contact: Contact, version: NoticeVersion, ticks: Sequence[NoticePurpose], sound: str) -> bool:
    """Whether this very sound was kept for this very thing. Raises NotKept where it was kept for another."""
    row = Recording.objects.filter(subject_id=contact.pk, sound=sound).first()
    if row is None:
        return False
    if row.version_id != version.pk or set(row.ticks.values_list("pk", flat=True)) != {tick.pk for tick in ticks}:
        raise NotKept("known")
    return True
