"""The defence file: made for anybody, here or gone, it checks itself in an empty folder and finds every change."""

import io
import json
import subprocess
import sys
import warnings
import zipfile
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client

from audit import export, sealing
from audit.models import Entry, Pending
from audit.sealing import Sealer
from audit.trail import Self_, System
from consent.actions import ACTIONS
from consent.defence import file, wording
from consent.models import Consent, ConsentEvent
from consent.sms_texts import ABOUT, TEXTS
from contacts import erase, withdrawal
from tests import house
from tests.audit.sealed import ORIGIN, seal_here
from tests.proofs.cast import enter
from vault import signing

pytestmark = [pytest.mark.django_db(databases=["default", "vault"]), pytest.mark.usefixtures("receipt_key")]
LATER = house.NOON + timedelta(hours=1)


@pytest.fixture
def wang():
    """Wang agreed to calls and to being passed on, then stopped everything; Zhou agreed too."""
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG, channels=("call", "share"))
    house.arrive(home.event, house.ZHOU)
    pk = sent.subject_id
    withdrawal.withdraw(subject=pk, scope=None, method="link", reason="withdrawal", by=Self_(pk), at=LATER)
    seal_here(at=LATER)
    return SimpleNamespace(home=home, pk=pk)


def made(wang):
    return file.of(wang.pk, by=wang.home.chen, at=LATER)


def unpack(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def check(folder, *words):
    """What the file's own program says, with nothing of ours around it."""
    command = [sys.executable, "-I", str(folder / "check.py"), *words]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, (ended.stdout + ended.stderr).strip()


def test_it_checks_itself_and_names_nobody(wang, tmp_path):
    data = made(wang)
    folder = unpack(data, tmp_path / "file")
    steps = len((folder / "ledger.jsonl").read_text().splitlines())
    shown = json.loads(zipfile.ZipFile(folder / "trail.zip").read("manifest.json"))["count"]
    code, said = check(folder)
    told = f"OK: {steps} steps, 1 notices, {shown} entries of the trail, 0 papers and recordings, 14 files as signed."
    assert (code, said.splitlines()[0]) == (0, told)
    assert (steps, shown) == (6, Entry.objects.filter(subject=wang.pk).exclude(act="consent.defended").count())
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip")
    whole += b"".join(zipfile.ZipFile(folder / "trail.zip").read(name) for name in ("entries.jsonl", "entries.csv"))
    assert [word for word in (house.WANG, house.ZHOU, "王小诺", "138 ****") if word.encode() in whole] == []
    entry = Entry.objects.get(act="consent.defended")
    assert (entry.actor, entry.subject) == (wang.home.chen.pk, wang.pk)


def test_the_summary_says_what_happened_in_both_languages(wang, tmp_path):
    folder = unpack(made(wang), tmp_path / "file")
    english, chinese = ((folder / f"summary.{language}.txt").read_text() for language in ("en", "zh"))
    assert english.count("withdrawn | the person | through a personal link | grade A") == 2
    assert (english.count("Phone contact"), chinese.count("电话联系"), str(wang.pk) in chinese) == (3, 3, True)
    told = json.loads((folder / "evidence.json").read_text())
    assert [row["kind"] for row in told["evidence"]] == ["otp", "otp"]  # one for the ticks, one for the step of its own
    assert (told["messages"][0]["template"], told["erased_at"]) == ("otp", None)


def test_the_first_sheet_and_the_summary_say_every_code_in_words(wang, tmp_path):
    assert set(wording.ACTIONS) == set(ACTIONS)
    assert set(ABOUT) == set(TEXTS)
    folder = unpack(made(wang), tmp_path / "file")
    sheet = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(folder / "cover.pdf"))
    told = (folder / "summary.zh.txt").read_text()
    assert [code for code in ("otp", "own_step", " link", "own_page", "form ") if code in told] == []
    assert ("短信：确认号码的验证码 × 1" in sheet, "已撤回 | 本人 | 本人专用链接" in told) == (True, True)


def test_after_erasure_it_still_proves_everything(wang, tmp_path):
    before = len((unpack(made(wang), tmp_path / "before") / "ledger.jsonl").read_text().splitlines())
    erase.one(wang.pk, by=System("sweep"), at=LATER)
    folder = unpack(made(wang), tmp_path / "file")
    code, said = check(folder)
    assert (code, said.split(",")[0]) == (0, f"OK: {before + 2} steps")
    assert "Erased: 2026-03-02" in (folder / "summary.en.txt").read_text()
    assert set(Consent.objects.filter(subject_id=wang.pk).values_list("state", flat=True)) == {"tombstone"}


