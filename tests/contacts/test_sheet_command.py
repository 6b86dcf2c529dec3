"""`manage.py import`: counts on the last line, nothing but counts, and a plain failure."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from contacts.models import Contact, SheetImport
from tests import house
from tests.contacts import sheetwork

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LINES = [
    ["王小诺", house.WANG, "是"],
    ["周静", house.ZHOU, ""],
    ["钱远", "1391234ABCD", "是"],
    ["李二", f"{house.QIAN} / 18600000916", "是"],
]


@pytest.fixture
def file(tmp_path):
    made = tmp_path / f"{house.WANG}.csv"
    made.write_bytes(sheetwork.text(LINES, encoding="gb18030"))
    return made


def run(file, *words):
    out = io.StringIO()
    call_command("import", str(file), "--event", "fair", "--json", *words, stdout=out)
    return out.getvalue(), json.loads(out.getvalue().splitlines()[-1])


def test_the_last_line_is_the_counts(file):
    house.build()
    _said, facts = run(file)
    assert {key: facts[key] for key in ("read", "ready", "held", "refused", "saved", "dry_run")} == {
        "read": 4,
        "ready": 1,
        "held": 2,
        "refused": 1,
        "saved": 1,
        "dry_run": False,
    }
    assert facts["reasons"] == {"held:proof": 1, "held:two_numbers": 1, "ready:ready": 1, "refused:number.characters": 1}
    assert Contact.objects.count() == 1


def test_a_dry_run_says_the_same_and_changes_nothing(file):
    house.build()
    before = Entry.objects.count()
    _said, dry = run(file, "--dry-run")
    assert (SheetImport.objects.count(), Contact.objects.count(), Entry.objects.count()) == (0, 0, before)
    _said, wet = run(file)
    assert {k: dry[k] for k in ("read", "ready", "held", "refused", "reasons")} == {
        k: wet[k] for k in ("read", "ready", "held", "refused", "reasons")
    }


def test_no_number_and_no_name_is_printed(file):
    house.build()
    said, _facts = run(file)
    assert [word for row in LINES for word in row[:2] if word in said] == []
    assert house.WANG[-4:] not in said


def test_answers_of_the_columns_page_are_options(file):
    house.build()
    _said, facts = run(file, "--two-numbers", "first", "--encoding", "gb18030")
    assert (facts["ready"], facts["reasons"]["ready:first_number"]) == (2, 1)


def test_who_brought_it_in_is_in_the_trail(file):
    home = house.build()
    run(file, "--by", "li")
    entry = Entry.objects.get(act="import.committed")
    assert entry.actor == home.li.pk
    assert Contact.objects.get().created_by_id == home.li.pk


def test_without_a_name_the_job_itself_is_in_the_trail(file):
    home = house.build()
    run(file)
    assert Entry.objects.get(act="import.committed").actor != home.li.pk
    assert Contact.objects.get().created_by_id is None


@pytest.mark.parametrize("words", [["--event", "nowhere"], ["--by", "nobody"], ["--by", "he"], ["--by", "chen"]])
def test_what_does_not_fit_fails_and_changes_nothing(file, words):
    house.build()
    with pytest.raises(CommandError):
        run(file, *words)
    assert (SheetImport.objects.count(), Contact.objects.count()) == (0, 0)


def test_a_file_that_is_no_sheet_fails_with_its_code(tmp_path, capsys):
    house.build()
    bad = tmp_path / "a.csv"
    bad.write_bytes(b"%PDF-1.7")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import", str(bad), "--event", "fair", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == {"error": "ending"}
    with pytest.raises(CommandError):
        call_command("import", str(tmp_path / "none.csv"), "--event", "fair")
