"""The four sheets that lie beside the checkout go through whole: every row accounted for, no value lost or changed in silence.

What the sheet says is read here by other means than the house's own (csv, openpyxl), and told apart by
other rules than its normaliser's.
"""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.core.management import call_command

from consent.models import Consent, Evidence
from contacts import importing
from contacts.models import Contact, Phone, SheetRow
from contacts.sheets.plan import Choices
from tests import house
from vault import opening

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
AFTER = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
YES = {"是", "同意", "Y", "yes", "√", "✓", "☑", "1"}
TEXTS = {"company": "公司", "title": "职务", "note": "备注"}


@dataclass(frozen=True)
class Sheet:
    """A sheet with its known rows: how many, and what is to become of them."""

    path: str
    encoding: str
    rows: int
    verdicts: dict[str, int]
    answered: dict[str, int]

    @property
    def data(self):
        return (DATA / self.path).read_bytes()

    def lines(self):
        """Row number → cells by heading, of every row below the heading that holds anything."""
        table = list(enumerate(self._table(), 1))
        start, header = next((n, cells) for n, cells in table if "姓名" in cells)
        return {n: dict(zip(header, cells, strict=True)) for n, cells in table if n > start and any(cells)}

    def _table(self):
        if self.path.endswith("xlsx"):
            (only,) = openpyxl.load_workbook(DATA / self.path).worksheets
            return [["" if c is None else str(c) for c in line] for line in only.iter_rows(values_only=True)]
        return csv.reader(io.StringIO(self.data.decode(self.encoding), newline=""))


FORUM = Sheet(
    "events/fintech-forum-utf8-bom.csv",
    "utf-8-sig",
    66,
    {
        "ready:ready": 33,
        "held:proof": 20,
        "held:date.year": 7,
        "held:two_numbers": 2,
        "refused:duplicate_row": 2,
        "refused:number.characters": 1,
        "refused:number.length": 1,
    },
    {
        "ready:ready": 40,
        "ready:both_numbers": 2,
        "held:proof": 20,
        "refused:duplicate_row": 2,
        "refused:number.characters": 1,
        "refused:number.length": 1,
    },
)
LECTURE = Sheet(
    "events/wealth-lecture.csv",
    "gb18030",
    429,
    {
        "ready:ready": 246,
        "held:proof": 107,
        "held:date.year": 39,
        "held:two_numbers": 5,
        "refused:number.length": 15,
        "refused:duplicate_row": 8,
        "refused:number.characters": 5,
        "refused:number.empty": 3,
        "refused:number.invalid": 1,
    },
    {
        "ready:ready": 285,
        "ready:both_numbers": 5,
        "held:proof": 107,
        "refused:number.length": 15,
        "refused:duplicate_row": 8,
        "refused:number.characters": 5,
        "refused:number.empty": 3,
        "refused:number.invalid": 1,
    },
)
FAIR = Sheet(
    "events/sme-financing-fair.xlsx",
    "",
    191,
    {
        "ready:ready": 112,
        "held:proof": 35,
        "held:date.year": 28,
        "held:two_numbers": 1,
        "refused:number.length": 6,
        "refused:number.characters": 4,
        "refused:duplicate_row": 4,
        "refused:total": 1,
    },
    {
        "ready:ready": 140,
        "ready:both_numbers": 1,
        "held:proof": 35,
        "refused:number.length": 6,
        "refused:number.characters": 4,
        "refused:duplicate_row": 4,
        "refused:total": 1,
    },
)
# A partner's file has no mark of a consent to us, and some of its days lie before our notice: nobody comes in by this door.
PARTNER = Sheet(
    "partners/insurer-transfer.csv",
    "utf-8",
    300,
    {"held:proof": 231, "refused:date.notice": 69},
    {"held:proof": 231, "refused:date.notice": 69},
)
EVENTS = pytest.mark.parametrize("sheet", [FORUM, LECTURE, FAIR], ids=lambda sheet: sheet.path)
ALL = pytest.mark.parametrize("sheet", [FORUM, LECTURE, FAIR, PARTNER], ids=lambda sheet: sheet.path)


