"""Signed paper: drawn anew, closed in a store, opened on record, gone with the person whatever dies in between (O1, J1).

Every story is told of a folder and of a bucket.
"""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from audit import leaf
from audit.models import Entry
from audit.trail import System
from consent import evidence_files, papers, scanning
from consent.models import FileOutbox, PaperPage
from consent.stores import chosen
from consent.stores.store import name_of
from contacts import erase, hold, tasks
from contacts.doors.papers import PROBLEMS
from contacts.models import Contact
from crm.backups import taking
from tests import evidence, house
from tests.proofs.cast import enter
from vault import blobs
from vault.errors import Malformed, Tampered

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
BY = System("sweep")
PLACE = "31 N, 121 E, Pudong"


def picture(size=(300, 400), kind="JPEG", colour="white", **more):
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind, **more)
    return target.getvalue()


def with_place():
    """A photograph that says where and by which camera it was taken."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0110] = PLACE, "Camera of Li"
    return picture(exif=exif)


def pdf(pages):
    target = io.BytesIO()
    sheets = [Image.new("RGB", (200, 300), "white") for _n in range(pages)]
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:], title=PLACE)
    return target.getvalue()


@pytest.fixture(params=evidence.KINDS)
def kept(request, settings, tmp_path):
    """What a store of this test's own holds: a folder, or a bucket."""
    return evidence.store(request.param, settings, tmp_path)


@pytest.fixture
def met(kept):
    """Wang, whom Li met."""
    home = house.build(at=timezone.now())
    sent, _receipt = house.arrive(home.event, house.WANG, at=timezone.now())
    return home, Contact.objects.get(pk=sent.subject_id)


def send(home, contact, data, name="paper.jpg", by="li"):
    return enter(getattr(home, by)).post(f"/contacts/{contact.pk}/papers/", {"file": SimpleUploadedFile(name, data)})


def look(home, page, by="chen"):
    return enter(getattr(home, by)).get(f"/contacts/{page.subject_id}/papers/{page.pk}/")


def test_a_photograph_is_kept_closed_and_without_what_the_camera_added(met, kept):
    home, contact = met
    assert PLACE.encode() in with_place(), "there is something to lose"
    assert send(home, contact, with_place()).status_code == 302
    page, [blob] = PaperPage.objects.get(), kept.files().values()
    assert (blob[:4], b"JFIF" in blob, list(kept.files())) == (b"YNF1", False, [name_of(page.pk)])
    if kept.folder:
        assert oct((kept.folder / name_of(page.pk)).stat().st_mode)[-3:] == "600"
    answer = look(home, page)
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (answer["Content-Type"], shown.format, dict(shown.getexif()), shown.size) == (
            "image/jpeg",
            "JPEG",
            {},
            (300, 400),
        )
    assert (PLACE.encode() in answer.content, "no-store" in answer["Cache-Control"]) == (False, True)
    acts = Entry.objects.filter(act__startswith="evidence.").order_by("seq").values_list("act", "actor", "subject")
    assert list(acts) == [("evidence.added", home.li.pk, contact.pk), ("evidence.opened", home.chen.pk, contact.pk)]


def test_who_may_add_and_who_may_open(met):
    home, contact = met
    send(home, contact, picture())
    page = PaperPage.objects.get()
    statuses = {name: look(home, page, by=name).status_code for name in ("li", "wu", "he", "chen", "zhao", "sun")}
    assert statuses == {"li": 404, "wu": 404, "he": 404, "chen": 200, "zhao": 403, "sun": 403}
    assert send(home, contact, picture(), by="he").status_code == 404
    listed = enter(home.li).get(f"/contacts/{contact.pk}/papers/").content.decode()
    assert (str(page.pk) in listed, PaperPage.objects.count()) == (False, 1)


