"""The import's pages: confirmed by the eye, every row within reach, stopped and taken back, and silent on others."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from consent.models import Evidence
from contacts import events, importing
from contacts.importing import committing, showing
from contacts.importing.committing import NotConfirmed
from contacts.models import Contact, Phone, SheetImport, SheetRow
from contacts.sheets import plan
from contacts.sheets.plan import Choices
from tests import house
from tests.contacts import sheetwork
from tests.contacts.sheetwork import WHOLE, address, bring, commit, row, seen_by, signed_in, text
from vault import opening

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def uploaded(home, data, name="sheet.csv"):
    """Li uploads on the page; returns her browser and the sheet."""
    client = signed_in(home.li)
    file = io.BytesIO(data)
    file.name = name
    answer = client.post("/import/", {"given": "no", "event": home.event.pk, "file": file})
    assert answer.status_code == 302
    return client, SheetImport.objects.latest("uploaded_at")


def confirmation(page, **changes):
    """What a browser would send from the columns page."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def many(count, start=0, consent="是"):
    return [["王小诺", f"1380000{n:04d}", consent] for n in range(start, start + count)]


def test_nothing_is_saved_before_the_columns_are_confirmed():
    home = house.build()
    client, sheet = uploaded(home, text(many(3)))
    assert client.post(address(sheet, "commit/")).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "uploaded"
    forced = SheetImport.objects.filter(pk=sheet.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        forced.update(state="committing")
    forced.update(state="committing", read=0)
    with pytest.raises(NotConfirmed):
        importing.commit(sheet.pk, at=house.NOON)
    assert Contact.objects.count() == 0


def test_a_sample_in_another_encoding_is_seen_before_it_is_confirmed():
    home = house.build()
    client, sheet = uploaded(home, text(many(3), encoding="gb18030"))
    page = client.get(address(sheet))
    assert page.context["form"]["encoding"].value() == "gb18030"
    redrawn = client.post(address(sheet), confirmation(page, delimiter=";"))
    assert (redrawn.status_code, redrawn.context["header"]) == (200, ("姓名,手机,同意电话联系",))
    sheet.refresh_from_db()
    assert (sheet.state, sheet.delimiter) == ("uploaded", ",")
    back = client.post(address(sheet), confirmation(redrawn, delimiter=","))
    assert back.context["header"] == tuple(sheetwork.HEADER)
    assert client.post(address(sheet), confirmation(back)).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, sheet.encoding, plan.of(sheet.mapping).confirmed) == ("checking", "gb18030", True)


def test_an_encoding_that_does_not_fit_is_said_and_changes_nothing():
    home = house.build()
    client, sheet = uploaded(home, text(many(3), encoding="gb18030"))
    page = client.post(address(sheet), confirmation(client.get(address(sheet)), encoding="utf-8"))
    assert (page.status_code, page.context["header"]) == (400, tuple(sheetwork.HEADER))
    assert "cannot be read in this encoding" in page.content.decode()


def test_another_worksheet_is_chosen_on_the_columns_page():
    def second(made):
        more = made.create_sheet("Second")
        for line in [["name", "phone", "agree"], ["周静", house.ZHOU, "yes"], ["王", house.WANG, "yes"]]:
            more.append(line)

    home = house.build()
    client, sheet = uploaded(home, sheetwork.book(many(1), change=second), "a.xlsx")
    redrawn = client.post(address(sheet), confirmation(client.get(address(sheet)), sheet="1"))
    assert redrawn.context["header"] == ("name", "phone", "agree")
    assert client.post(address(sheet), confirmation(redrawn)).status_code == 302
    assert importing.check(sheet.pk, at=house.NOON).ready == 2


def test_the_order_of_day_and_month_is_asked_once_and_must_be_answered():
    home = house.build()
    client, sheet = uploaded(home, text([row(day="02/03/2026")], WHOLE))
    page = client.get(address(sheet))
    assert client.post(address(sheet), confirmation(page)).status_code == 400
    assert client.post(address(sheet), confirmation(page, order="dmy")).status_code == 302
    assert importing.check(sheet.pk, at=house.NOON).ready == 1


def test_a_question_raised_by_a_column_chosen_later_is_asked_then():
    home = house.build()
    client, sheet = uploaded(home, text([["王", house.WANG, "是", "02/03/2026"]], [*sheetwork.HEADER, "何时"]))
    page = client.get(address(sheet))
    assert "order" not in page.context["form"].fields
    again = client.post(address(sheet), confirmation(page, role_signed_on="3"))
    assert (again.status_code, "order" in again.context["form"].fields) == (400, True)
    assert client.post(address(sheet), confirmation(again, order="dmy")).status_code == 302


