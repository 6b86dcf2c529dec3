"""Signed paper: drawn anew, closed on the disk, opened on record, gone with the person whatever dies in between."""

import io
import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from audit import leaf
from audit.models import Entry
from audit.trail import System
from consent import papers, scanning
from consent.models import FileOutbox, PaperPage
from contacts import erase, hold
from contacts.doors.papers import PROBLEMS
from contacts.models import Contact
from tests import house
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


@pytest.fixture
def met(settings, tmp_path):
    """Wang, whom Li met, in a house whose files lie in a folder of this test's own."""
    settings.VAR_DIR = tmp_path
    home = house.build(at=timezone.now())
    sent, _receipt = house.arrive(home.event, house.WANG, at=timezone.now())
    return home, Contact.objects.get(pk=sent.subject_id)


def send(home, contact, data, name="paper.jpg", by="li"):
    return enter(getattr(home, by)).post(f"/contacts/{contact.pk}/papers/", {"file": SimpleUploadedFile(name, data)})


def on_disk():
    return sorted(papers.folder().rglob("*")) and [path for path in papers.folder().rglob("*") if path.is_file()]


def look(home, page, by="chen"):
    return enter(getattr(home, by)).get(f"/contacts/{page.subject_id}/papers/{page.pk}/")


def test_a_photograph_is_kept_closed_and_without_what_the_camera_added(met):
    home, contact = met
    assert PLACE.encode() in with_place(), "there is something to lose"
    assert send(home, contact, with_place()).status_code == 302
    page, [file] = PaperPage.objects.get(), on_disk()
    assert (file.read_bytes()[:4], b"JFIF" in file.read_bytes(), oct(file.stat().st_mode)[-3:]) == (b"YNF1", False, "600")
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
def test_what_is_no_paper_is_refused_by_name_and_nothing_is_kept(met, word, data):
    home, contact = met
    with pytest.raises(scanning.ScanRefused) as refused:
        scanning.pages_of(data)
    answer = send(home, contact, data)
    assert (refused.value.word, answer.status_code, PaperPage.objects.count(), on_disk()) == (word, 400, 0, [])
    assert escape(str(PROBLEMS[word])) in answer.content.decode()
    assert enter(home.li).post(f"/contacts/{contact.pk}/papers/", {}).status_code == 400


def test_it_goes_with_the_person(met):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")
    [page, _other] = PaperPage.objects.all()
    [one, two] = on_disk()
    copy = one.read_bytes()
    erase.one(contact.pk, by=BY, at=timezone.now())
    assert (on_disk(), FileOutbox.objects.count(), one.exists(), two.exists()) == ([], 0, False, False)
    assert list(PaperPage.objects.values_list("file_key", flat=True)) == [None, None]
    assert "consent.evidence" in leaf.read(Entry.objects.get(act="contact.erased").content)["fields"]
    assert look(home, page).status_code == 404
    one.parent.mkdir(exist_ok=True)
    one.write_bytes(copy)  # whoever kept a copy has noise
    os.utime(one, (timezone.now().timestamp(),) * 2)
    assert papers.clear(at=timezone.now() + timedelta(days=2)) == 1


def test_whatever_dies_in_between_the_next_hour_ends_it(met, monkeypatch):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")

    def dies():
        raise KeyboardInterrupt

    monkeypatch.setattr(papers, "empty_outbox", dies)
    with pytest.raises(KeyboardInterrupt):
        erase.one(contact.pk, by=BY, at=timezone.now())
    monkeypatch.undo()
    assert (Contact.objects.count(), FileOutbox.objects.count(), len(on_disk())) == (0, 2, 2), "gone, named, still there"
    assert (papers.clear(at=timezone.now()), papers.clear(at=timezone.now())) == (2, 0)
    assert (FileOutbox.objects.count(), on_disk()) == (0, [])


def test_an_erasure_that_fails_keeps_the_files(met, monkeypatch):
    home, contact = met
    send(home, contact, picture())
    monkeypatch.setattr(erase, "_delete_rows", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase.one(contact.pk, by=BY, at=timezone.now())
    assert (len(on_disk()), FileOutbox.objects.count(), PaperPage.objects.get().file_key is None) == (1, 0, False)


def test_a_file_that_was_written_for_nobody_goes_after_a_day_and_not_before(met, monkeypatch):
    home, contact = met
    send(home, contact, picture())
    [needed] = on_disk()
    stray = needed.with_name("0" * 8 + "-0000-4000-8000-" + "0" * 12 + ".page")
    stray.write_bytes(b"YNF1")
    half = stray.with_suffix(".part")
    half.write_bytes(b"Y")
    later = timezone.now() + timedelta(hours=30)
    now = timezone.now().timestamp()
    os.utime(stray, (now, now))
    os.utime(half, (now, now))
    os.utime(needed, (now, now))
    assert papers.clear(at=timezone.now()) == 0
    assert (papers.clear(at=later), on_disk()) == (2, [needed])


def test_a_crash_while_adding_leaves_no_row_and_no_file(met, monkeypatch):
    home, contact = met
    monkeypatch.setattr(PaperPage.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        papers.add(subject=contact.pk, pages=[picture()], by=home.li, at=timezone.now())
    assert (on_disk(), PaperPage.objects.count(), Entry.objects.filter(act="evidence.added").count()) == ([], 0, 0)


def test_somebody_who_leaves_while_the_pictures_are_drawn_leaves_no_file(met, monkeypatch):
    home, contact = met
    write = papers._write

    def leaves_meanwhile(path, blob):
        write(path, blob)
        erase.one(contact.pk, by=BY, at=timezone.now())

    monkeypatch.setattr(papers, "_write", leaves_meanwhile)
    assert send(home, contact, picture()).status_code == 410
    assert (on_disk(), PaperPage.objects.count(), Contact.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize("wrong", ["a byte", "another page's", "gone", "no file of ours"])
def test_a_file_that_is_not_as_it_was_closed_is_not_shown(met, wrong):
    home, contact = met
    send(home, contact, pdf(2), "p.pdf")
    page, other = PaperPage.objects.all()
    path, theirs = papers.path_of(page.pk), papers.path_of(other.pk)
    whole = path.read_bytes()
    path.write_bytes(
        {"a byte": whole[:-1] + bytes([whole[-1] ^ 1]), "another page's": theirs.read_bytes()}.get(wrong, b"x" * 50)
    )
    if wrong == "gone":
        path.unlink()
    assert (look(home, page).status_code, look(home, other).status_code) == (503, 200)


def test_a_hold_keeps_it(met):
    home, contact = met
    send(home, contact, picture())
    day = timezone.now().date() + timedelta(days=9)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=day, by=home.chen, at=timezone.now())
    with pytest.raises(erase.HeldBack):
        erase.one(contact.pk, by=BY, at=timezone.now())
    assert (len(on_disk()), PaperPage.objects.filter(file_key__isnull=False).count()) == (1, 1)


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
