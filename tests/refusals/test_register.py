"""What the database refuses to ask: what the closed register does not list, and four things as one tick of many (A2, A9, C3)."""

import pytest
from django.db import IntegrityError, transaction

from consent import ledger, notices, register
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose, NoticeVersion, Purpose
from tests import house
from tests.refusals.naming import AT, BY, plain, proves, wang


@proves("consent_noticepurpose_listed_insert", "consent_noticepurpose_listed_update")
@plain
def test_an_unknown_purpose_or_channel_is_refused_by_the_database():
    """A2: the register is closed: no tick for what it does not list, nor for a purpose that needs no consent (A9)."""
    house.build()
    draft = NoticeVersion.objects.create(notice=notices.current().notice, number=2, content={}, created_at=house.NOON)
    words = {"version": draft, "tick_zh": "电话", "tick_en": "calls", "valid_days": 1, "order": 0}
    for purpose, channel in (("free_text", "call"), ("phone_contact", "sms"), ("service_notice", "call")):
        with pytest.raises(IntegrityError, match="lists no such purpose"), transaction.atomic():
            NoticePurpose.objects.create(purpose_id=purpose, channel=channel, **words)
    row = NoticePurpose.objects.create(purpose_id="phone_contact", channel="call", **words)
    with pytest.raises(IntegrityError, match="lists no such purpose"), transaction.atomic():
        NoticePurpose.objects.filter(pk=row.pk).update(channel="share")


APART = pytest.raises(IntegrityError, match="step of its own")


@proves("consent_purpose_apart_insert", "consent_purpose_apart_update")
@plain
def test_no_purpose_that_hands_on_publishes_or_is_sensitive_is_one_tick_among_others():
    """C3: nor one whose categories nobody declared (F1); what is ordinary may be ticked."""
    notices.seed()
    row = {"name_zh": "x", "name_en": "x", "text_zh": "x", "text_en": "x", "retention_days": 9, "form": "general"}
    wrong = [{"operations": [deed]} for deed in ("pass_on", "publish")]
    wrong += [{"categories": ["name", code]} for code in [*register.sensitive(register.CATEGORIES), "palm_print"]]
    for n, lists in enumerate(wrong):
        with APART, transaction.atomic():
            Purpose.objects.create(code=f"p{n}", **row, **lists)
        Purpose.objects.create(code=f"p{n}", **row | {"form": "separate"} | lists)
        with APART, transaction.atomic():
            Purpose.objects.filter(pk=f"p{n}").update(form="general")
    ordinary = [code for code in register.CATEGORIES if code not in register.sensitive(register.CATEGORIES)]
    others = sorted(register.OPERATIONS - {"pass_on", "publish"})
    Purpose.objects.create(code="ordinary", **row, operations=others, categories=ordinary)


@proves("consent_noticepurpose_apart_insert", "consent_noticepurpose_apart_update")
@plain
def test_no_tick_of_many_names_a_recipient_here_or_abroad():
    """C3: whom data go to is agreed to in a step of its own."""
    home = house.build()
    draft = NoticeVersion.objects.create(notice=notices.current().notice, number=2, content={}, created_at=house.NOON)
    words = {"version": draft, "tick_zh": "电话", "tick_en": "calls", "valid_days": 1, "order": 0}
    with APART, transaction.atomic():
        NoticePurpose.objects.create(purpose_id="phone_contact", channel="call", recipient="Partner", **words)
    row = NoticePurpose.objects.create(purpose_id="phone_contact", channel="call", **words)
    with APART, transaction.atomic():
        NoticePurpose.objects.filter(pk=row.pk).update(recipient="Partner")
    NoticePurpose.objects.create(purpose_id="partner_share", channel="share", recipient="Partner", **words)
    assert home.event.notice_version_id != draft.pk


@proves("consent_consentevent_apart")
@plain
@pytest.mark.parametrize("form", ["general", None])
def test_no_yes_by_a_tick_stands_in_the_ledger_for_what_asks_for_more(form):
    """C3, C2: whatever a deed says; by its own step it does."""
    home = house.build()
    subject, share = wang(home), home.event.ticks.get(tick__channel="share").tick
    proof = Evidence.objects.create(subject_id=subject, kind="otp", digest="x" * 64, created_at=AT)
    how, asks = {"language": "zh", "by": BY, "at": AT}, [Ask(subject, share, "visitor")]
    ledger.request(asks, **how)
    how |= {"evidence": {subject: proof}, "grade": "A", "method": "otp"}
    with APART, transaction.atomic():
        ledger.give(asks, form=form, **how)
    assert Consent.objects.get(channel="share").state == "requested"
    with transaction.atomic():
        ledger.give(asks, form="separate", **how)
    assert Consent.objects.get(channel="share").state == "given"
