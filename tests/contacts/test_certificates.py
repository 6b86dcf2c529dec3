"""Whoever has left can prove it years later: a page for everybody, a file for a stranger, and nobody's name."""

import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from audit import leaf, note, offline, tree
from audit.models import Entry
from audit.offline import certificate as checking
from audit.offline.signature import Failed
from audit.trail import System
from contacts import certificates, sweep
from contacts.models import Contact, SweepRun
from tests import house
from tests.audit.sealed import ORIGIN, seal_here
from tests.proofs.cast import enter
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = house.NOON


@pytest.fixture
def left():
    """A house in which Wang was noted, and left eight days later."""
    home = house.build(at=AT - timedelta(days=1))
    house.arrive(home.event, "13800138000", confirm=False)
    home.wang = Contact.objects.get().pk
    sweep.run(by=System("sweep"), at=AT + timedelta(days=9))
    home.run = SweepRun.objects.latest("started_at")
    home.code = certificates.codes([home.wang])[home.wang]
    return home


def words(path):
    answer = Client().get(path)
    return answer.status_code, answer.content.decode()


def test_a_certificate_waits_for_its_seal_and_then_carries_its_proof(left):
    status, page = words(f"/certificate/{left.code}/")
    assert (status, "等待封存" in page, words(f"/certificate/{left.code}/proof/")[0]) == (200, True, 404)
    seal_here()
    status, page = words(f"/certificate/{left.code}/")
    place = certificates.find(left.code).proof.index + 1
    assert (status, f"第 {place} 条" in page, str(left.wang) in page, "8000" in page) == (200, True, False, False)


def test_a_stranger_checks_the_file_with_the_program_from_the_page(left, tmp_path):
    seal_here()
    vkey = certificates.find(left.code).vkey
    (tmp_path / "certificate.py").write_text(words("/certificate/check/")[1])
    (tmp_path / "proof.txt").write_text(words(f"/certificate/{left.code}/proof/")[1])
    command = [sys.executable, "-I", "-S", "certificate.py", "proof.txt", "--vkey", vkey, "--origin", ORIGIN]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    entry = Entry.objects.get(eid=left.code)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.split(",")[0] == f"OK: contact.erased at {entry.at:%Y-%m-%dT%H:%M:%S}+00:00"
    (tmp_path / "proof.txt").write_text("nonsense")
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (1, "", "FAILED: format\n")


def test_a_forged_certificate_has_its_word(left, tmp_path):
    seal_here()
    found = certificates.find(left.code)
    good, vkey = found.proof.text(), found.vkey
    assert checking.check(good, vkey)[0]["id"] == str(left.code)
    other = signing.create(tmp_path / "other.key", ORIGIN)
    head = good.split("\n\n")[0]
    anew = note.sign(note.Checkpoint(ORIGIN, found.proof.seal.size, tree.EMPTY), other)
    forged = {
        "signature": (f"{head}\n\n{anew}", vkey),
        "root": (f"{head}\n\n{anew}", other.verifier.line()),
        "vkey": (good, "somebody+00000000+AAAA"),
        "format": (good.replace("index ", "place "), vkey),
    }
    found = {}
    for word, (text, key) in forged.items():
        with pytest.raises(Failed) as failed:
            checking.check(text, key)
        found[word] = failed.value.word
    assert found == {word: word for word in forged}
    with pytest.raises(Failed, match="root"):
        checking.check(good.replace(f"index {certificates.find(left.code).proof.index}", "index 0"), vkey)


def test_only_a_deletion_has_a_certificate_and_nobody_else_shows_one(left):
    others = Entry.objects.exclude(act__in=certificates.KINDS).values_list("eid", flat=True)
    assert len(others) > 3
    pages = [words(f"/certificate/{code}/") for code in (*others, uuid4())]
    assert {status for status, _page in pages} == {404}


def test_a_sweep_has_one_of_its_own_with_its_counts(left):
    code = certificates.code_of(left.run)
    assert certificates.find(code).numbers == (1, 1, 0)
    status, page = words(f"/certificate/{code}/")
    assert (status, "删除证明" in page) == (200, True)


def test_compliance_finds_them_beside_each_departure(left):
    page = enter(left.chen).get(f"/retention/sweeps/{left.run.pk}/").content.decode()
    assert (f"/certificate/{left.code}/" in page, f"/certificate/{certificates.code_of(left.run)}/" in page) == (True, True)


def test_the_programs_are_whole_files_without_our_packages():
    for name in offline.PROGRAMS:
        whole = offline.one_file(name).decode()
        assert (whole[:2], "from audit" in whole) == ("#!", False)


def test_the_entry_behind_it_names_nobody(left):
    said = leaf.read(Entry.objects.get(eid=left.code).content)
    assert (said["subj"], said["actor"]) == (f"c:{left.wang}", "sys:sweep")
