"""What the database itself refuses on this floor."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from team import matrix
from team.fields import Level
from team.models import LevelChange, Pledge, ProtectedField, User
from tests.team.cast import AT, hire

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_a_pledge_is_neither_prolonged_nor_removed(deed):
    li = hire("li", "advisor")
    signed = Pledge.objects.filter(user=li)
    before = list(signed.order_by("pk").values_list("pk", "valid_until"))
    assert len(before) == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        signed.update(valid_until=AT) if deed == "update" else signed.delete()
    assert list(signed.order_by("pk").values_list("pk", "valid_until")) == before


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_a_change_of_the_matrix_stays_as_it_was_written(deed):
    field = ProtectedField.objects.get(pk="contacts.mobile")
    zhao = hire("zhao", "admin")
    matrix.set_level(field=field, role="advisor", level=Level.CALL, reason="less is enough", by=zhao, at=AT)
    rows = LevelChange.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(reason="other") if deed == "update" else rows.delete()
    assert rows.get().reason == "less is enough"


def test_somebody_with_a_pledge_cannot_be_deleted():
    li = hire("li", "advisor")
    with pytest.raises(ProtectedError):
        li.delete()
    assert User.objects.filter(pk=li.pk).exists()
