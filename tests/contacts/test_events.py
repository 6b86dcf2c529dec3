"""An event is a preset: chosen once, changed until somebody comes, closed, opened again, counted without names."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from consent import notices
from consent.models import NoticeVersion
from contacts import erase, events, withdrawal
from contacts.intake import asserting
from contacts.models import Contact, Event
from team.models import Book
from tests import house
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def preset(home, **other):
    version = notices.current()
    chosen = {
        "version": version.pk,
        "name": "Spring fair",
        "place": "Hall 3",
        "held_on": "2026-03-20",
        "book": Book.objects.get(owner=home.li).pk,
        "ticks": [tick.pk for tick in version.purposes.filter(channel__in=["call", "sms"])],
        "staff": [home.he.pk],
    }
    return chosen | other


def second_version(home):
    first = notices.current()
    version = NoticeVersion.objects.create(notice=first.notice, number=2, content=first.content, created_at=house.NOON)
    for tick in first.purposes.filter(channel="call"):
        tick.pk, tick.version = None, version
        tick._state.adding = True
        tick.save()
    notices.publish(version=version, by=house.BY, at=house.NOON)
    return version


def test_an_event_is_opened_with_a_notice_some_questions_and_staff():
    home = house.build()
    answer = enter(home.li).post("/events/new/", preset(home))
    event = Event.objects.get(name="Spring fair")
    assert answer.url == f"/events/{event.pk}/"
    assert {row.tick.channel for row in event.ticks.all()} == {"call", "sms"}
    assert {row.user.username for row in event.staff.all()} == {"li", "he"}
    assert Client().get(f"/e/{event.code}/").content.decode().count('type="checkbox"') == 2


def test_an_older_published_notice_may_be_chosen_and_a_draft_may_not():
    home, first = house.build(), notices.current()
    version = second_version(home)
    client = enter(home.li)
    assert client.get("/events/new/").context["version"] == version
    assert client.get(f"/events/new/?notice={first.pk}").context["version"] == first
    draft = NoticeVersion.objects.create(notice=first.notice, number=3, content=first.content, created_at=house.NOON)
    for wrong in (draft.pk, "1", "x' OR 1=1"):
        assert client.get("/events/new/", {"notice": wrong}).status_code == 404
    assert client.post("/events/new/", preset(home, version=draft.pk)).status_code == 404
    older = [tick.pk for tick in first.purposes.all()]
    assert client.post("/events/new/", preset(home, ticks=older)).status_code == 400
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"place": "x" * 81},
        {"name": "a\nb\0"},
        {"held_on": "2026/13/01"},
        {"held_on": "2026-02-30"},
        {"held_on": "99-1-1"},
        {"held_on": ""},
        {"ticks": []},
        {"ticks": ["nonsense"]},
        {"staff": ["nonsense"]},
        {"book": "nonsense"},
        {"version": ""},
    ],
)
def test_a_bad_preset_gets_a_sentence_and_stores_nothing(wrong):
    home = house.build()
    answer = enter(home.li).post("/events/new/", preset(home, **wrong))
    assert (answer.status_code, Event.objects.count()) == (400, 2)


def test_a_chinese_date_is_a_date():
    home = house.build()
    assert enter(home.li).post("/events/new/", preset(home, held_on="2026年3月20日")).status_code == 302


def test_passing_on_alone_is_no_reason_to_meet():
    home = house.build()
    share = [tick.pk for tick in notices.current().purposes.filter(channel="share")]
    assert enter(home.li).post("/events/new/", preset(home, ticks=share)).status_code == 400


def test_nobody_fills_somebody_elses_book():
    home = house.build()
    foreign = Book.objects.get(owner=home.he).pk
    assert enter(home.li).post("/events/new/", preset(home, book=foreign)).status_code == 400


def test_the_preset_changes_until_the_first_person_comes_and_then_only_the_staff():
    home = house.build()
    client, path = enter(home.li), f"/events/{home.event.pk}/edit/"
    assert client.post(path, preset(home)).status_code == 302
    home.event.refresh_from_db()
    assert (home.event.name, home.event.ticks.count()) == ("Spring fair", 2)
    house.arrive(home.event, house.WANG)
    assert client.get(path).context["version"] is None
    assert client.post(path, preset(home, name="Another", staff=[home.wu.pk])).status_code == 302
    home.event.refresh_from_db()
    assert (home.event.name, {row.user.username for row in home.event.staff.all()}) == ("Spring fair", {"li", "wu"})
    version = notices.current()
    with pytest.raises(events.EventRefused):
        events.change(
            event=home.event,
            name="Another",
            place="x",
            held_on=home.event.held_on,
            book=home.event.book,
            version=version,
            ticks=list(version.purposes.all()),
            staff=[],
            by=home.li,
            at=house.NOON,
        )


def test_who_came_and_left_still_fixes_the_preset():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    erase.one(sent.subject_id, by=home.chen, at=house.NOON)
    assert Contact.objects.count() == 0
    assert events.arrived(home.event) is True


def test_closed_and_opened_again_and_both_in_the_trail():
    home = house.build()
    client, form = enter(home.li), f"/e/{home.event.code}/"
    client.post(f"/events/{home.event.pk}/close/")
    assert 'name="number"' not in Client().get(form).content.decode()
    client.post(f"/events/{home.event.pk}/open/")
    assert 'name="number"' in Client().get(form).content.decode()
    acts = list(Entry.objects.filter(subject=home.event.pk).order_by("seq").values_list("act", flat=True))
    assert acts == ["event.closed", "event.changed"]


def test_a_colleague_on_the_staff_sees_the_event_but_does_not_run_it():
    home = house.build()
    path = f"/events/{home.event.pk}/"
    assert enter(home.he).get(path).status_code == 404
    events.set_staff(event=home.event, staff=[home.he], by=home.li, at=house.NOON)
    assert enter(home.he).get(path).status_code == 200
    for deed in ("close/", "open/", "edit/"):
        assert enter(home.he).post(f"{path}{deed}").status_code == 404
    assert enter(home.wu).post(f"{path}close/").status_code == 302  # the lead of Li's team runs it
    assert enter(home.zhao).get(path).status_code == 403


def test_what_a_colleague_notes_goes_into_the_colleagues_own_book():
    home = house.build()
    events.set_staff(event=home.event, staff=[home.he], by=home.li, at=house.NOON)
    enter(home.he).post("/contacts/new/", {"event": home.event.pk, "name": "周敏", "number": house.ZHOU, "act": "assert"})
    noted = Contact.objects.get()
    assert (noted.book.owner, noted.event) == (home.he, home.event)
    assert [c.pk for c in enter(home.he).post("/contacts/search/", {"q": "5678"}).context["cards"]] == [noted.pk]
    assert enter(home.li).post("/contacts/search/", {"q": "5678"}).context["cards"] == []


def test_the_page_counts_whom_the_reader_may_see():
    home = house.build()
    events.set_staff(event=home.event, staff=[home.he], by=home.li, at=house.NOON)
    wang, _receipt = house.arrive(home.event, house.WANG)
    zhou, _receipt = house.arrive(home.event, house.ZHOU)
    house.arrive(home.event, house.QIAN, confirm=False)
    withdrawal.withdraw(subject=zhou.subject_id, scope=None, method="spoken", reason="withdrawal", by=home.li, at=house.NOON)
    asserting.quick(
        event=home.event,
        book=Book.objects.get(owner=home.he),
        name="何的",
        number=phone.normalise("13700001111"),
        by=home.he,
        at=house.NOON,
    )
    seen = {name: events.counts(home.event, by=getattr(home, name), at=house.NOON) for name in ("li", "he", "chen")}
    assert seen["li"] == events.Counts(people=3, confirmed=1, waiting=1, withdrawn=1, left=0)
    assert seen["he"] == events.Counts(people=1, confirmed=0, waiting=1, withdrawn=0, left=None)
    assert seen["chen"] == events.Counts(people=4, confirmed=1, waiting=2, withdrawn=1, left=0)


def test_the_page_costs_the_same_however_many_came():
    home = house.build()
    client = enter(home.li)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/events/{home.event.pk}/").status_code == 200
        return len(asked)

    cost()
    before = cost()
    for n in range(6):
        house.arrive(home.event, f"1380000{2000 + n}")
    assert cost() == before


def test_the_poster_has_the_code_and_a_sentence_in_both_languages():
    home = house.build()
    page = enter(home.li).get(f"/events/{home.event.pk}/poster/").content.decode()
    words = home.event.notice_version.content
    assert ("<svg" in page, words["zh"]["jit"] in page, words["en"]["jit"] in page) == (True, True, True)
    assert enter(home.he).get(f"/events/{home.event.pk}/poster/").status_code == 404


def test_a_lead_without_a_team_sees_no_teamless_books_event():
    home = house.build()
    Book.objects.filter(owner=home.he).update(team=None)
    home.wu.team = None
    home.wu.save(update_fields=["team"])
    assert list(events.visible(home.wu)) == []