def test_the_same_header_brings_back_what_was_confirmed_last_time():
    home = house.build()
    header = ["姓名", "手机", "电话", "同意电话联系"]
    client, sheet = uploaded(home, text([["王", house.WANG, house.ZHOU, "是"]], header))
    page = client.get(address(sheet))
    assert page.context["form"]["role_mobile"].value() == "1"
    client.post(address(sheet), confirmation(page, role_mobile="2"))
    _client, later = uploaded(home, text([["周", house.ZHOU, house.WANG, "是"]], header))
    assert plan.of(later.mapping).roles["mobile"] == 2
    assert plan.of(later.mapping).confirmed is False
    other = importing.upload(
        data=text([["周", "1", "2", "是"]], header), name="a.csv", event=home.far, by=home.he, at=house.NOON
    )
    assert plan.of(other.mapping).roles["mobile"] == 1


def test_the_sample_covers_numbers_and_the_address_holds_none():
    home = house.build()
    client, sheet = uploaded(home, text([["王小诺", house.WANG, "是"]]))
    shown = client.get(address(sheet)).content.decode()
    assert "138 **** 1234" in shown
    assert house.WANG not in shown


def test_every_row_is_within_reach_two_hundred_at_a_time():
    home = house.build()
    sheet = bring(home, text(many(205) + many(205, 300, "否")))
    client, seen, after = signed_in(home.li), [], 0
    while after is not None:
        page = client.get(address(sheet), {"status": "held", "after": after}).context["page"]
        seen += [line.number for line in page.rows]
        after = page.following
    assert seen == list(range(207, 412))


def test_counts_per_reason_add_up_and_lead_to_their_rows():
    home = house.build()
    lines = [
        ["王", house.WANG, "是"],
        ["周", house.ZHOU, ""],
        ["钱", "1391234ABCD", "是"],
        ["李", "110", "是"],
        ["王", house.WANG, "是"],
    ]
    sheet = bring(home, text(lines))
    reasons = importing.reasons_of(sheet)
    assert [(r.status, r.code, r.count) for r in reasons] == [
        ("ready", "", 1),
        ("held", "proof", 1),
        ("refused", "duplicate_row", 1),
        ("refused", "number.characters", 1),
        ("refused", "number.service", 1),
    ]
    page = signed_in(home.li).get(address(sheet), {"status": "refused", "reason": "number.service"})
    assert [line.number for line in page.context["page"].rows] == [5]
    assert "5 read = 1 ready + 1 held + 3 refused" in page.content.decode()


@pytest.mark.parametrize("query", ["status=nope", "after=x", "after=-1", "reason=%27", "after=99999999999999999999"])
def test_a_crooked_filter_is_a_bad_request(query):
    home = house.build()
    sheet = bring(home, text(many(1)))
    assert signed_in(home.li).get(f"{address(sheet)}?{query}").status_code == 400


def test_somebody_elses_sheet_is_not_there():
    home = house.build()
    sheet = bring(home, text(many(1)))
    for user in (home.wu, home.he):
        client = signed_in(user)
        assert [client.get(address(sheet, end)).status_code for end in ("", "progress/", "errors/")] == [404] * 3
        assert client.post(address(sheet, "commit/")).status_code == 404


def test_the_error_sheet_names_rows_and_reasons_and_no_value():
    home = house.build()
    lines = [["王小诺", house.WANG, "是"], ["周静静", house.ZHOU, ""], ["钱远远", "1391234ABCD", "是"]]
    sheet = bring(home, text(lines))
    body = signed_in(home.li).get(address(sheet, "errors/")).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body))) == [
        ["Row", "Verdict", "Why"],
        ["3", "held", "held until there is proof of a consent"],
        ["4", "refused", "Please check the number: it has characters that do not belong in a phone number."],
    ]


def test_the_progress_asks_again_each_second_and_then_draws_the_page_anew():
    home = house.build()
    sheet = bring(home, text(many(3)))
    client = signed_in(home.li)
    client.post(address(sheet, "commit/"))
    busy = client.get(address(sheet))
    assert b'hx-trigger="every 1s"' in busy.content
    assert b'<noscript><meta http-equiv="refresh" content="1"></noscript>' in busy.content
    importing.commit(sheet.pk, at=house.NOON)
    assert client.get(address(sheet, "progress/"))["HX-Refresh"] == "true"


def test_saving_is_stopped_at_a_batch_and_what_is_saved_can_be_taken_back(monkeypatch):
    """Ten batches; Li stops after the second; twenty people stay, and leave when she takes them back."""
    home = house.build()
    monkeypatch.setattr(committing, "BATCH", 10)
    sheet = bring(home, text(many(100)))
    client = signed_in(home.li)
    client.post(address(sheet, "commit/"))
    beats = []

    def clock():
        beats.append(1)
        if len(beats) == 3:
            client.post(address(sheet, "stop/"))
        return house.NOON

    sheet = importing.commit(sheet.pk, at=house.NOON, clock=clock)
    assert (sheet.state, sheet.problem, sheet.done, Contact.objects.count()) == ("committed", "stopped", 20, 20)
    assert "20 of 100 people are saved" in client.get(address(sheet)).content.decode()
    assert client.post(address(sheet, "stop/")).status_code == 302
    client.post(address(sheet, "undo/"))
    importing.undo(sheet.pk, at=house.NOON)
    assert Contact.objects.count() == 0
    acts = [e.act for e in Entry.objects.filter(subject=sheet.pk).order_by("pk")]
    assert [act for act in acts if act != "import.read"] == ["import.uploaded", "import.stopped", "import.undone"]