@pytest.fixture(autouse=True)
def beside():
    if not DATA.is_dir():
        pytest.skip("the sheets of ../shared/data are not beside this checkout")
    with time_machine.travel(AFTER, tick=False):
        yield


def counted(made):
    """Verdict and reason → rows, as stored."""
    pairs = SheetRow.objects.filter(sheet=made).order_by().values_list("status", "reason")
    return dict(Counter(f"{status}:{reason or 'ready'}" for status, reason in pairs))


def plain(text):
    """A text as people read it: no direction marks, no blanks around, blanks of one kind."""
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cf", "Cc"))
    return re.sub(r"[ \u3000\xa0]+", " ", visible).strip()


def digits(cell):
    """The numbers written in a cell, in full with the country, and their extensions; for cells of these sheets only."""
    folded = unicodedata.normalize("NFKC", cell)
    found = []
    for part in folded.split("/"):
        number, _turn, extension = part.partition("转")
        bare = re.sub(r"\D", "", re.sub(r"\.0\s*$", "", number)).removeprefix("00")  # 13800001234.0: a spreadsheet's doing
        whole = bare if bare.startswith("86") and len(bare) > 11 else "86" + bare.removeprefix("0")
        found += [(whole, re.sub(r"\D", "", extension))] if bare else []
    return found


def expected(line):
    """What must be found sealed of a row: name, texts, and its numbers in order."""
    numbers = digits(line.get("手机", line.get("手机号", ""))) + digits(line.get("座机", ""))
    turns = [f"转{extension}" for _number, extension in numbers if extension]
    texts = {key: plain(line.get(heading, "")) for key, heading in TEXTS.items()}
    texts["note"] = " · ".join(filter(None, [texts["note"], *turns]))
    return {"name": plain(line["姓名"]), **texts, "numbers": [number for number, _extension in numbers]}


def opened(contact):
    """What is sealed of a person, in the open."""
    boxes = {key: getattr(contact, key) for key in ("name", "company", "title", "note", "wechat", "email")}
    values = {key: str(opening.open_one(box)) if box is not None else "" for key, box in boxes.items()}
    numbers = [str(opening.open_one(phone.number)) for phone in contact.phones.order_by("position")]
    return values | {"numbers": numbers}


def held(row):
    """What is sealed of a row that waits, in the open."""
    facts = json.loads(str(opening.open_one(row.payload)))
    return {"name": facts["name"], **facts["texts"], "numbers": [number["digits"] for number in facts["numbers"]]}


def without_turns(line):
    """A row that waits keeps an extension with its number, not in the note."""
    return expected(line) | {"note": plain(line.get("备注", ""))}


def bring(sheet, choices=None):
    """The deeds of the pages in their order: upload, confirm, check, save."""
    home = house.build(AFTER)
    name = sheet.path.rsplit("/", 1)[1]
    made = importing.upload(data=sheet.data, name=name, event=home.event, by=home.li, at=AFTER)
    importing.remap(sheet=made, roles=made.mapping, encoding="", choices=choices, by=home.li, at=AFTER)
    made = importing.check(made.pk, at=AFTER)
    assert importing.begin(sheet=made, deed="commit", by=home.li, at=AFTER)
    return importing.commit(made.pk, at=AFTER)