@pytest.mark.parametrize(
    ("name", "old", "new", "word"),
    [
        ("ledger.jsonl", b'"after":"withdrawn"', b'"after":"given"', "ledger"),
        ("ledger.jsonl", b"", b"", "chain"),
        ("notices/event-v1.json", "停止".encode(), "继续".encode(), "notice"),
        ("trail.zip", b"PK", b"PX", "trail bundle"),
        ("evidence.json", None, None, "OK"),
    ],
)
def test_whatever_is_changed_is_found(wang, tmp_path, name, old, new, word):
    folder = unpack(made(wang), tmp_path / "file")
    path = folder / name
    whole = path.read_bytes()
    if word == "chain":
        lines = whole.splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:1] + lines[2:]))
    elif word == "notice":
        words = json.loads(whole)
        words["zh"]["title"] += "（修改）"
        path.write_text(json.dumps(words, ensure_ascii=False))
    elif old is not None:
        assert old in whole
        path.write_bytes(whole.replace(old, new))
    code, said = check(folder)
    assert (code, said.startswith("OK" if word == "OK" else f"FAILED: {word}")) == (int(word != "OK"), True)


def test_a_file_that_is_missing_and_a_key_of_another_house(wang, tmp_path):
    folder = unpack(made(wang), tmp_path / "file")
    line = zipfile.ZipFile(folder / "trail.zip").read("vkey.txt").decode().strip()
    assert check(folder, "--vkey", line)[0] == 0
    assert check(folder, "--vkey", "other+00000000+AAAA") == (1, "FAILED: trail vkey")
    (folder / "evidence.json").unlink()
    (folder / "ledger.jsonl").unlink()
    assert check(folder) == (1, "FAILED: files")
    assert ORIGIN.startswith("office.example")


def test_nobody_and_nothing_sealed(wang):
    with pytest.raises(file.NobodyThere):
        file.of(uuid4(), by=wang.home.chen, at=LATER)


def test_before_the_first_seal_there_is_nothing_to_prove_with():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    with pytest.raises(export.NothingSealed):
        file.of(sent.subject_id, by=home.chen, at=LATER)
    answer = enter(home.chen).post(f"/defence/{sent.subject_id}/", follow=True, headers={"accept-language": "en"})
    assert "Nothing is sealed yet" in answer.content.decode()
    assert not Entry.objects.filter(act="consent.defended").exists()


def test_chen_finds_who_bears_and_who_bore_a_number(wang):
    erase.one(wang.pk, by=System("sweep"), at=LATER)
    browser = enter(wang.home.chen)
    page = browser.post("/defence/", {"number": "138 0000 1234"}, headers={"accept-language": "en"}).content.decode()
    assert (f"/defence/{wang.pk}/" in page, "erased 2026-03-02" in page, "1234" in page) == (True, True, False)
    none = browser.post("/defence/", {"number": "13900000000"}, headers={"accept-language": "en"}).content.decode()
    assert "Nobody here ever bore this number" in none
    assert Entry.objects.filter(act="contact.searched", actor=wang.home.chen.pk).count() == 2
    assert browser.post("/defence/", {"number": "12"}).status_code == 400
    answer = browser.post(f"/defence/{wang.pk}/")
    assert (answer["Content-Type"], answer.content[:2]) == ("application/zip", b"PK")
    assert browser.post(f"/defence/{uuid4()}/").status_code == 404


def test_without_a_key_that_signs_there_is_no_file_and_chen_reads_why(wang, settings, tmp_path):
    settings.RECEIPT_KEY_FILE = tmp_path / "nowhere.key"
    answer = enter(wang.home.chen).post(f"/defence/{wang.pk}/", follow=True, headers={"accept-language": "en"})
    assert "This office has no key that signs receipts" in answer.content.decode()
    assert not Entry.objects.filter(act="consent.defended").exists()


def test_nobody_else_takes_it(wang):
    for name in ("li", "wu", "he", "zhao", "sun"):
        browser = enter(getattr(wang.home, name))
        assert [browser.get("/defence/").status_code, browser.post(f"/defence/{wang.pk}/").status_code] == [403, 403]
    assert Client().get("/defence/").status_code == 302
    answer = enter(wang.home.chen, verified=False).get("/defence/")  # first the second factor, then the number, once
    assert answer.headers["Location"] == "/second-factor/?next=%2Fdefence%2F"


def pages(data):
    """The words of the first sheet, without breaks of lines."""
    cover = pypdfium2.PdfDocument(zipfile.ZipFile(io.BytesIO(data)).read("cover.pdf"))
    return [page.get_textpage().get_text_bounded().replace("\r\n", "").replace(" ", "") for page in cover]


