"""A visitor's own phone: ticks, name and number, a code, and only then a consent of grade A (C1, C7)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor, Self_
from consent import ages, challenge, deferring, ledger, states, stop_link, suppression
from consent.ledger import Ask
from consent.models import Challenge, Consent, Evidence, NoticePurpose, SmsMessage, Subject
from consent.models.notice import Form
from consent.models.subject import MINORS
from contacts import freshness, retention
from contacts.intake import arriving, waiting
from contacts.intake.arriving import Draft
from contacts.models import Contact, Event, Phone, Referral, Submission
from team.models import User
from vault import names, opening
from vault.phone import Number


class NothingTicked(Exception):
    """The visitor ticked nothing: nothing is stored, and that is fine."""


@dataclass(frozen=True)
class Receipt:
    """What the visitor takes away: the consents and the token of the stop link."""

    consents: list[Consent]
    stop_token: str


def form_token() -> str:
    """A fresh token for one rendered form; sent twice, it makes one record."""
    return secrets.token_urlsafe(16)


def submission_of(event: Event, token: str) -> Submission | None:
    """The submission of this token at this event, if it was sent already."""
    return Submission.objects.filter(pk=_hash(event, token)).first()


def _hash(event: Event, token: str) -> str:
    """A token counts at its own event only."""
    return hashlib.sha256(f"{event.pk}:{token}".encode()).hexdigest()


def submit(
    *,
    event: Event,
    name: str,
    number: Number,
    ticks: Sequence[NoticePurpose],
    language: str,
    token: str,
    age: str,
    at: datetime,
    book: UUID | None = None,
    referral: Referral | None = None,
) -> Submission:
    """Take a visitor's form: everything stays `requested` until the number is confirmed; serves C1, C7, C12, I6.

    Sent twice it answers with the first; sent again with other ticks or another number, the first counts no more and
    waiting.FormChanged is raised. A known number in this book gets the new request; a number known elsewhere, or
    suppressed, looks no different. `book` is a colleague's who works at the event and invited this person; else the
    event's own; `referral` is the link that somebody passed on to them (C9). `age` is what they declare: raises
    consent.ages.UnderAge before anything is looked at or stored, unless it is that they are of age. Raises NothingTicked,
    vault.names.TextRefused,
    challenge.ChallengeRefused when too many codes were asked for.
    """
    ages.must_be_adult(age)
    if (known := submission_of(event, token)) is not None:
        if waiting.says_the_same(known, _typed(known).first(), number, [tick.pk for tick in ticks], age):
            return known
        waiting.void(known, at=at)
        raise waiting.FormChanged if ticks else NothingTicked
    if not ticks:
        raise NothingTicked
    draft = Draft(name=names.clean_name(name), numbers=(number,), language=language)
    challenge.admit(digits=number.digits, at=at)
    code = uuid4()
    told: dict[str, Any] = {"event": event, "book": book or event.book_id, "token": token, "age": age, "code": code}
    try:
        submission = _arrive(draft, ticks, **told, referral=referral, at=at)
    except IntegrityError:
        if (known := submission_of(event, token)) is None:
            raise
        return known
    challenge.send(subject=submission.subject_id, digits=number.digits, language=language, at=at, pk=code)
    return submission


def take(
    *,
    event: Event,
    name: str,
    number: Number,
    ticks: Sequence[NoticePurpose],
    language: str,
    token: str,
    book: UUID,
    age: str,
    acted_at: datetime,
    by: User,
    at: datetime,
) -> Submission:
    """Take a form that was filled in at `acted_at`, without a network, on a device of `by`; no code is sent (C7, ADR 0034).

    `name` is clean. Whose finger it was nobody knows, so it is the colleague's word: `asserted`, grade D, from the moment
    of the act, until the person asks for a code at the address of `token` and types it. What is known of them already stays
    as it is. Raises IntegrityError where this token was used.
    """
    draft = Draft(name=name, numbers=(number,), language=language)
    told: dict[str, Any] = {"event": event, "book": book, "token": token, "age": age, "code": None}
    return _arrive(draft, ticks, **told, at=at, acted_at=acted_at, staff=by)


def _arrive(
    draft: Draft,
    ticks: Sequence[NoticePurpose],
    *,
    event: Event,
    book: UUID,
    token: str,
    age: str,
    code: UUID | None,
    at: datetime,
    acted_at: datetime | None = None,
    referral: Referral | None = None,
    staff: User | None = None,
) -> Submission:
    """Known or new is decided under the book's lock: two tabs at once make one person (bad input 104)."""
    with transaction.atomic():
        arriving.lock(book)
        contact = arriving.find_own(book, draft.numbers[0].digits)
        if contact is None:
            arriving.make_keys([draft], event=event, at=at, book=book)
        else:
            draft = replace(draft, subject=contact.pk)
        told: dict[str, Any] = {"event": event, "book": book, "token": token, "age": age, "code": code}
        told |= {"referral": _link(referral, draft.subject), "staff": staff}
        return _store(draft, contact, ticks, **told, at=at, acted_at=acted_at)


