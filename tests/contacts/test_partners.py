"""The register of partners: entered by one, approved by another, over on its day (A7, E1)."""

from datetime import date, timedelta

import pytest
import time_machine

from audit.models import Entry
from consent import partners
from consent.models import Partner
from consent.partners import PartnerRefused
from crm import today
from tests import house
from tests.contacts.sheetwork import PARTNER, US, said, signed_in, standing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def test_one_enters_another_approves_and_each_deed_is_on_record():
    home = house.build()
    partner = partners.enter(said(), by=home.chen, at=house.NOON)
    assert partners.standing(partner, on=house.NOON.date()) == "waiting"
    for by, code in ((home.chen, "same_person"), (home.li, "role"), (home.sun, "role")):
        with pytest.raises(PartnerRefused, match=code):
            partners.approve(partner_id=partner.pk, by=by, at=house.NOON)
    partner = partners.approve(partner_id=partner.pk, by=home.zhao, at=house.NOON)
    assert partners.standing(partner, on=date(2026, 12, 31)) == "stands"
    assert partners.standing(partner, on=date(2027, 1, 1)) == "lapsed"
    with pytest.raises(PartnerRefused, match="gone"):
        partners.approve(partner_id=partner.pk, by=home.zhao, at=house.NOON)
    with pytest.raises(PartnerRefused, match="role"):
        partners.end(partner_id=partner.pk, by=home.zhao, at=house.NOON)
    partner = partners.end(partner_id=partner.pk, by=home.chen, at=house.NOON)
    assert partners.standing(partner, on=house.NOON.date()) == "ended"
    with pytest.raises(PartnerRefused, match="gone"):
        partners.end(partner_id=partner.pk, by=home.chen, at=house.NOON)
    acts = Entry.objects.filter(subject=partner.pk).order_by("seq").values_list("act", "actor")
    assert list(acts) == [
        ("partner.entered", home.chen.pk), ("partner.approved", home.zhao.pk), ("partner.ended", home.chen.pk),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "incomplete"),
        ({"names_us": ""}, "incomplete"),
        ({"gives": False}, "incomplete"),
        ({"agreed_on": date(2026, 3, 3)}, "incomplete"),
        ({"assessed_on": date(2026, 3, 3)}, "incomplete"),
        ({"valid_until": date(2026, 1, 5)}, "incomplete"),
        ({"valid_until": date(2026, 3, 1)}, "lapsed"),
        ({"purposes": []}, "purposes"),
        ({"purposes": ["service_notice"]}, "purposes"),
        ({"categories": ["name"]}, "categories"),
        ({"categories": ["name", "mobile", "credit_report"]}, "categories"),
        ({"agreement": "HT-6"}, "twice"),
    ],
)
def test_what_cannot_stand_is_not_entered(changes, code):
    home = house.build()
    standing(home, agreement="HT-6")
    with pytest.raises(PartnerRefused, match=code):
        partners.enter(said(**changes), by=home.chen, at=house.NOON)
    with pytest.raises(PartnerRefused, match="role"):
        partners.enter(said(), by=home.li, at=house.NOON)
    assert Partner.objects.count() == 1


def test_one_that_lapsed_while_it_waited_is_not_approved():
    home = house.build()
    partner = partners.enter(said(valid_until=date(2026, 3, 2)), by=home.chen, at=house.NOON)
    with pytest.raises(PartnerRefused, match="lapsed"):
        partners.approve(partner_id=partner.pk, by=home.zhao, at=house.NOON + DAY)


SENT = {
    "name": PARTNER,
    "contact": "privacy@haisheng.example",
    "ways": ["gives"],
    "purposes": ["phone_contact"],
    "categories": ["name", "mobile"],
    "method": "加密传输",
    "names_us": US,
    "agreement": "HT-7",
    "agreed_on": "2026-01-05",
    "assessed_on": "2026-01-04",
    "valid_until": "2026-12-31",
}


def test_on_the_pages_compliance_enters_an_administrator_approves_and_the_first_page_says_who_waits():
    home = house.build()
    chen, zhao = signed_in(home.chen), signed_in(home.zhao)
    assert (zhao.get("/partners/new/").status_code, signed_in(home.li).get("/partners/").status_code) == (403, 403)
    form = chen.get("/partners/new/").context["form"]
    assert form["names_us"].value() == "Yunnuo Demo Financial Consulting Ltd."
    answer = chen.post("/partners/new/", SENT)
    partner = Partner.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/partners/{partner.pk}/")
    kept = set(vars(said())) - {"hook", "secret"}  # of which nothing was entered
    wanted = vars(said(categories=["mobile", "name"]))
    assert {name: getattr(partner, name) for name in kept} == {name: wanted[name] for name in kept}
    for user in (home.chen, home.zhao):
        tile = next(tile for tile in today.tiles(user, at=house.NOON) if tile.url == "/partners/")
        assert (tile.count, tile.tone) == (1, "warn")
    assert [row[0] for row in zhao.get("/partners/").context["partners"]] == [partner]
    assert (zhao.get("/partners/").context["cases"], chen.get(f"/partners/{partner.pk}/").context["approves"]) == (None, False)
    told = chen.post(f"/partners/{partner.pk}/approve/", follow=True)
    assert [str(message) for message in told.context["messages"]] == ["You entered it yourself; somebody else must approve."]
    assert zhao.get(f"/partners/{partner.pk}/").context["approves"] is True
    assert zhao.post(f"/partners/{partner.pk}/approve/").status_code == 302
    assert zhao.post(f"/partners/{partner.pk}/end/").status_code == 403
    assert chen.post(f"/partners/{partner.pk}/end/").status_code == 302
    partner.refresh_from_db()
    assert (partner.approved_by, partner.ended_by) == (home.zhao, home.chen)
    assert chen.get("/partners/").content.decode().count(f"/partners/{partner.pk}/") == 1
    assert chen.get(f"/partners/{home.li.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "联系 13800001234"}, "name"),
        ({"contact": "13800001234"}, "contact"),
        ({"ways": []}, "ways"),
        ({"ways": ["sells"]}, "ways"),
        ({"purposes": ["service_notice"]}, "purposes"),
        ({"categories": ["credit_report"]}, "categories"),
        ({"categories": ["name"]}, "categories"),
        ({"names_us": ""}, "names_us"),
        ({"agreed_on": "2026-03-03"}, "agreed_on"),
        ({"assessed_on": "2026-13-01"}, "assessed_on"),
        ({"valid_until": "2026-01-05"}, "valid_until"),
        ({"valid_until": "2026-03-01"}, "valid_until"),
        ({"agreement": "HT-6"}, "agreement"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_kept(changes, field):
    home = house.build()
    standing(home, agreement="HT-6")
    answer = signed_in(home.chen).post("/partners/new/", SENT | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert "13800001234" not in answer.content.decode()
    assert Partner.objects.count() == 1