def test_a_person_who_came_in_the_meantime_is_not_saved_twice():
    home = house.build()
    one, two = bring(home, text(many(3))), bring(home, text(many(3, 2)))
    assert (one.ready, two.ready) == (3, 3)
    commit(one)
    two = commit(two)
    assert (two.read, two.ready, two.refused, two.done) == (3, 2, 1, 2)
    assert Contact.objects.count() == 5


def test_a_number_in_another_book_looks_byte_for_byte_like_any_other():
    home = house.build()
    lines = [["王小诺", house.WANG, "是"], ["周静", house.ZHOU, "是"]]
    alone = seen_by(home.li, bring(home, text(lines)))
    house.arrive(home.far, house.ZHOU)
    assert alone == seen_by(home.li, bring(home, text(lines)))
    house.arrive(home.event, house.ZHOU)
    assert alone != seen_by(home.li, bring(home, text(lines)))


def test_the_assertion_rests_on_its_sheet_row_and_day_and_retention_on_our_clock():
    home = house.build()
    sheet = commit(bring(home, text([row(day="2026-02-03")], WHOLE)))
    contact = Contact.objects.get()
    detail = json.loads(opening.open_one(Evidence.objects.get(subject_id=contact.pk).detail))
    assert detail == {"sheet": str(sheet.pk), "row": 2, "signed_on": "2026-02-03"}
    assert (contact.delete_on - house.NOON).days == 7


def test_an_extension_is_kept_in_the_note():
    home = house.build()
    commit(bring(home, text([row(landline="0571-87002009转390", note="下周回电")], WHOLE)))
    contact = Contact.objects.get()
    assert opening.open_one(contact.note) == "下周回电 · 转390"
    numbers = [opening.open_one(phone.number) for phone in Phone.objects.order_by("position")]
    assert numbers == ["86" + house.WANG, "8657187002009"]


def test_both_numbers_are_saved_when_li_says_so():
    home = house.build()
    sheet = bring(home, text([row(mobile=f"{house.WANG} / {house.ZHOU}")], WHOLE), choices=Choices(two="both"))
    commit(sheet)
    assert Phone.objects.count() == 2


def test_a_sheet_whose_content_is_gone_cannot_be_saved():
    home = house.build()
    sheet = bring(home, text(many(2)))
    importing.purge_due(by=home.li, at=sheet.purge_on)
    signed_in(home.li).post(address(sheet, "commit/"))
    sheet.refresh_from_db()
    assert (sheet.state, Contact.objects.count()) == ("checked", 0)


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence():
    home = house.build()
    client = signed_in(home.li)
    file = io.BytesIO(text([["周", "1", "2"]], ["姓名", "手机", "手机"]))
    file.name = "a.csv"
    answer = client.post("/import/", {"given": "no", "event": home.event.pk, "file": file})
    assert answer.status_code == 400
    assert "Two columns have the same heading" in answer.content.decode()
    assert SheetImport.objects.count() == 0


def test_a_silent_sheet_is_claimed_once_and_goes_on():
    home = house.build()
    sheet = bring(home, text(many(2)))
    SheetImport.objects.filter(pk=sheet.pk).update(state="committing", heartbeat=house.NOON)
    later = house.NOON + timedelta(minutes=3)
    assert importing.claim(at=house.NOON) == []
    assert importing.claim(at=later) == [(sheet.pk, "committing")]
    assert importing.claim(at=later) == []


def test_a_page_shows_what_it_shows_in_few_queries(django_assert_max_num_queries):
    home = house.build()
    sheet = bring(home, text(many(300)))
    client = signed_in(home.li)
    client.get(address(sheet))
    with django_assert_max_num_queries(16):
        client.get(address(sheet))
    assert showing.PAGE == 200


def test_rows_of_a_checked_again_sheet_are_not_doubled():
    home = house.build()
    sheet = bring(home, text(many(5)))
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=house.NOON)
    assert importing.check(sheet.pk, at=house.NOON).read == 5
    assert SheetRow.objects.filter(sheet=sheet).count() == 5


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "you are on the staff of no open one"), ("zh-hans", "您目前不在任何进行中活动的工作人员名单上")],
)
def test_who_works_at_no_event_is_told_what_to_do_first(language, sentence):
    """No empty list to choose from: the page says why, and leads to an event."""
    home = house.build()
    asked = {"HTTP_ACCEPT_LANGUAGE": language}
    pages = [signed_in(user).get("/import/", **asked).content.decode() for user in (home.li, home.wu)]
    assert [(sentence in page, 'type="file"' in page) for page in pages] == [(False, True), (True, False)]
    assert [pages[1].count(f'href="{address}"') >= 1 for address in ("/events/new/", "/events/")] == [True, True]
    assert signed_in(home.wu).post("/import/", {"given": "no", "event": home.event.pk}).status_code == 400
    events.set_staff(event=home.event, staff=[home.wu], by=home.li, at=house.NOON)
    assert 'type="file"' in signed_in(home.wu).get("/import/", **asked).content.decode()
