"""A list that was bought or exchanged: a hard stop before anything of it is read, and a case for compliance (E3)."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from audit.models import Entry
from contacts import events, importing
from contacts.doors.importing import PROBLEMS
from contacts.importing import committing, paid
from contacts.models import Contact, PaidListCase, SheetImport, SheetRow
from crm import today
from tests import house
from tests.contacts.sheetwork import address, bring, signed_in, text, upload

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


def test_an_answer_that_is_none_is_not_said_back_not_even_a_number():
    home = house.build()
    answer = send(home, given=house.WANG)
    said = answer.content.decode()
    assert (answer.status_code, kept(), said.count("Please choose from the list."), house.WANG in said) == (
        400,
        (0, 0, 0),
        1,
        False,
    )


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


@pytest.mark.parametrize("event", [None, "", "7", "{far}"])
def test_a_yes_is_enough_whichever_event_it_names_or_none(event):
    """E3: else whoever said yes, and was asked for the event, could say no the second time."""
    home = house.build()
    told = {} if event is None else {"event": event.format(far=home.far.pk)}
    answer = signed_in(home.li).post("/import/", {"given": "yes", **told})
    case = PaidListCase.objects.get()
    assert (answer["Location"], case.opened_by, case.sheet.event) == (f"/import/{case.pk}/", home.li, None)
    page = signed_in(home.li).get(answer["Location"]).content.decode()
    assert str(PROBLEMS["paid"]) in page
    assert "no event named" in signed_in(home.chen).get("/partners/").content.decode()
    assert send(home, given="no").status_code == 400
    assert kept() == (1, 0, 0)


def test_a_sheet_that_waits_stands_still_while_a_case_stands():
    """E3: nothing of it is read or shown, and nothing moves; when the case is closed it goes on from its columns."""
    home = house.build()
    browser, fresh, judged = signed_in(home.li), upload(home, text(ROWS)), bring(home, text(ROWS))
    columns = {"role_name": "0", "role_mobile": "1", "role_call": "2", "encoding": "utf-8", "delimiter": ","}
    assert "王" in browser.get(address(fresh)).content.decode()  # there is something to see
    send(home, given="yes")
    for sheet in (fresh, judged):
        page = browser.get(address(sheet, "?columns=1"))
        assert (str(PROBLEMS["case"]) in page.content.decode(), "王" in page.content.decode()) == (True, False)
        assert b'action="/import/' not in page.content  # no button that would move it
        assert browser.post(address(sheet), columns).status_code == 400
        assert browser.post(address(sheet, "commit/")).status_code == 302
        with pytest.raises(importing.UploadRefused, match="case"):
            importing.remap(sheet=sheet, roles={"name": 0, "mobile": 1}, encoding="", by=home.li, at=house.NOON)
    assert dict(SheetImport.objects.exclude(provenance="paid").values_list("pk", "state")) == {
        fresh.pk: "uploaded", judged.pk: "checked",
    }  # fmt: skip
    assert Contact.objects.count() == 0
    paid.close(sheet=PaidListCase.objects.get().pk, finding="mistake", by=home.chen, at=house.NOON)
    assert "王" in browser.get(address(fresh)).content.decode()
    assert importing.begin(sheet=judged, deed="commit", by=home.li, at=house.NOON)


def test_a_check_that_runs_when_a_case_opens_stops_and_the_sheet_waits_for_its_columns_again():
    home = house.build()
    sheet = upload(home, text(ROWS))
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=house.NOON)
    paid.stop(event=None, by=home.li, at=house.NOON)
    sheet = importing.check(sheet.pk, at=house.NOON)
    assert (sheet.state, sheet.problem, SheetRow.objects.count()) == ("uploaded", "case", 0)
    paid.close(sheet=PaidListCase.objects.get().pk, finding="mistake", by=home.chen, at=house.NOON)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=house.NOON)
    sheet = importing.check(sheet.pk, at=house.NOON)
    assert (sheet.state, sheet.problem, sheet.ready) == ("checked", "", 2)


def test_a_commit_under_way_stops_at_its_next_batch(monkeypatch):
    """E3: what was saved before can be taken back; what was not stays out. Somebody else's sheet goes on."""
    monkeypatch.setattr(committing, "BATCH", 1)
    home = house.build()
    events.set_staff(event=home.event, staff=[home.li, home.wu], by=home.li, at=house.NOON)
    sheet, hers = bring(home, text(ROWS)), bring(home, text(ROWS), by=home.wu)
    ticks = []

    def said_before_the_second_batch():
        ticks.append(house.NOON)
        if len(ticks) == 2:
            paid.stop(event=home.event, by=home.li, at=house.NOON)
        return house.NOON

    for one in (sheet, hers):
        SheetImport.objects.filter(pk=one.pk).update(state="committing", heartbeat=house.NOON)
    sheet = importing.commit(sheet.pk, at=house.NOON, clock=said_before_the_second_batch)
    assert (sheet.state, sheet.problem, sheet.done, Contact.objects.count()) == ("committed", "stopped", 1, 1)
    assert importing.may_undo(sheet)
    assert Entry.objects.filter(act="import.stopped", subject=sheet.pk).count() == 1
    assert "Saving was stopped" in signed_in(home.li).get(address(sheet)).content.decode()
    assert importing.commit(hers.pk, at=house.NOON).done == 2


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
        call_command("import", str(sheet), event="fair", by="li", paid=True)
    assert kept() == (1, 0, 0)
    assert PaidListCase.objects.get().opened_by == home.li


def test_a_dry_run_stops_as_hard_and_until_the_case_is_closed_it_reads_nothing_either(tmp_path):
    """E3: a word said in a dry run was said; and whoever has a case open does not try their luck without saving."""
    home = house.build()
    sheet, none = tmp_path / "list.csv", str(tmp_path / "no such file.csv")
    sheet.write_bytes(text(ROWS))
    dry = {"event": "fair", "by": "li", "dry_run": True}
    call_command("import", str(sheet), **dry)  # there is something to read
    with pytest.raises(CommandError, match="compliance has a case"):
        call_command("import", none, **dry, paid=True)
    assert (kept(), PaidListCase.objects.get().opened_by) == ((1, 0, 0), home.li)
    for again in (dry, dry | {"dry_run": False}):
        with pytest.raises(CommandError, match="nothing of this one was read"):
            call_command("import", none, **again)
    assert kept() == (1, 0, 0)


@pytest.mark.parametrize(
    ("told", "opened_by"),
    [
        ({"by": "li"}, "li"),
        ({"event": "fair"}, "li"),
        ({"event": "nowhere", "by": "wu"}, "wu"),
        ({"by": "sun"}, None),
        ({}, None),
    ],
)
def test_the_command_needs_to_know_whose_list_it_was_and_nothing_else(tmp_path, told, opened_by):
    house.build()
    with pytest.raises(CommandError, match="compliance has a case" if opened_by else "Whose list is it"):
        call_command("import", str(tmp_path / "x.csv"), paid=True, **told)
    assert list(PaidListCase.objects.values_list("opened_by__username", flat=True)) == [opened_by] * bool(opened_by)