def test_each_page_of_a_pdf_becomes_a_picture(met):
    home, contact = met
    assert send(home, contact, pdf(3), "paper.pdf").status_code == 302
    assert list(PaperPage.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert [look(home, page).content[:2] for page in PaperPage.objects.all()] == [b"\xff\xd8"] * 3
    assert leaf.read(Entry.objects.get(act="evidence.added").content)["n"] == [3]


@pytest.mark.parametrize(
    ("word", "data"),
    [
        ("kind", b"just words"),
        ("kind", b"MZ\x90\x00" + b"\0" * 100),
        ("kind", picture(kind="GIF")),
        ("damaged", picture()[:200]),
        ("damaged", b"%PDF-1.7\nnothing"),
        ("pages", pdf(11)),
        ("large", b"\xff" * (scanning.BYTES + 1)),
        ("large", picture((8000, 6000), "PNG")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_paper_is_refused_by_name_and_nothing_is_kept(met, kept, word, data):
    home, contact = met
    with pytest.raises(scanning.ScanRefused) as refused:
        scanning.pages_of(data)
    answer = send(home, contact, data)
    assert (refused.value.word, answer.status_code, PaperPage.objects.count(), kept.files()) == (word, 400, 0, {})
    assert escape(str(PROBLEMS[word])) in answer.content.decode()
    assert enter(home.li).post(f"/contacts/{contact.pk}/papers/", {}).status_code == 400


def test_it_goes_with_the_person(met, kept):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")
    [page, _other] = PaperPage.objects.all()
    copy = kept.files()
    assert len(copy) == 2
    erase.one(contact.pk, by=BY, at=timezone.now())
    assert (kept.files(), FileOutbox.objects.count()) == ({}, 0)
    assert list(PaperPage.objects.values_list("file_key", flat=True)) == [None, None]
    assert "consent.evidence" in leaf.read(Entry.objects.get(act="contact.erased").content)["fields"]
    assert look(home, page).status_code == 404
    kept.write(name_of(page.pk), copy[name_of(page.pk)])  # whoever kept a copy has noise
    assert evidence_files.clear(at=timezone.now() + timedelta(days=2)) == 1


def test_whatever_dies_in_between_the_next_hour_ends_it(met, kept, monkeypatch):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")

    def dies():
        raise KeyboardInterrupt

    monkeypatch.setattr(evidence_files, "empty_outbox", dies)
    with pytest.raises(KeyboardInterrupt):
        erase.one(contact.pk, by=BY, at=timezone.now())
    monkeypatch.undo()
    assert (Contact.objects.count(), FileOutbox.objects.count(), len(kept.files())) == (0, 2, 2), "gone, named, still there"
    assert (evidence_files.clear(at=timezone.now()), evidence_files.clear(at=timezone.now())) == (2, 0)
    assert (FileOutbox.objects.count(), kept.files()) == (0, {})


def test_an_erasure_that_fails_keeps_the_files(met, kept, monkeypatch):
    home, contact = met
    send(home, contact, picture())
    monkeypatch.setattr(erase, "_delete_rows", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase.one(contact.pk, by=BY, at=timezone.now())
    assert (len(kept.files()), FileOutbox.objects.count(), PaperPage.objects.get().file_key is None) == (1, 0, False)


def test_a_file_that_was_written_for_nobody_goes_after_a_day_and_not_before(met, kept):
    home, contact = met
    send(home, contact, picture())
    [needed] = kept.files()
    stray = f"{needed[:2]}/{'0' * 8}-0000-4000-8000-{'0' * 12}.page"
    kept.write(stray, b"YNF1")
    if kept.folder:
        kept.write(stray.replace(".page", ".part"), b"Y")  # half a file; half an object does not exist
        kept.write(needed, kept.files()[needed])  # a file's age is the disk's
    assert evidence_files.clear(at=timezone.now()) == 0
    assert evidence_files.clear(at=timezone.now() + timedelta(hours=30)) == (2 if kept.folder else 1)
    assert list(kept.files()) == [needed]


def test_a_crash_while_adding_leaves_no_row_and_no_file(met, kept, monkeypatch):
    home, contact = met
    monkeypatch.setattr(PaperPage.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        papers.add(subject=contact.pk, pages=[picture()], by=home.li, at=timezone.now())
    assert (kept.files(), PaperPage.objects.count(), Entry.objects.filter(act="evidence.added").count()) == ({}, 0, 0)


def test_killed_between_file_and_row_it_is_a_file_that_nobody_can_open_and_it_goes_after_a_day(met, kept, monkeypatch):
    home, contact = met
    monkeypatch.setattr(type(chosen.store()), "delete", lambda self, name: None)  # who is killed takes nothing back
    monkeypatch.setattr(PaperPage.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        papers.add(subject=contact.pk, pages=[picture()], by=home.li, at=timezone.now())
    monkeypatch.undo()
    [name] = kept.files()
    kept.write(name, kept.files()[name])
    assert (PaperPage.objects.count(), evidence_files.clear(at=timezone.now())) == (0, 0)
    assert (evidence_files.clear(at=timezone.now() + timedelta(days=2)), kept.files()) == (1, {})


def test_somebody_who_leaves_while_the_pictures_are_drawn_leaves_no_file(met, kept, monkeypatch):
    home, contact = met
    kind = type(chosen.store())
    put = kind.put

    def leaves_meanwhile(self, name, blob):
        put(self, name, blob)
        erase.one(contact.pk, by=BY, at=timezone.now())

    monkeypatch.setattr(kind, "put", leaves_meanwhile)
    assert send(home, contact, picture()).status_code == 410
    assert (kept.files(), PaperPage.objects.count(), Contact.objects.count()) == ({}, 0, 0)


@pytest.mark.parametrize("wrong", ["a byte", "another page's", "another person's", "gone", "no file of ours"])
def test_a_file_that_is_not_as_it_was_closed_is_not_shown(met, kept, wrong):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")
    page, other = PaperPage.objects.all()
    zhou = Contact.objects.get(pk=house.arrive(home.event, house.ZHOU, at=timezone.now())[0].subject_id)
    send(home, zhou, picture())
    whole = kept.files()[name_of(page.pk)]
    false = {
        "a byte": whole[:-1] + bytes([whole[-1] ^ 1]),
        "another page's": kept.files()[name_of(other.pk)],
        "another person's": kept.files()[name_of(PaperPage.objects.get(subject_id=zhou.pk).pk)],
        "no file of ours": b"x" * 50,
    }
    kept.remove(name_of(page.pk))
    if wrong != "gone":
        kept.write(name_of(page.pk), false[wrong])
    assert (look(home, page).status_code, look(home, other).status_code) == (503, 200)


def test_a_store_that_is_away_keeps_nothing_shows_nothing_and_is_asked_again(met, kept):
    home, contact = met
    send(home, contact, picture())
    page = PaperPage.objects.get()
    kept.goes_away()
    for answer in (send(home, contact, picture()), look(home, page)):
        assert (answer.status_code, "证据存储没有回应" in answer.content.decode()) == (503, True)
    assert PaperPage.objects.count() == 1
    erase.one(contact.pk, by=BY, at=timezone.now())
    page.refresh_from_db()
    assert (page.file_key, FileOutbox.objects.count(), Contact.objects.count()) == (None, 1, 0), "the key first, then the file"
    tasks.clear_files()  # says so in the log, and does not fall
    assert FileOutbox.objects.count() == 1
    kept.comes_back()
    assert len(kept.files()) == 1
    tasks.clear_files()
    assert (kept.files(), FileOutbox.objects.count()) == ({}, 0)


def test_a_backup_says_how_many_files_it_has_not_and_where_they_lie(met, kept, monkeypatch):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")
    monkeypatch.setattr(taking, "take", lambda *_a, **_how: [])
    monkeypatch.setattr(taking, "recipient", lambda: "somebody")
    told = io.StringIO()
    call_command("backup", stdout=told)
    where = chosen.store().where
    assert told.getvalue().splitlines()[0] == f"Files of evidence are not in it: 2 in {where}, closed. Copy them beside it."


def test_a_hold_keeps_it(met, kept):
    home, contact = met
    send(home, contact, picture())
    day = timezone.now().date() + timedelta(days=9)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=day, by=home.chen, at=timezone.now())
    with pytest.raises(erase.HeldBack):
        erase.one(contact.pk, by=BY, at=timezone.now())
    assert (len(kept.files()), PaperPage.objects.filter(file_key__isnull=False).count()) == (1, 1)


def test_a_closed_file_opens_under_its_own_key_and_name_alone():
    from uuid import uuid4

    name = uuid4()
    key, blob = blobs.close(b"paper", name=name)
    assert (blobs.open_file(blob, key=key, name=name), b"paper" in blob) == (b"paper", False)
    for bad, kind in ((blob[:-1], Tampered), (b"JUNK" + blob[4:], Malformed), (b"", Malformed), (blob[:9], Tampered)):
        with pytest.raises(kind):
            blobs.open_file(bad, key=key, name=name)
    with pytest.raises(Tampered):
        blobs.open_file(blob, key=key, name=uuid4())
    with pytest.raises(Malformed):
        blobs.open_file(blob, key=b"short", name=name)
