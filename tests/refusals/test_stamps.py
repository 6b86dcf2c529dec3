"""What the tables of time stamps refuse by themselves (O3)."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from consent.models import ConsentEvent, EvidenceStamp, StampedEvent
from tests import house
from tests.refusals.naming import AT, plain, proves, trigger, wang


@proves(
    "one_step_for_a_place_of_a_stamp",
    *trigger("consent_evidencestamp", "grows", "update", "delete", "insert"),
    *trigger("consent_stampedevent", "grows", "update", "delete", "insert"),
)
@plain
def test_a_stamp_and_what_it_speaks_for_are_written_once_and_stay():
    """(O3)"""
    wang(house.build())
    first, second = ConsentEvent.objects.order_by("pk")[:2]
    stamp = EvidenceStamp.objects.create(at=AT, count=1, digest="0" * 64, token=b"x")
    row = StampedEvent.objects.create(event=first, stamp=stamp, place=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        StampedEvent.objects.create(event=second, stamp=stamp, place=0)
    for rows, change in ((EvidenceStamp.objects, {"token": b"y"}), (StampedEvent.objects, {"place": 7})):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        StampedEvent.objects.create(event=first, stamp=stamp, place=1)
    assert StampedEvent.objects.get().place == row.place
