"""The two narrow doors of the trail, and what they refuse by themselves."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.models import Pruning, Redaction
from tests.audit.cast import run
from tests.audit.sealed import seal_here, write
from tests.refusals.naming import AT, POSTGRESQL, plain, proves, trigger

YEAR_US = 366 * 86_400_000_000


def wish(**named):
    """Somebody wants the content of an entry gone."""
    values = {"seq": 1, "place": 0, "why": "value", "asked_by": uuid4(), "asked_at": AT}
    return Redaction.objects.create(**(values | named))


def refused(sql, kind=DatabaseError):
    with pytest.raises(kind), transaction.atomic():
        run(sql)


@proves("redaction_decided_by_another", "redaction_runs_once_decided", "redaction_once_for_an_entry")
@plain
def test_two_people_and_once():
    me = uuid4()
    for values in ({"asked_by": me, "decided_by": me}, {"state": "approved"}, {"state": "done"}):
        with pytest.raises(IntegrityError, match="redaction_"), transaction.atomic():
            wish(**values)
    wish(state="refused", decided_by=me)
    wish(state="approved", decided_by=me)
    with pytest.raises(IntegrityError), transaction.atomic():
        wish()


@proves("audit_redaction_fixed_update", "audit_redaction_fixed_delete")
@plain
def test_what_was_asked_for_stays():
    wish(state="approved", decided_by=uuid4())
    for change in ("seq = 2", "place = 2", "why = 'order'", "asked_by = decided_by", "decided_by = asked_by"):
        refused(f"UPDATE audit_redaction SET {change}")
    refused("DELETE FROM audit_redaction")
    run("UPDATE audit_redaction SET state = 'done'")
    refused("UPDATE audit_redaction SET state = 'approved'")


@proves("pruning_goes_forward", "pruning_leaves_six_months")
@plain
def test_an_archive_holds_something_and_nothing_young():
    values = {"root": b"x", "file_sha256": "a", "at_us": YEAR_US}
    with pytest.raises(IntegrityError, match="pruning_goes_forward"), transaction.atomic():
        Pruning.objects.create(size=256, first=256, before_us=0, **values)
    with pytest.raises(IntegrityError, match="pruning_leaves_six_months"), transaction.atomic():
        Pruning.objects.create(size=256, first=0, before_us=YEAR_US // 2 + 1, **values)
    assert Pruning.objects.create(size=256, first=0, before_us=YEAR_US // 2, **values).at == datetime(1971, 1, 2, tzinfo=UTC)


@proves(*trigger("audit_pruning", "grows", "insert", "update", "delete"))
@plain
def test_what_an_archive_holds_stays_written():
    Pruning.objects.create(size=256, first=0, before_us=0, root=b"x", file_sha256="a", at_us=YEAR_US)
    refused("UPDATE audit_pruning SET size = 512")
    refused("DELETE FROM audit_pruning")
    assert Pruning.objects.count() == 1


@plain
def test_an_entry_is_blanked_only_where_two_people_agreed_and_goes_only_where_it_is_old_and_archived():
    write(256)
    seal_here()
    [(seq, at_us), (second, _at), (third, _at)] = run(
        "SELECT e.seq, e.at_us FROM audit_entry e JOIN audit_leaf l ON l.seq = e.seq ORDER BY l.idx LIMIT 3"
    )
    blank = f"UPDATE audit_entry SET leaf = CAST('{{}}' AS {'bytea' if POSTGRESQL else 'blob'}) WHERE seq = {seq}"
    gone = f"DELETE FROM audit_entry WHERE seq = {seq}"
    refused(blank)
    refused(gone)
    found = wish(seq=seq)
    refused(blank)
    Redaction.objects.filter(pk=found.pk).update(state="approved", decided_by=uuid4())
    refused(blank.replace("SET leaf", "SET reason = 'x', leaf"))
    refused(blank.replace(f"seq = {seq}", f"seq = {second}"))
    run(blank)
    old = {"root": b"x", "file_sha256": "a", "at_us": at_us + 2 * YEAR_US}
    Pruning.objects.create(size=1, first=0, before_us=at_us, **old)
    refused(gone)
    Pruning.objects.create(size=2, first=1, before_us=at_us + 1, **old)
    refused(f"DELETE FROM audit_entry WHERE seq = {third}")
    run(gone)
