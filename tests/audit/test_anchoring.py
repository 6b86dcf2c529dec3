"""Checkpoints leave the house once a day, and a witness elsewhere believes only what continues what it saw."""

import subprocess
import sys
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import translation

from audit import anchoring, note, offline, proving, sealing, stored, tree
from audit.models import Anchor, Entry, Seal
from tests import house
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, seal_here, write
from tests.proofs.cast import enter
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def ways(settings, tmp_path):
    settings.ANCHOR_MAIL, settings.ANCHOR_FOLDER = ["sun@x.example", "counsel@y.example"], str(tmp_path)
    return tmp_path


def test_once_a_day_the_newest_checkpoint_leaves_by_every_way(sealer, ways):
    write(3)
    sealing.seal(sealer, at=AT)
    assert anchoring.anchor(at=AT) == ["mail", "file"]
    assert anchoring.anchor(at=AT + timedelta(hours=9)) == []
    write(1)
    sealing.seal(sealer, at=AT)
    assert anchoring.anchor(at=AT + timedelta(days=1)) == ["mail", "file"]
    sent = mail.outbox[0]
    assert (sent.to, stored_note(3) in sent.body, sealer.signer.verifier.line() in sent.body) == (
        ["sun@x.example", "counsel@y.example"],
        True,
        True,
    )
    kept = sorted(ways.glob("*.txt"))
    assert [file.read_text() for file in kept] == [stored_note(3), stored_note(6)]  # each anchor is an entry itself
    assert [bytes(row.blob).decode() for row in Anchor.objects.order_by("id")][:2] == [stored_note(3)] * 2
    assert Entry.objects.filter(act="audit.anchored").count() == 4


def stored_note(size):
    return Seal.objects.get(size=size).note


def test_a_way_that_fails_stays_due_and_stops_no_other(sealer, ways, settings):
    write(1)
    sealing.seal(sealer, at=AT)
    settings.ANCHOR_FOLDER = str(ways / "nowhere")
    assert anchoring.anchor(at=AT) == ["mail"]
    assert anchoring.due(at=AT) == ["file"]
    with pytest.raises(OSError, match="nowhere"):
        anchoring.anchor(at=AT)
    settings.ANCHOR_FOLDER = str(ways)
    assert anchoring.anchor(at=AT) == ["file"]


def test_without_a_seal_or_a_way_nothing_leaves(empty_trail, ways, settings):
    assert anchoring.anchor(at=AT) == []
    seal_here()
    settings.ANCHOR_MAIL, settings.ANCHOR_FOLDER = [], ""
    assert (anchoring.anchor(at=AT), mail.outbox) == ([], [])


class Witness:
    """The witness as it runs elsewhere: one file, no house."""

    def __init__(self, folder, vkey):
        self.program, self.state, self.vkey = folder / "witness.py", folder / "trail.state", vkey
        self.program.write_bytes(offline.pages()["witness.py"])

    def hears(self, text, *words):
        command = [sys.executable, "-I", "-S", self.program, "--state", self.state, "--vkey", self.vkey, *words]
        said = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        return said.stdout.strip() or said.stderr.strip()


@pytest.fixture
def witness(sealer, tmp_path):
    return Witness(tmp_path, sealer.signer.verifier.line())


def grown(sealer, count):
    write(count)
    sealing.seal(sealer, at=AT)


def test_a_witness_believes_what_continues_what_it_saw(sealer, witness):
    for count, size in ((3, 3), (5, 8), (300, 308)):
        grown(sealer, count)
        old = int(witness.hears("", "--size"))
        said = witness.hears(proving.growth(old=old))
        assert said == f"OK: {ORIGIN} has {size} entries and continues what was seen before."
    assert witness.hears(proving.growth(old=308))[:3] == "OK:"


def test_a_witness_refuses_everything_else_with_its_word(sealer, witness, tmp_path):
    grown(sealer, 3)
    early = proving.growth(old=0)
    grown(sealer, 5)
    witness.hears(proving.growth(old=0))
    grown(sealer, 2)
    honest = proving.growth(old=8)
    other = signing.create(tmp_path / "other.key", ORIGIN)
    root = tree.root_of([bytes(32)] * 9)
    forged = note.sign(note.Checkpoint(ORIGIN, 9, root), sealer.signer)
    elsewhere = note.sign(note.Checkpoint("elsewhere/1", 9, root), sealer.signer)
    heard = {
        "rollback": early,
        "stale": proving.growth(old=3),
        "fork": f"old 8\n{honest.splitlines()[1]}\n\n{forged}",
        "origin": f"old 8\n\n{elsewhere}",
        "signature": f"old 8\n\n{note.sign(note.Checkpoint(ORIGIN, 9, root), other)}",
        "format": "old eight\n\n" + forged,
    }
    assert {word: witness.hears(text) for word, text in heard.items()} == {word: f"FAILED: {word}" for word in heard}
    assert witness.hears(honest)[:3] == "OK:"


def test_the_command_proves_growth_or_says_that_it_cannot(sealer, capsys):
    grown(sealer, 4)
    call_command("audit", "proof", "--old", "2")
    assert capsys.readouterr().out == proving.growth(old=2)
    with translation.override("en"), pytest.raises(CommandError, match="no checkpoint of as many"):
        call_command("audit", "proof", "--old", "5")


def test_the_page_to_print_holds_the_note_the_key_and_what_was_sent(sealer, ways):
    grown(sealer, 3)
    anchoring.anchor(at=AT)
    page = enter(house.build(at=AT).sun).get("/audit/checkpoint/")
    words = unescape(page.content.decode())
    assert (page.status_code, stored.newest().note.strip() in words, sealer.signer.verifier.line() in words) == (
        200,
        True,
        True,
    )
    assert ("<svg" in words, words.count("<td>邮件</td>"), words.count("<td>外部文件夹</td>")) == (True, 1, 1)


def test_before_the_first_seal_the_page_says_so(empty_trail):
    page = enter(house.build(at=AT).sun).get("/audit/checkpoint/")
    assert "还没有封存任何记录" in page.content.decode()