def _link(referral: Referral | None, subject: UUID) -> Referral | None:
    """The link they came by, locked; none that was ended meanwhile, or is their own."""
    if referral is None or referral.referrer_id == subject:
        return None
    return Referral.objects.select_for_update().filter(pk=referral.pk, ended_at__isnull=True).first()


def _store(
    draft: Draft,
    contact: Contact | None,
    ticks: Sequence[NoticePurpose],
    *,
    event: Event,
    book: UUID,
    token: str,
    age: str,
    code: UUID | None,
    at: datetime,
    acted_at: datetime | None,
    referral: Referral | None,
    staff: User | None,
) -> Submission:
    subject = draft.subject
    by: Actor = staff or Self_(subject)
    row = Submission(token_hash=_hash(event, token), event=event, subject_id=subject, challenge_id=code, created_at=at)
    row.age, row.ticks, row.referral = age, [str(tick.pk) for tick in ticks], referral
    with transaction.atomic():
        if contact is None:
            arriving.open_subjects([draft], by=by, at=at, reason=row.source)
        asks = [Ask(subject, tick, row.source) for tick in ticks]
        if staff:
            heads = ledger.assert_given(
                asks, proofs={}, method="device", language=draft.language, by=by, at=at, acted_at=acted_at
            )
        else:
            heads = ledger.request(asks, language=draft.language, by=by, at=at, new=contact is None)
        if contact is None:
            arriving.save([draft], {subject: heads[0]}, event=event, source=row.source, by=by, at=at, book=book)
            if acted_at:  # the days count from the act
                retention.refresh([subject], at=at)
        else:
            trail.record("contact.changed", by=by, at=at, subject=subject, reason=row.source)
            retention.refresh([subject], at=at)
        row.phone_id = arriving.row_of(subject, draft.numbers[0].digits) if contact else arriving.phone_ids(draft)[0]
        row.save(force_insert=True)
        return row


def send_again(submission: Submission, *, language: str, at: datetime) -> None:
    """A fresh code to the same number, opened for this one message only. Raises ChallengeRefused."""
    waiting.must_be_open(submission, at=at)
    phone = _typed(submission).order_by("position").first()
    if phone is None:
        raise challenge.ChallengeRefused("expired")
    digits = str(opening.open_one(phone.number))
    challenge.admit(digits=digits, at=at)
    made = challenge.send(subject=submission.subject_id, digits=digits, language=language, at=at)
    Submission.objects.filter(pk=submission.pk).update(challenge_id=made.pk)


def _typed(submission: Submission) -> QuerySet[Phone]:
    """The number that the code went to; of a form from before this was kept, every number of the person."""
    rows = Phone.objects.filter(contact_id=submission.subject_id, wrong_at__isnull=True)
    return rows.filter(pk=submission.phone_id) if submission.phone_id else rows


