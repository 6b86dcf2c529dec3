"""The tests' own broom: empties everything, and leaves every trigger as it was."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from audit import guard, trail
from audit.models import Entry, Pending
from tests.audit import cleaning
from tests.audit.cast import AT, LI, WANG, add, run, table_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_broom_empties_what_nothing_else_may_empty():
    migrated = set(ContentType.objects.values_list("pk", "model"))
    with table_with(*guard.guard_operations("trial", "person"), *guard.append_only_operations("trial")):
        with transaction.atomic():
            trail.record("contact.created", by=LI, at=AT, subject=WANG)
            add(1, WANG)
        standing = guard.installed(connection)
        with pytest.raises(DatabaseError):
            run("DELETE FROM trial")
        cleaning.clean_database(connection)
        assert (run("SELECT count(*) FROM trial")[0][0], Entry.objects.count(), Pending.objects.count()) == (
            0,
            0,
            0,
        )
        assert guard.installed(connection) == standing
        with pytest.raises(DatabaseError):
            add(2, WANG)
    assert migrated
    assert set(ContentType.objects.values_list("pk", "model")) == migrated
