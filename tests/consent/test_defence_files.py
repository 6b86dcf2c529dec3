"""O1: the defence file with the papers and recordings in it; one byte changed anywhere is found, and it says whose they were."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest
from PIL import Image

from audit.models import Entry
from audit.trail import System
from consent import notices, papers, recordings
from consent.defence import file
from consent.models import NoticeCopy, PaperPage, Recording, SmsMessage
from consent.speech.decoding import Speech
from consent.stores.store import name_of
from contacts import erase
from team import matrix
from team.fields import Level
from team.models import ProtectedField
from tests import evidence, house
from tests.audit.sealed import seal_here
from tests.consent.test_defence import check, unpack
from tests.proofs.cast import enter
from vault import signing

pytestmark = [pytest.mark.django_db(databases=["default", "vault"]), pytest.mark.usefixtures("receipt_key")]
LATER = house.NOON + timedelta(hours=1)


def picture():
    target = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(target, "JPEG")
    return target.getvalue()


@pytest.fixture
def wang(settings, tmp_path):
    """Wang agreed by a code, and on paper, and by word of mouth; all of it is kept."""
    kept, home = evidence.store("folder", settings, tmp_path / "site"), house.build()
    sent, _receipt = house.arrive(home.event, house.WANG, channels=("call",))
    pk, version = sent.subject_id, notices.current()
    papers.add(subject=pk, pages=[picture(), picture()], by=home.li, at=LATER)
    said = {"version": version, "ticks": [version.purposes.first()], "language": "zh", "spoken_at": LATER}
    recordings.add(subject=pk, speech=Speech(b"RIFF" + bytes(20_001), 2), **said, by=home.li, at=LATER)
    seal_here(at=LATER)
    return SimpleNamespace(home=home, pk=pk, kept=kept, version=version)


def made(wang, *, files=True):
    return file.of(wang.pk, by=wang.home.chen, at=LATER, files=files)


def test_without_files_it_holds_none_and_with_them_all_of_them_opened(wang, tmp_path):
    bare, whole = (zipfile.ZipFile(io.BytesIO(made(wang, files=files))).namelist() for files in (False, True))
    rows = {str(row.pk): ending for table, ending in ((PaperPage, "jpg"), (Recording, "wav")) for row in table.objects.all()}
    assert len(rows) == 3
    assert set(whole) - set(bare) == {f"files/{pk}.{end}" for pk, ending in rows.items() for end in (ending, "closed")}
    folder = unpack(made(wang), tmp_path / "opened")
    code, said = check(folder)
    assert (code, "3 papers and recordings" in said) == (0, True), said
    page = PaperPage.objects.first()
    assert (folder / "files" / f"{page.pk}.jpg").read_bytes() == picture()
    assert (folder / "files" / f"{page.pk}.closed").read_bytes() == wang.kept.files()[name_of(page.pk)]


def test_each_opening_is_on_record_and_so_is_that_the_file_was_taken_with_them(wang):
    made(wang)
    assert Entry.objects.filter(act="evidence.opened", subject=wang.pk, actor=wang.home.chen.pk).count() == 3
    made(wang, files=False)
    assert Entry.objects.filter(act="evidence.opened").count() == 3
    taken = Entry.objects.filter(act="consent.defended", subject=wang.pk)
    assert sorted(json.loads(bytes(entry.leaf))["fields"] for entry in taken) == [[], ["consent.evidence"]]


def test_the_words_are_there_as_they_were_shown_and_who_wrote_to_whom(wang, tmp_path):
    folder = unpack(made(wang), tmp_path / "opened")
    for copy in NoticeCopy.objects.filter(version=wang.version):
        name = f"{wang.version.notice.code}-v{wang.version.number}.{copy.language}"
        assert (folder / "notices" / f"{name}.html").read_bytes() == bytes(copy.page)
        assert (folder / "notices" / f"{name}.pdf").read_bytes() == bytes(copy.form)
    [message] = json.loads((folder / "evidence.json").read_text())["messages"]
    row = SmsMessage.objects.get()
    assert (message["subject"], message["sender"], message["words_hash"]) == (str(wang.pk), row.sender, row.words_hash)


def flipped(path, at):
    whole = bytearray(path.read_bytes())
    whole[at] ^= 1
    path.write_bytes(whole)


def test_one_byte_changed_anywhere_is_found(wang, tmp_path):
    """First, middle and last byte of every file, and sixty more places by lot; changed back, it holds again."""
    folder, dice = unpack(made(wang), tmp_path / "opened"), Random(4)
    assert check(folder)[0] == 0
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "check.py")
    places = [(path, place) for path in files for place in {0, path.stat().st_size // 2, path.stat().st_size - 1}]
    places += [(path, dice.randrange(path.stat().st_size)) for path in dice.choices(files, k=60)]
    missed = []
    for path, place in dice.sample(places, k=60):
        flipped(path, place)
        missed += [] if check(folder)[0] else [(path.name, place)]
        flipped(path, place)
    assert (missed, check(folder)[0]) == ([], 0)


def test_a_file_put_in_a_file_taken_out_and_another_key_are_found(wang, tmp_path):
    folder = unpack(made(wang), tmp_path / "opened")
    rkey, page = signing.receipts().verifier.line(), PaperPage.objects.first()
    other = signing.parse(signing.generate("office.example/receipts")).verifier.line()
    assert check(folder, "--rkey", rkey)[0] == 0
    assert check(folder, "--rkey", other) == (1, "FAILED: changed manifest.sig")
    (folder / "files" / "more.jpg").write_bytes(picture())
    assert check(folder) == (1, "FAILED: changed files/more.jpg")
    (folder / "files" / "more.jpg").unlink()
    (folder / "cover (final).pdf").write_bytes(b"%PDF")
    assert check(folder) == (1, "FAILED: changed cover (final).pdf")
    (folder / "cover (final).pdf").unlink()
    (folder / "cover.pdf").rename(tmp_path / "cover.bak")
    assert check(folder) == (1, "FAILED: files")
    (tmp_path / "cover.bak").rename(folder / "cover.pdf")
    (folder / "files" / f"{page.pk}.jpg").write_bytes(b"another picture")
    assert check(folder) == (1, "FAILED: content")


def test_nothing_that_lies_beside_it_is_run(wang, tmp_path):
    """Programs, compiled or not, that a forger puts into the folder are named as not listed, and never imported."""
    folder, outside = unpack(made(wang), tmp_path / "opened"), tmp_path / "outside.py"
    outside.write_text(file.program())
    for name in ("argparse.py", "verify.py", "aes.py", "json.py", "__pycache__/verify.cpython-311.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("print('OK'); raise SystemExit(0)")
        for program in (folder / "check.py", outside):
            for flags in ([], ["-I"]):
                words = [sys.executable, *flags, str(program), str(folder)]
                ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
                assert (ended.returncode, ended.stderr.strip()) == (1, f"FAILED: changed {name}"), (name, program, flags)
        (folder / name).unlink()
    assert check(folder)[0] == 0


def test_without_keys_it_says_that_they_are_to_be_compared(wang, tmp_path):
    folder, rkey = unpack(made(wang), tmp_path / "opened"), signing.receipts().verifier.line()
    said = check(folder)[1]
    assert ("came with the file" in said, rkey in said, str(wang.pk) in said) == (True, True, True)
    line = zipfile.ZipFile(folder / "trail.zip").read("vkey.txt").decode().strip()
    assert "came with the file" not in check(folder, "--rkey", rkey, "--vkey", line)[1]


def test_who_may_not_open_evidence_takes_the_file_without_it(wang):
    """I4: the matrix holds here as on the page of papers, and nothing is opened."""
    browser = enter(wang.home.chen)
    browser.post("/defence/", {"number": house.WANG})
    field = ProtectedField.objects.get(code="consent.evidence")
    matrix.set_level(field=field, role="compliance", level=Level.MASKED, reason="story", by=wang.home.zhao, at=LATER)
    assert browser.post(f"/defence/{wang.pk}/", {"files": "yes"}).status_code == 404
    assert browser.post(f"/defence/{wang.pk}/")["Content-Type"] == "application/zip"
    assert Entry.objects.filter(act="evidence.opened").count() == 0
    assert 'name="files"' not in browser.post("/defence/", {"number": house.WANG}).content.decode()


def test_what_is_gone_is_named_as_gone_and_the_rest_still_proves(wang, tmp_path):
    page = PaperPage.objects.first()
    wang.kept.remove(name_of(page.pk))
    folder = unpack(made(wang), tmp_path / "one gone")
    told = json.loads((folder / "evidence.json").read_text())["contents"]
    assert (told[str(page.pk)], sorted(row["state"] for row in told.values())) == (
        {"state": "unreadable"},
        ["here", "here", "unreadable"],
    )
    assert check(folder)[0] == 0
    erase.one(wang.pk, by=System("sweep"), at=LATER)
    folder = unpack(made(wang), tmp_path / "all gone")
    told = json.loads((folder / "evidence.json").read_text())["contents"]
    assert ([row["state"] for row in told.values()], check(folder)[0]) == (["gone"] * 3, 0)


def test_papers_are_offered_only_where_there_are_some(wang):
    """O1: Zhou signed nothing; no box asks for his papers, and no file is named after papers that are not in it."""
    zhou = house.arrive(wang.home.event, house.ZHOU)[0].subject_id
    browser = enter(wang.home.chen)
    boxes = [
        browser.post("/defence/", {"number": number}).content.count(b'name="files"') for number in (house.WANG, house.ZHOU)
    ]
    assert boxes == [1, 0]
    answer = browser.post(f"/defence/{zhou}/", {"files": "yes"})
    assert answer["Content-Disposition"].endswith(f'-{LATER:%Y%m%d}.zip"')
    assert not [name for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist() if name.startswith("files/")]
    erase.one(wang.pk, by=System("sweep"), at=LATER)
    assert b'name="files"' not in browser.post("/defence/", {"number": house.WANG}).content


def test_chen_ticks_a_box_for_them_and_where_the_store_is_away_hears_so(wang):
    browser = enter(wang.home.chen)
    answer = browser.post(f"/defence/{wang.pk}/", {"files": "yes"})
    assert answer["Content-Disposition"].endswith('-papers.zip"')
    assert len([name for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist() if name.startswith("files/")]) == 6
    wang.kept.goes_away()
    page = browser.post(f"/defence/{wang.pk}/", {"files": "yes"}, follow=True, headers={"accept-language": "en"})
    assert "The store of the papers does not answer" in page.content.decode()
    assert browser.post(f"/defence/{wang.pk}/")["Content-Type"] == "application/zip"