def confirm(*, submission: Submission, code: str, language: str, at: datetime) -> Receipt | None:
    """The code from the phone: consent given, grade A, refusals lifted by the person's own act (C6, H8).

    None when the code is wrong. Raises challenge.ChallengeRefused when it is over, or when a no
    reached us after this yes: the no stands.
    """
    asked = _answered(submission, code, at)
    try:
        return _give(submission, asked, language, at) if asked else None
    except states.Overtaken:
        raise challenge.ChallengeRefused("overtaken") from None
    except states.TransitionRefused:  # erased while we waited for the consent
        raise challenge.ChallengeRefused("expired") from None


def _answered(submission: Submission, code: str, at: datetime) -> Challenge | None:
    """The challenge that this code answers; None when it is the wrong one. Raises challenge.ChallengeRefused."""
    waiting.must_be_open(submission, at=at)
    if submission.challenge_id is None:
        raise challenge.ChallengeRefused("expired")
    with transaction.atomic():
        asked = Challenge.objects.select_for_update().filter(pk=submission.challenge_id).first()
        if asked is None:  # the sweep was here first
            raise challenge.ChallengeRefused("expired")
        return asked if challenge.answer(challenge=asked, code=code, at=at) else None


def put_off(*, submission: Submission, code: str, ask_on: datetime | None, language: str, at: datetime) -> bool:
    """The code from the phone, and "later": nothing is agreed, and asked again once at most, on `ask_on` (C11; law.md §3).

    A refusal that stands elsewhere still stands. False when the code is wrong. Raises challenge.ChallengeRefused.
    """
    asked = _answered(submission, code, at)
    if asked is None:
        return False
    subject = submission.subject_id
    scope = set(NoticePurpose.objects.filter(pk__in=submission.ticks).values_list("purpose_id", "channel"))
    try:
        with transaction.atomic():
            trail.record("contact.changed", by=Self_(subject), at=at, subject=subject, reason="deferred")
            proof = Evidence.objects.create(subject_id=subject, kind="otp", digest=asked.code_hash, created_at=at)
            ages.own(subject, submission.age, at=at)
            deferring.defer(subject=subject, scope=scope, ask_on=ask_on, proof=proof, language=language, at=at)
            _typed(submission).update(confirmed_at=at, **freshness.seen(at))
            retention.refresh([subject], at=at)
    except states.TransitionRefused:  # erased while we waited for the consent
        raise challenge.ChallengeRefused("expired") from None
    return True


def _give(submission: Submission, asked: Challenge, language: str, at: datetime) -> Receipt:
    subject = submission.subject_id
    by = Self_(subject)
    with transaction.atomic():
        trail.record("contact.changed", by=by, at=at, subject=subject, reason="given")
        proof = Evidence.objects.create(subject_id=subject, kind="otp", digest=asked.code_hash, created_at=at)
        ages.own(subject, submission.age, at=at)
        if Subject.objects.filter(pk=subject, age__in=MINORS).exists():
            raise states.TransitionRefused("minor")  # nobody grows up by filling in a form (C12)
        Submission.objects.filter(pk=submission.pk).update(done_at=at)
        ticks = NoticePurpose.objects.filter(pk__in=submission.ticks).filter(
            purpose__form=Form.GENERAL
        )  # no code signs (C3, C4)
        asks = waiting.lawful([Ask(subject, tick, submission.source) for tick in ticks])
        consents = ledger.give(asks, evidence={subject: proof}, grade="A", method="otp", language=language, by=by, at=at)
        suppression.lift(subject, by=by, at=at)
        _typed(submission).update(confirmed_at=at, **freshness.seen(at))
        retention.refresh([subject], at=at)
        token = stop_link.issue(subject=subject, at=at)
    return Receipt(consents, token)


def subject_phone_screen(subject: UUID) -> str:
    """The newest message on the demo phone of this subject; empty when there is none."""
    message = SmsMessage.objects.filter(subject_id=subject, body__isnull=False).order_by("-sent_at").first()
    return "" if message is None else str(opening.open_one(message.body))