def command(sheet, *words):
    """The command's last line."""
    house.build(AFTER)
    out = io.StringIO()
    call_command("import", str(DATA / sheet.path), "--event", "fair", "--json", *words, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def compare_everybody(sheet):
    """Every row is there once; who came in is whom the row names, who waits too, and of the others nothing is kept."""
    lines, rows = sheet.lines(), list(SheetRow.objects.all())
    assert sorted(row.number for row in rows) == sorted(lines)
    people = {contact.pk: contact for contact in Contact.objects.prefetch_related("phones")}
    assert {row.subject_id for row in rows if row.made} == set(people)
    assert [row.number for row in rows if row.made != (row.status == "ready")] == []
    came = {row.number: opened(people[row.subject_id]) for row in rows if row.made}
    assert came == {number: expected(lines[number]) | {"wechat": "", "email": ""} for number in came}
    waits = {row.number: held(row) for row in rows if row.status == "held"}
    assert waits == {number: without_turns(lines[number]) | {"wechat": "", "email": ""} for number in waits}
    assert [row.number for row in rows if row.status == "refused" and row.payload is not None] == []
    return {row.number: row.subject_id for row in rows if row.made}


def sealed_numbers():
    return Counter(str(opening.open_one(phone.number)) for phone in Phone.objects.all())


def said_yes(line):
    return {channel for channel, cell in (("call", "同意电话联系"), ("sms", "同意短信联系")) if line[cell] in YES}


@ALL
def test_every_row_of_the_file_has_its_verdict(sheet):
    made = bring(sheet)
    assert len(sheet.lines()) == sheet.rows
    assert made.read == made.ready + made.held + made.refused == sheet.rows
    assert counted(made) == sheet.verdicts
    assert (made.done, Contact.objects.count()) == (made.ready, made.ready)
    compare_everybody(sheet)


@ALL
def test_with_the_questions_answered_more_come_in_and_still_nothing_is_lost(sheet):
    made = bring(sheet, Choices(two="both", year=2026))
    assert made.read == made.ready + made.held + made.refused == sheet.rows
    assert counted(made) == sheet.answered
    came = compare_everybody(sheet)
    lines = sheet.lines()
    assert sealed_numbers() == Counter(number for row in came for number in expected(lines[row])["numbers"])


@EVENTS
def test_what_is_noted_as_agreed_is_what_the_row_says(sheet):
    bring(sheet)
    came, lines, noted = compare_everybody(sheet), sheet.lines(), {}
    for subject, channel, state in Consent.objects.values_list("subject", "channel", "state"):
        assert state == "asserted"
        noted.setdefault(subject, set()).add(channel)
    assert noted == {subject: said_yes(lines[number]) for number, subject in came.items()}


@EVENTS
def test_the_day_of_the_signature_is_kept_with_the_proof(sheet):
    bring(sheet, Choices(year=2026))
    lines = sheet.lines()
    for proof in Evidence.objects.all():
        detail = json.loads(str(opening.open_one(proof.detail)))
        assert detail["signed_on"] == ("2026-11-20" if lines[detail["row"]]["签字日期"] else "")


@ALL
def test_the_command_says_and_saves_the_same(sheet):
    facts = command(sheet)
    assert facts["read"] == facts["ready"] + facts["held"] + facts["refused"] == sheet.rows
    assert facts["reasons"] == sheet.verdicts
    assert facts["saved"] == Contact.objects.count() == sheet.verdicts.get("ready:ready", 0)
    compare_everybody(sheet)


@ALL
def test_the_command_takes_the_answers_of_the_columns_page(sheet):
    facts = command(sheet, "--two-numbers", "both", "--year", "2026")
    assert (facts["read"], facts["reasons"]) == (sheet.rows, sheet.answered)
    compare_everybody(sheet)


@ALL
def test_a_dry_run_says_the_same_and_saves_nobody(sheet):
    facts = command(sheet, "--dry-run")
    assert (facts["read"], facts["reasons"], facts["saved"], Contact.objects.count()) == (sheet.rows, sheet.verdicts, 0, 0)


def test_a_changed_cell_would_be_seen():
    """The comparison itself can fail: one digit, one letter, one lost row."""
    bring(FORUM)
    line = expected(next(iter(FORUM.lines().values())))
    assert line == expected(next(iter(FORUM.lines().values())))
    compare_everybody(FORUM)
    for heading, value in (("手机", "8613900004599"), ("姓名", "高瑛"), ("备注", "")):
        changed = next(iter(FORUM.lines().values())) | {heading: value}
        assert expected(changed) != line
    SheetRow.objects.filter(status="held").first().delete()
    with pytest.raises(AssertionError):
        compare_everybody(FORUM)
