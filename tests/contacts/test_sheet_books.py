"""In whose book a sheet's people land: always where its uploader sees them, and never without her having one."""

import io
from datetime import timedelta

import pytest

from contacts import events, importing, visibility
from contacts.importing import committing
from contacts.importing.uploading import UploadRefused
from contacts.models import Contact, SheetImport
from team import books
from team.models import Book
from tests import house
from tests.contacts.sheetwork import address, bring, commit, signed_in, text, upload

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LINES = [["王小诺", house.WANG, "是"], ["周静", house.ZHOU, "是"]]


def post(home, *staff):
    """Say who works at Li's event besides her."""
    events.set_staff(event=home.event, staff=staff, by=home.li, at=house.NOON)


def own(user):
    return Book.objects.get(owner=user)


def people_in(book):
    return Contact.objects.filter(book=book).count()


def test_at_her_own_event_her_people_go_into_the_event_s_book():
    home = house.build()
    commit(bring(home, text(LINES)))
    assert (home.event.book, people_in(home.event.book), visibility.visible(home.li).count()) == (own(home.li), 2, 2)


def test_at_a_colleague_s_event_her_people_go_into_her_own_book():
    """He comes along to Li's event and types up her list: he sees whom he brought in, Li does not."""
    home = house.build()
    post(home, home.he)
    commit(bring(home, text(LINES), by=home.he))
    assert (people_in(own(home.he)), people_in(own(home.li))) == (2, 0)
    assert (visibility.visible(home.he).count(), visibility.visible(home.li).count()) == (2, 0)
    assert set(Contact.objects.values_list("event", "created_by")) == {(home.event.pk, home.he.pk)}


def test_a_lead_s_upload_goes_into_the_lead_s_own_book():
    home = house.build()
    post(home, home.wu)
    commit(bring(home, text(LINES), by=home.wu))
    assert (people_in(own(home.wu)), people_in(own(home.li))) == (2, 0)
    assert visibility.visible(home.wu).count() == 2


def test_known_is_who_is_in_the_uploader_s_book_and_the_event_s_book_says_nothing():
    """Li has Zhou already; to He, who uploads at her event, he is new; the second time he is not."""
    home = house.build()
    post(home, home.he)
    house.arrive(home.event, house.ZHOU)
    assert bring(home, text(LINES)).refused == 1
    sheet = commit(bring(home, text(LINES), by=home.he))
    assert (sheet.ready, sheet.refused, people_in(own(home.he))) == (2, 0, 2)
    assert bring(home, text(LINES), by=home.he).refused == 2


def test_a_person_in_another_book_of_the_same_owner_is_known():
    home = house.build()
    house.arrive(home.far, house.ZHOU)
    books.hand_over(book=own(home.he), to=home.li, by=home.zhao, at=house.NOON, reason="request", fresh=True)
    sheet = bring(home, text(LINES))
    assert (sheet.ready, sheet.refused) == (1, 1)


def choose(user, event):
    file = io.BytesIO(text(LINES))
    file.name = "a.csv"
    return signed_in(user).post("/import/", {"given": "no", "event": event.pk, "file": file})


def test_only_open_events_where_she_may_note_people_are_offered():
    home = house.build()
    offered = lambda user: list(signed_in(user).get("/import/").context["form"].fields["event"].queryset)  # noqa: E731
    assert (offered(home.li), offered(home.wu), offered(home.he)) == ([home.event], [], [home.far])
    assert (choose(home.wu, home.event).status_code, choose(home.he, home.event).status_code) == (400, 400)
    post(home, home.wu)
    assert offered(home.wu) == [home.event]
    events.close(event=home.event, by=home.li, at=house.NOON)
    assert (offered(home.li), choose(home.li, home.event).status_code) == ([], 400)
    assert SheetImport.objects.count() == 0


def test_without_a_book_she_is_told_so_and_nothing_is_kept():
    home = house.build()
    post(home, home.he)
    Book.objects.filter(owner=home.he).update(closed_at=house.NOON)
    page = choose(home.he, home.event)
    assert (page.status_code, SheetImport.objects.count()) == (400, 0)
    assert "You have no book yet; ask an administrator." in page.content.decode()


def test_the_deed_itself_refuses_who_is_not_on_the_staff():
    home = house.build()
    with pytest.raises(UploadRefused, match="event"):
        upload(home, text(LINES), by=home.he)


def test_an_event_closed_after_the_upload_takes_nobody_until_it_is_opened_again():
    home = house.build()
    sheet, client = bring(home, text(LINES)), signed_in(home.li)
    events.close(event=home.event, by=home.li, at=house.NOON)
    page = client.post(address(sheet, "commit/"), follow=True)
    assert "This event is closed, or you are not on its staff." in page.content.decode()
    sheet.refresh_from_db()
    assert (sheet.state, Contact.objects.count()) == ("checked", 0)
    assert importing.begin(sheet=sheet, deed="commit", by=home.li, at=house.NOON) is False
    events.reopen(event=home.event, by=home.li, at=house.NOON)
    assert "Stop saving" in client.post(address(sheet, "commit/"), follow=True).content.decode()
    assert importing.commit(sheet.pk, at=house.NOON).done == 2


def test_who_is_taken_off_the_staff_saves_no_more():
    home = house.build()
    post(home, home.he)
    sheet = bring(home, text(LINES), by=home.he)
    post(home)
    assert importing.begin(sheet=sheet, deed="commit", by=home.he, at=house.NOON) is False


def test_a_book_that_is_gone_in_the_middle_stops_the_saving_at_a_batch(monkeypatch):
    home = house.build()
    post(home, home.he)
    monkeypatch.setattr(committing, "BATCH", 1)
    sheet, beats = bring(home, text(LINES), by=home.he), []

    def clock():
        beats.append(1)
        if len(beats) == 2:
            Book.objects.filter(owner=home.he).update(closed_at=house.NOON)
        return house.NOON

    SheetImport.objects.filter(pk=sheet.pk).update(state="committing")
    sheet = importing.commit(sheet.pk, at=house.NOON, clock=clock)
    assert (sheet.state, sheet.problem, sheet.done, Contact.objects.count()) == ("committed", "stopped", 1, 1)


def test_a_check_without_a_book_fails_with_its_sentence():
    home = house.build()
    post(home, home.he)
    sheet = upload(home, text(LINES), by=home.he)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.he, at=house.NOON)
    Book.objects.filter(owner=home.he).update(closed_at=house.NOON)
    sheet = importing.check(sheet.pk, at=house.NOON + timedelta(minutes=1))
    assert (sheet.state, sheet.problem) == ("failed", "no_book")
    assert "You have no book yet" in signed_in(home.he).get(address(sheet)).content.decode()
