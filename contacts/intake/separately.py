"""After the code, one question by itself: what must be agreed to separately is an act of its own, on a page of its own (C2)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import ledger, rules, states, suppression
from consent.ledger import Ask
from consent.models import Challenge, Consent, Evidence, NoticePurpose, Subject
from consent.models.notice import Form
from consent.models.subject import MINORS
from contacts import retention
from contacts.models import Submission

STAY = timedelta(minutes=15)  # as long as a code opens one's own page


def asked(submission: Submission, *, at: datetime) -> list[NoticePurpose]:
    """What this visitor is still asked by itself, within a quarter of an hour of their code; nothing without one."""
    if _code(submission, at) is None:
        return []
    rows = NoticePurpose.objects.filter(purpose__form=Form.SEPARATE, version=submission.event.notice_version_id)
    offered = rows.filter(pk__in=submission.event.ticks.values("tick"))
    heads = Consent.objects.filter(subject=submission.subject_id).select_related("purpose")
    done = {(h.purpose_id, h.channel) for h in heads if _answered(h)}
    return [
        tick
        for tick in offered.select_related("purpose", "version").order_by("order")
        if (tick.purpose_id, tick.channel) not in done
    ]


def _answered(head: Consent) -> bool:
    """A yes stands in its own form and with evidence as good as the gate asks for; or it was found unlawful, for good.

    Signed paper (B) has the form, but where the purpose asks for the person's own act (A) it opens nothing, and so answers
    nothing (C6): else the one question that would open it were never put.
    """
    stands = head.state in rules.LIVE and head.form in (Form.SEPARATE, Form.WRITTEN)
    return (stands and head.grade <= head.purpose.minimum_grade) or head.state in states.UNLAWFUL


def _code(submission: Submission, at: datetime) -> Challenge | None:
    rows = Challenge.objects.filter(subject=submission.subject_id, confirmed_at__gt=at - STAY)
    return rows.filter(pk=submission.challenge_id).first() if submission.challenge_id else None


def agree(submission: Submission, tick: UUID, *, language: str, at: datetime) -> bool:
    """One press of one button: this purpose alone is agreed to, in a step of its own (`at` aware, UTC; C1, C2, C6).

    The code typed a moment ago is the evidence, so the grade is A. False where it is not asked any more, or a no came in
    between: the no stands, and nothing is changed.
    """
    with transaction.atomic():
        found = next((one for one in asked(submission, at=at) if one.pk == tick), None)
        code = _code(submission, at)
        minor = Subject.objects.filter(pk=submission.subject_id, age__in=MINORS).exists()
        if found is None or code is None or minor or suppression.subjects_suppressed([submission.subject_id]):
            return False
        try:
            _give(submission, found, code, language, at)
        except states.TransitionRefused:
            return False
    return True


def _give(submission: Submission, tick: NoticePurpose, code: Challenge, language: str, at: datetime) -> None:
    subject = submission.subject_id
    by = Self_(subject)
    with transaction.atomic():
        trail.record("contact.changed", by=by, at=at, subject=subject, reason="given")
        proof = Evidence.objects.create(subject_id=subject, kind="otp", digest=code.code_hash, created_at=at)
        asks = [Ask(subject, tick, submission.source)]
        how: dict[str, Any] = {"language": language, "by": by, "at": at}
        ledger.request(asks, **how)
        ledger.give(asks, evidence={subject: proof}, grade="A", method="own_step", form=Form.SEPARATE, **how)
        retention.refresh([subject], at=at)
