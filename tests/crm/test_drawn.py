"""What the pages draw and tell: homes by role, where a number came from, a number in the open, saved views."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from contacts import reveal
from contacts.models import Contact, Phone
from crm import drawings, pages
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def office():
    return house.build(at=house.NOON - timedelta(hours=1))


def enter(user):
    """A browser in which this colleague is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_destination_of_every_role_is_photographed(office):
    for name in ("li", "wu", "chen", "zhao", "sun"):
        nav = enter(getattr(office, name)).get("/").context["nav"]
        shown = {page.path.split("?")[0] for page in pages.PAGES[name]} | {"/account/", "/team/matrix/"}
        shared = {page.path for wanted in pages.PAGES.values() for page in wanted}
        for place in (item["url"] for group in nav for item in group["items"]):
            assert place in shown | shared, (name, place)


def test_each_roles_home_draws_what_waits_for_it(office):
    house.arrive(office.event, house.WANG)
    with time_machine.travel(house.NOON, tick=False):
        drawn = {name: enter(getattr(office, name)).get("/").context["drawn"] for name in ("li", "he", "chen", "zhao", "sun")}
    assert [card.name for card in drawn["li"].soonest] == ["王小诺"]
    assert drawn["he"].soonest == ()
    assert [(row.name, row.confirmed, row.waiting, row.stopped) for row in drawn["chen"].coverage] == [("fair", 1, 0, 0)]
    assert [len(chart.days) for chart in drawn["zhao"].charts] == [31]
    assert [sum(count for _day, count in chart.days) for chart in drawn["sun"].charts] == [0]


def test_the_auditors_home_counts_reveals_by_the_offices_day_and_marks_the_refused(office):
    sent, _receipt = house.arrive(office.event, house.WANG)
    night = house.NOON.replace(hour=15, minute=59)  # 23:59 in the office
    asked = {"phone": Phone.objects.get(), "action": "reveal_check", "in_book": True}
    reveal.reveal(**asked, by=office.li, at=house.NOON)
    with pytest.raises(reveal.RevealRefused):
        reveal.reveal(**asked, by=office.wu, at=night)  # a lead calls without seeing
    (chart,) = drawings.of(office.sun, at=house.NOON + timedelta(days=1)).charts
    marked = dict(zip(chart.days, chart.marked, strict=True))
    assert {day.isoformat(): (count, refused) for (day, count), refused in marked.items() if count} == {"2026-03-02": (2, 1)}


def test_a_persons_page_says_where_the_number_came_from_in_one_place(office):
    sent, _receipt = house.arrive(office.event, house.WANG)
    typed = {"event": office.event.pk, "name": "钱远", "act": "assert", "number": house.QIAN}
    with time_machine.travel(house.NOON, tick=False):
        li = enter(office.li)
        assert li.post("/contacts/new/", typed).status_code == 302
        noted = Contact.objects.get(source="quick").pk
        seen = [li.get(f"/contacts/{pk}/").context["page"].origin for pk in (sent.subject_id, noted)]
    own, typed = seen
    assert (own.event, own.place, own.held_on, own.by) == ("fair", "Hall", house.NOON.date(), "")
    assert [(one.version.notice.code, one.version.number) for one in own.notices] == [("event", 1)]
    assert (str(own.source), str(typed.source), typed.by) == ("现场本人填写", "顾问登记", "Li")


def test_a_shown_number_goes_without_a_script_too_and_says_who_looks():
    page = Path("templates/contacts/people/revealed.html").read_text()
    css = Path("static/app.css").read_text()
    assert '<noscript><meta http-equiv="refresh" content="{{ seconds }}' in page
    assert f".revealed .number{{animation:hide 1ms {reveal.SECONDS}s forwards}}" in css
    assert 'class="watermark" aria-hidden="true"' in page


def test_a_saved_view_is_marked_while_it_is_open_and_can_be_forgotten(office):
    browser = enter(office.li)
    browser.post("/contacts/views/", {"query": "state=withdrawn", "name": "no"})
    shown = browser.get("/contacts/?state=withdrawn").content.decode()
    assert shown.count('aria-current="true"') == 2
    (forget,) = re.findall(r'action="(/contacts/views/[^"]+/forget/)"', shown)
    assert "forget" not in browser.get("/contacts/?state=given").content.decode()
    browser.post(forget)
    assert browser.get("/contacts/?state=withdrawn").content.decode().count('aria-current="true"') == 1


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/", "/"),
        ("/team/", "/team/"),
        ("/team/matrix/", "/team/matrix/"),
        ("/team/books/", "/team/books/"),
        ("/account/password/", "/account/"),
    ],
)
def test_one_destination_is_marked_as_the_place_where_one_is(office, path, marked):
    nav = enter(office.zhao).get(path).context["nav"]
    assert [item["url"] for group in nav for item in group["items"] if item["current"]] == [marked]
