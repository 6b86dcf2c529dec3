"""The trail leaves the house by two people: asked, decided about exactly this, written, handed out, run out."""

import io
import stat
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from audit import export, exporting, sealing, verify
from audit.exporting import ExportRefused
from audit.models import Entry, ExportJob
from audit.search import Criteria
from tests.audit.cast import AT, LI, SUN, WANG, Colleague, run
from tests.audit.sealed import write

pytestmark = pytest.mark.django_db
CHEN = Colleague(uuid4(), "Chen")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def asked(sealer):
    """Sun wants everything that concerns Wang; 600 entries are sealed."""
    write(600)
    sealing.seal(sealer, at=AT)
    return exporting.ask(criteria=Criteria(subject=WANG), purpose="audit", case_ref="7", by=SUN, at=AT)


def decide(job, by=CHEN, yes=True, at=AT, **named):
    return exporting.decide(job_id=job.pk, query_hash=named.get("query_hash", job.query_hash), yes=yes, by=by, at=at)


def refused(word, deed, *args, **named):
    with pytest.raises(ExportRefused) as caught:
        deed(*args, **named)
    assert caught.value.word == word


def taken(job, by=SUN, at=AT):
    return b"".join(exporting.hand_out(job_id=job.pk, by=by, at=at)[1])


def state(job):
    return ExportJob.objects.get(pk=job.pk).state


def acts():
    return list(Entry.objects.filter(act__startswith="audit.export").order_by("seq").values_list("act", "actor"))


def test_from_the_wish_to_the_zip(asked, folder):
    assert (asked.count, asked.size >= 600, state(asked)) == (600, True, "asked")
    assert exporting.work(at=AT) == 0, "nobody has let it out"
    decide(asked)
    assert (exporting.work(at=AT), exporting.work(at=AT), state(asked)) == (1, 0, "ready")
    [path] = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    whole = taken(asked)
    path.write_bytes(whole)
    assert verify.bundle_file(path, vkey="", earlier=()).count == 600
    steps = ["audit.export_asked", "audit.export_approved", "audit.exported"]
    assert acts() == list(zip(steps, [SUN.pk, CHEN.pk, SUN.pk], strict=True))
    row = ExportJob.objects.get()
    assert (row.done, row.total, row.file_bytes) == (500, 600, len(whole))


def test_it_holds_what_was_sealed_when_it_was_asked_for_and_nothing_newer(asked, sealer):
    write(5)
    sealing.seal(sealer, at=AT)
    decide(asked)
    exporting.work(at=AT)
    with zipfile.ZipFile(io.BytesIO(taken(asked))) as archive:
        assert len(archive.read("entries.jsonl").splitlines()) == 600


def test_nobody_lets_out_what_they_asked_for(asked):
    refused("same_person", decide, asked, by=SUN)
    with pytest.raises(IntegrityError, match="export_decided_by_another"), transaction.atomic():
        ExportJob.objects.update(decided_by=SUN.pk)
    assert state(asked) == "asked"


def test_a_yes_is_for_exactly_what_was_looked_at(asked):
    refused("other_query", decide, asked, query_hash="0" * 64)
    for column, value in (("query", "'{}'"), ("size", "900"), ("asked_by", "decided_by")):
        with pytest.raises(DatabaseError), transaction.atomic():
            decide(asked)
            run(f"UPDATE audit_export SET {column} = {value}")
    assert state(asked) == "asked"


def test_a_refusal_is_final(asked):
    assert decide(asked, yes=False).state == "refused"
    refused("gone", decide, asked)
    assert (exporting.work(at=AT), acts()[-1]) == (0, ("audit.export_refused", CHEN.pk))


def test_after_a_day_everything_has_run_out(asked, folder):
    refused("gone", decide, asked, at=AT + 25 * HOUR)
    decide(asked, at=AT + 23 * HOUR)
    exporting.work(at=AT + 23 * HOUR)
    assert len(taken(asked, at=AT + 46 * HOUR)) > 0
    refused("gone", taken, asked, at=AT + 47 * HOUR)
    assert len(list(folder.iterdir())) == 1
    exporting.work(at=AT + 47 * HOUR)
    assert (list(folder.iterdir()), state(asked)) == ([], "expired")


def test_only_who_asked_takes_it_and_only_as_it_was_written(asked, folder):
    decide(asked)
    exporting.work(at=AT)
    refused("gone", taken, asked, by=LI)
    refused("gone", taken, asked, by=CHEN)
    [path] = folder.iterdir()
    path.write_bytes(path.read_bytes() + b"\0")
    refused("damaged", taken, asked)
    assert "audit.exported" not in dict(acts())


def test_cancelled_while_it_is_written_nothing_is_left(asked, folder, monkeypatch):
    decide(asked)
    stream = export.stream

    def cancelled_meanwhile(*args, told, **named):
        def tell(done, whole):
            if done:
                exporting.cancel(job_id=asked.pk, by=SUN, at=AT)
            told(done, whole)

        return stream(*args, told=tell, **named)

    monkeypatch.setattr(export, "stream", cancelled_meanwhile)
    assert (exporting.work(at=AT), list(folder.iterdir()), state(asked)) == (0, [], "cancelled")
    refused("gone", exporting.cancel, job_id=asked.pk, by=SUN, at=AT)


def test_only_who_asked_cancels_and_the_file_goes_too(asked, folder):
    decide(asked)
    exporting.work(at=AT)
    refused("gone", exporting.cancel, job_id=asked.pk, by=CHEN, at=AT)
    exporting.cancel(job_id=asked.pk, by=SUN, at=AT)
    assert list(folder.iterdir()) == []


def test_a_worker_that_died_is_followed_by_another(asked):
    decide(asked)
    ExportJob.objects.update(state="running", heartbeat=AT, done=500, total=600)
    assert exporting.work(at=AT + timedelta(minutes=1)) == 0, "somebody may still be at it"
    assert exporting.work(at=AT + timedelta(minutes=3)) == 1
    assert verify.bundle_file(exporting.file_of(asked), vkey="", earlier=()).count == 600


def test_criteria_survive_being_written_down():
    whole = Criteria(actor=SUN.pk, subject=WANG, act="phone.reveal", outcome="ok", reason="call", since=AT, until=AT + HOUR)
    for criteria in (whole, export.EVERYTHING, Criteria(since=AT)):
        assert exporting.criteria_of(ExportJob(query=exporting.written(criteria))) == criteria


def test_a_case_number_is_none_of_a_telephone(asked):
    from audit.forms import ExportForm

    for text, fine in (
        ("2026-17", True),
        ("13800001234", False),
        ("138 0000 1234", False),
        ("1380000123４", False),
        ("（2026）沪0115民初12345号", True),
    ):
        assert ExportForm({"purpose": "audit", "case_ref": text}).is_valid() == fine, text
    assert ExportForm({"case_ref": ""}).is_valid() is False, "an export has a purpose"
