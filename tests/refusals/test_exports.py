"""What the table of exports refuses by itself."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.models import ExportJob
from tests.audit.cast import run
from tests.refusals.naming import AT, plain, proves

CHANGES = (
    "query = '{}'",
    "query_hash = 'b'",
    "size = 9",
    "count = 9",
    "purpose = 'x'",
    "case_ref = 'x'",
    "asked_by = decided_by",
)


@pytest.fixture
def job(db):
    """Somebody's wish, which another has let out."""
    ids = {"asked_by": uuid4(), "decided_by": uuid4()}
    times = {"asked_at": AT, "decided_at": AT, "expires_at": AT}
    return ExportJob.objects.create(
        query="{}{}", query_hash="a", size=1, count=1, purpose="audit", state="approved", **ids, **times
    )


@proves("export_decided_by_another")
@plain
def test_nobody_decides_about_their_own_wish(job):
    row = {"query": "", "query_hash": "", "size": 1, "count": 1, "purpose": "audit", "asked_at": AT, "expires_at": AT}
    me = uuid4()
    with pytest.raises(IntegrityError, match="export_decided_by_another"), transaction.atomic():
        ExportJob.objects.create(asked_by=me, decided_by=me, **row)
    ExportJob.objects.create(asked_by=me, decided_by=uuid4(), **row)


@proves("export_runs_once_decided")
@plain
def test_nothing_runs_that_nobody_decided_about(job):
    row = {"query": "", "query_hash": "", "size": 1, "count": 1, "purpose": "audit", "asked_at": AT, "expires_at": AT}
    for state in ("approved", "running", "ready", "refused"):
        with pytest.raises(IntegrityError, match="export_runs_once_decided"), transaction.atomic():
            ExportJob.objects.create(asked_by=uuid4(), state=state, **row)
    ExportJob.objects.create(asked_by=uuid4(), state="asked", **row)


@proves("audit_export_fixed_update", "audit_export_fixed_delete")
@plain
def test_what_was_asked_for_and_who_decided_stay(job):
    for change in (*CHANGES, "decided_by = asked_by"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(f"UPDATE audit_export SET {change}")
    with pytest.raises(DatabaseError), transaction.atomic():
        run("DELETE FROM audit_export")
    run("UPDATE audit_export SET state = 'running', done = 5")
    assert (ExportJob.objects.get().query, ExportJob.objects.get().done) == ("{}{}", 5)
