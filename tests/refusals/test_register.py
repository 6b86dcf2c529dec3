"""What the database refuses to ask: a purpose or a channel that the closed register does not list (A2, A9)."""

import pytest
from django.db import IntegrityError, transaction

from consent import notices
from consent.models import NoticePurpose, NoticeVersion
from tests import house
from tests.refusals.naming import plain, proves


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
