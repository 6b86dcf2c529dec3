"""The mark of a restore: proven up to a line, or not proven."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.refusals.naming import AT, plain, proves
from vault.models import Restoration


@proves("restored_and_proven_up_to")
@plain
def test_a_restore_is_proven_up_to_a_line_or_not_at_all():
    for values in ({"replayed_at": AT}, {"to_line": 3}):
        with pytest.raises(IntegrityError, match="restored_and_proven_up_to"), transaction.atomic(using="vault"):
            Restoration.objects.create(backup=uuid4(), from_line=1, made_at=AT, started_at=AT, **values)
    Restoration.objects.create(backup=uuid4(), from_line=1, made_at=AT, started_at=AT, replayed_at=AT, to_line=3)
    assert Restoration.objects.count() == 1
