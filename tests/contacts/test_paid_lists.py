"""A list that was bought or exchanged: a hard stop before anything of it is read, and a case for compliance (E3)."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from audit.models import Entry
from contacts import importing
from contacts.doors.importing import PROBLEMS
from contacts.importing import paid
from contacts.models import Contact, PaidListCase, SheetImport, SheetRow
from crm import today
from tests import house
from tests.contacts.sheetwork import bring, signed_in, text

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ROWS = [["王小诺", house.WANG, "是"], ["周亮", house.ZHOU, "是"]]


def send(home, **told):
    file = io.BytesIO(text(ROWS))
    file.name = "list.csv"
    return signed_in(home.li).post("/import/", {"event": home.event.pk, "file": file, **told})


def kept():
    return SheetImport.objects.count(), SheetRow.objects.count(), Contact.objects.count()


def test_a_list_that_was_paid_for_is_a_hard_stop_nothing_of_it_is_stored_and_compliance_has_a_case():
    home = house.build()
    answer = send(home, given="yes")
    sheet = SheetImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/import/{sheet.pk}/")
    assert (sheet.state, sheet.problem, sheet.file, sheet.file_name, sheet.read) == ("failed", "paid", None, None, 0)
    assert kept() == (1, 0, 0)
    case = PaidListCase.objects.get()
    assert (case.sheet_id, case.opened_by, case.closed_at) == (sheet.pk, home.li, None)
    entry = Entry.objects.get(act="import.paid")
    assert (entry.subject, entry.outcome, entry.reason) == (sheet.pk, "denied", "paid_list")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_sentence_says_why_and_compliance_sees_the_case_on_its_first_page_and_its_desk(language):
    home = house.build()
    send(home, given="yes")
    sheet = SheetImport.objects.get()
    with translation.override(language):
        why = str(PROBLEMS["paid"])
    assert why.startswith({"en": "A list that was bought", "zh-hans": "购买、交换"}[language])
    asked = {"HTTP_ACCEPT_LANGUAGE": language}
    assert why in signed_in(home.li).get(f"/import/{sheet.pk}/", **asked).content.decode()
    tile = next(tile for tile in today.tiles(home.chen, at=house.NOON) if tile.url == "/partners/")
    assert (tile.count, tile.tone) == (1, "bad")
    desk = signed_in(home.chen).get("/partners/", **asked)
    assert [case.sheet_id for case in desk.context["cases"]] == [sheet.pk]


def test_without_an_answer_nothing_is_read():
    home = house.build()
    assert send(home).status_code == 400
    assert kept() == (0, 0, 0)
    assert send(home, given="no").status_code == 302
    assert kept() == (1, 0, 0)
    assert SheetImport.objects.get().read == 2
    assert PaidListCase.objects.count() == 0


def test_until_the_case_is_closed_its_opener_brings_in_no_sheet_not_even_one_that_waited():
    home = house.build()
    waiting = bring(home, text(ROWS))
    assert waiting.ready == 2
    send(home, given="yes")
    again = send(home, given="no")
    assert (again.status_code, kept()) == (400, (2, 0 + 2, 0))
    assert not importing.begin(sheet=waiting, deed="commit", by=home.li, at=house.NOON)
    assert send(home, given="yes")["Location"] == f"/import/{PaidListCase.objects.get().pk}/"
    paid.close(sheet=PaidListCase.objects.get().pk, finding="mistake", by=home.chen, at=house.NOON)
    assert importing.begin(sheet=waiting, deed="commit", by=home.li, at=house.NOON)
    assert send(home, given="no").status_code == 302


def test_compliance_closes_it_with_a_finding_once_and_it_stays_on_record():
    home = house.build()
    send(home, given="yes")
    case = PaidListCase.objects.get()
    chen, address = signed_in(home.chen), f"/partners/cases/{case.pk}/"
    assert chen.post(address, {"finding": "nothing"}).status_code == 400
    assert signed_in(home.li).post(address, {"finding": "mistake"}).status_code == 403
    with pytest.raises(paid.CaseRefused, match="same_person"):
        paid.close(sheet=case.pk, finding="mistake", by=home.li, at=house.NOON)
    assert chen.post(address, {"finding": "destroyed"}).status_code == 302
    assert chen.post(address, {"finding": "mistake"}).status_code == 302
    case.refresh_from_db()
    assert (case.finding, case.closed_by) == ("destroyed", home.chen)
    assert list(Entry.objects.filter(act="import.case_closed").values_list("subject", flat=True)) == [case.pk]
    assert not [tile for tile in today.tiles(home.chen, at=house.NOON) if tile.url == "/partners/"]


def test_the_command_stops_as_hard(tmp_path):
    home = house.build()
    sheet = tmp_path / "list.csv"
    sheet.write_bytes(text(ROWS))
    with pytest.raises(CommandError, match="paid for"):
        call_command("import", str(sheet), event="fair", by="li", paid=True, dry_run=True)
    assert kept() == (0, 0, 0)
    with pytest.raises(CommandError, match="paid for"):
        call_command("import", str(sheet), event="fair", by="li", paid=True)
    assert kept() == (1, 0, 0)
    assert PaidListCase.objects.get().opened_by == home.li