def test_the_first_sheet_says_who_agreed_to_which_words_by_which_act_with_which_proof_and_what_happened_since(wang):
    """O4: one PDF in both languages, by id and digest; also after erasure, and it names nobody."""
    for erased in (False, True):
        if erased:
            erase.one(wang.pk, by=System("sweep"), at=LATER)
        whole = "".join(pages(made(wang)))
        given = ConsentEvent.objects.filter(consent__subject=wang.pk, after="given").select_related("evidence")
        assert (given.count(), str(wang.pk) in whole) == (2, True)
        for event in given:
            tick = event.notice_version.purposes.get(purpose=event.consent.purpose_id)
            digests = (event.event_hash, event.evidence.digest, event.notice_version.content_hash)
            for told in (*digests, tick.tick_zh, tick.tick_en):
                assert whole.count(told.replace(" ", "")) >= 1, told
        assert ("Phonecontact·withdrawn·throughapersonallink" in whole, "电话联系·已撤回·本人专用链接" in whole) == (True, True)
        assert [word for word in (house.WANG, "王小诺", "138****") if word in whole] == []


def test_a_proof_that_a_step_names_and_that_is_taken_out_is_found(wang, tmp_path):
    """O1: the digests of the proofs stand in the file, and its own program looks that each is there."""
    folder = unpack(made(wang), tmp_path / "file")
    told = json.loads((folder / "evidence.json").read_text())
    named = ConsentEvent.objects.filter(consent__subject=wang.pk, evidence__isnull=False)
    assert {row["id"] for row in told["evidence"]} == {str(pk) for pk in named.values_list("evidence_id", flat=True)}
    assert check(folder)[0] == 0
    (folder / "evidence.json").write_text(json.dumps(told | {"evidence": told["evidence"][1:]}))
    assert check(folder) == (1, "FAILED: evidence")


def test_the_zip_itself_is_checked_and_what_is_neither_zip_nor_folder_gets_a_sentence(wang, tmp_path):
    data = made(wang)
    folder, whole = unpack(data, tmp_path / "file"), tmp_path / "consent.zip"
    whole.write_bytes(data)
    assert check(folder, str(whole)) == check(folder)
    assert check(folder, str(whole))[0] == 0
    (tmp_path / "note.txt").write_text("consent.zip")
    assert check(folder, str(tmp_path / "note.txt")) == (
        1,
        f"FAILED: {tmp_path / 'note.txt'} is neither the zip nor the folder that it was unpacked to",
    )
    half = len(data) // 2
    whole.write_bytes(data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :])
    assert check(folder, str(whole)) == (1, "FAILED: files")  # what it is packed by does not agree


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "a/../../outside.txt", "..\\outside.txt", "cover.pdf"])
def test_a_zip_whose_names_lead_elsewhere_or_stand_twice_is_not_unpacked(wang, tmp_path, name):
    folder, whole = unpack(made(wang), tmp_path / "file"), tmp_path / "consent.zip"
    whole.write_bytes(made(wang))
    with warnings.catch_warnings(), zipfile.ZipFile(whole, "a") as archive:
        warnings.simplefilter("ignore")  # that a name stands twice
        archive.writestr(name, b"outside")
    before = sorted(tmp_path.iterdir())
    assert (check(folder, str(whole)), sorted(tmp_path.iterdir())) == ((1, "FAILED: files"), before)


def test_a_file_made_before_the_sealer_came_says_how_many_entries_it_lacks_and_so_does_the_page(tmp_path):
    """
    12:00 Wang agrees, and the sealer comes; 12:00:30 Wang stops everything, and Chen proves the consent at once
    the page, every sheet and the program say how many entries are missing, and when to ask again
    12:01 the sealer comes -> nobody says so any more, and they are in it
    """
    home = house.build()
    pk, soon = house.arrive(home.event, house.WANG, channels=("call",))[0].subject_id, house.NOON + timedelta(seconds=30)
    sealer = Sealer(signing.create(tmp_path / "sealer.key", ORIGIN), ORIGIN, tmp_path / "sealer.state")
    sealing.seal(sealer, at=house.NOON)
    withdrawal.withdraw(subject=pk, scope=None, method="link", reason="withdrawal", by=Self_(pk), at=soon)
    late = Entry.objects.filter(subject=pk, seq__in=Pending.objects.values("seq")).count()
    assert late > 1

    def said(folder):
        page = enter(home.chen).post("/defence/", {"number": house.WANG}, headers={"accept-language": "en"})
        data = file.of(pk, by=home.chen, at=soon)
        unpack(data, folder)
        cover, (code, ended) = "".join(pages(data)), check(folder)
        assert code == 0
        return [
            f"{late} entries of the trail are not sealed yet: take the file in two minutes" in page.content.decode(),
            json.loads((folder / "evidence.json").read_text())["unsealed"] == late,
            f"{late} entries of the trail about this person were not sealed" in (folder / "summary.en.txt").read_text(),
            f"与此人有关的 {late} 条审计记录制作时尚未封存" in (folder / "summary.zh.txt").read_text(),
            f"{late}entriesofthetrail" in cover and f"与此人有关的{late}条审计记录" in cover,
            f"{late} entries of the trail were not sealed yet then: ask for a newer file." in ended,
        ]

    assert said(tmp_path / "early") == [True] * 6
    sealing.seal(sealer, at=house.NOON + timedelta(minutes=1))
    assert said(tmp_path / "late") == [False] * 6
