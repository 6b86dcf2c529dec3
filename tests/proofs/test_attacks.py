"""What hostile colleagues and strangers tried by hand, kept: each try ends where it should."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from contacts import importing, search
from contacts.importing import guessing
from contacts.models import CallAttempt, Contact, Phone, SheetImport, SheetRow
from team import fields, matrix, people
from team.fields import Level
from team.models import ProtectedField, User
from tests import house
from tests.proofs import cast
from tests.proofs.cast import FANG

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def grant(code, role, level):
    fields.grant(ProtectedField.objects.get(code=code), role, level)


def found(browser, q):
    return [card.pk for card in browser.post("/contacts/search/", {"q": q}).context["cards"]]


def test_guessing_the_middle_of_a_number_by_search_is_slow_and_on_record(world):
    browser = cast.enter(world.li)
    tries = [browser.post("/contacts/search/", {"q": f"138{n:04d}0163"}).status_code for n in range(4000, 4065)]
    assert tries == [200] * search.TRIES + [429] * 5
    assert Entry.objects.filter(act="contact.searched", actor=world.li.pk).count() == search.TRIES
    assert browser.post("/contacts/search/", {"q": FANG.name}).status_code == 200


@pytest.mark.parametrize("level", [Level.LAST4, Level.MASKED, Level.CALL])
def test_a_whole_number_finds_nobody_for_whom_it_is_masked(world, level):
    browser = cast.enter(world.li)
    assert found(browser, FANG.mobile) == [world.fang.pk]
    for code in ("contacts.mobile", "contacts.landline"):
        grant(code, "advisor", level)
    for number in (FANG.mobile, FANG.landline):
        answer = browser.post("/contacts/search/", {"q": number})
        assert (answer.context["cards"], answer.context["kind"]) == ([], "closed")
    assert found(browser, FANG.mobile[-4:]) == [world.fang.pk]


def test_a_hidden_landline_is_not_found_by_way_of_the_open_mobile(world):
    browser = cast.enter(world.li)
    assert found(browser, FANG.landline) == found(browser, FANG.landline[-4:]) == [world.fang.pk]
    grant("contacts.landline", "advisor", Level.HIDDEN)
    assert found(browser, FANG.landline) == found(browser, FANG.landline[-4:]) == []
    assert found(browser, FANG.mobile[-4:]) == [world.fang.pk]


def test_four_digits_that_the_mask_of_a_foreign_number_hides_find_nobody(world):
    sent, _receipt = house.arrive(world.event, "+852 9123 4567", at=house.NOON - timedelta(hours=1))
    browser = cast.enter(world.li)
    assert found(browser, "4567") == [sent.subject_id]
    grant("contacts.mobile", "advisor", Level.MASKED)
    assert "4567" not in browser.get(f"/contacts/{sent.subject_id}/").content.decode()
    assert found(browser, "4567") == []


def upload(world, numbers):
    rows = "\n".join(["姓名,手机,同意电话联系", *(f"方,{number},是" for number in numbers)])
    sheet = importing.upload(data=rows.encode(), name="g.csv", event=world.event, by=world.li, at=house.NOON)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=world.li, at=house.NOON)
    return importing.check(sheet.pk, at=house.NOON)


def test_a_sheet_that_tries_out_the_middle_digits_gets_no_answer(world):
    honest = upload(world, [FANG.mobile, "13900005678"])
    assert list(SheetRow.objects.filter(sheet=honest).values_list("reason", flat=True)) == ["duplicate", ""]
    guesses = [f"138{n:04d}0163" for n in range(4720, 4740)] + ["13847410163"]
    assert (FANG.mobile in guesses, len(guesses) > guessing.CROWD) == (True, True)
    rows = SheetRow.objects.filter(sheet=upload(world, [*guesses, "13900005678"]))
    assert list(rows.values_list("status", "reason")) == [("refused", "guess")] * 21 + [("ready", "")]


def test_an_old_sheet_is_no_way_around_a_level_that_was_lowered(world):
    browser, waiting = cast.enter(world.li), world.sheets[world.li][0]
    page = browser.get(f"/import/{waiting.pk}/").content.decode()
    assert (FANG.company in page, FANG.mobile in page, f"{FANG.mobile[:3]} **** {FANG.mobile[-4:]}" in page) == (
        True,
        False,
        True,
    )
    grant("contacts.company", "advisor", Level.HIDDEN)
    grant("contacts.mobile", "advisor", Level.HIDDEN)
    page = browser.get(f"/import/{waiting.pk}/").content.decode()
    assert (FANG.company in page, FANG.mobile[-4:] in page) == (False, False)


def test_a_sheet_without_a_heading_shows_its_first_person_masked(world):
    row = f"{FANG.name},{FANG.mobile}\n{FANG.name},{FANG.mobile}".encode()
    try:
        sheet = importing.upload(data=row, name="h.csv", event=world.event, by=world.li, at=house.NOON)
    except importing.UploadRefused:
        return
    assert FANG.mobile not in cast.enter(world.li).get(f"/import/{SheetImport.objects.get(pk=sheet.pk).pk}/").content.decode()


@pytest.mark.parametrize("name", ["wu", "chen", "sun"])
def test_reaching_for_the_matrix_changes_nothing_and_is_on_record(world, name):
    user, before = getattr(world, name), fields.matrix()
    cast.enter(user).post("/team/matrix/", {"field": "contacts.mobile", "role": user.role, "level": "5", "reason": "x"})
    assert fields.matrix() == before
    assert Entry.objects.filter(act="door.denied", actor=user.pk).count() == 1


def test_an_administrator_grants_herself_nothing(world):
    before = fields.matrix()
    browser = cast.enter(world.zhao)
    for role in ("admin", "auditor"):
        browser.post("/team/matrix/", {"field": "contacts.mobile", "role": role, "level": "5", "reason": "x"})
    browser.post(f"/team/{world.zhao.pk}/role/", {"role": "lead"})
    assert (fields.matrix(), User.objects.get(pk=world.zhao.pk).role) == (before, "admin")
    assert Entry.objects.filter(act="door.denied", actor=world.zhao.pk).count() == 2


def test_a_session_loses_with_the_role_and_the_account(world):
    browser, path = cast.enter(world.li), f"/contacts/{world.fang.pk}/"
    assert browser.get(f"{path}reveal/").status_code == 200
    people.set_role(user=world.li, role="auditor", by=world.zhao, at=house.NOON)
    assert [browser.get(page).status_code for page in (path, f"{path}reveal/", "/contacts/")] == [403] * 3
    people.set_role(user=User.objects.get(pk=world.li.pk), role="lead", by=world.zhao, at=house.NOON)
    assert browser.get(path).status_code == 200
    people.close_account(user=User.objects.get(pk=world.li.pk), by=world.zhao, at=house.NOON)
    assert browser.get(path).status_code == 302


def test_a_reveal_needs_the_second_factor_of_this_very_user(world):
    path, row = f"/contacts/{world.fang.pk}/reveal/", world.phones["mobile"].pk
    sent = {"phone": row, "action": "reveal_check"}
    assert cast.enter(world.li, verified=False).post(path, sent).status_code == 302
    borrowed = cast.enter(world.li, verified=False)
    session = borrowed.session
    session["otp_device_id"] = cast.enter(world.wu).session["otp_device_id"]
    session.save()
    assert borrowed.post(path, sent).status_code == 302
    assert CallAttempt.objects.count() == 0


def test_a_patched_form_opens_nobody_elses_number(world):
    browser, path = cast.enter(world.li), f"/contacts/{world.fang.pk}"
    theirs = Phone.objects.filter(contact=world.duan).first().pk
    assert browser.post(f"{path}/reveal/", {"phone": theirs, "action": "reveal_check"}).status_code == 403
    assert browser.post(f"{path}/call/{theirs}/").status_code == 403
    assert browser.post(f"{path}/reveal/", {"phone": world.phones["mobile"].pk, "action": "call"}).status_code == 400
    assert (CallAttempt.objects.count(), Contact.objects.count()) == (0, 2)


def test_no_answer_of_any_kind_may_be_kept_by_a_browser_or_a_proxy(world):
    browser, path = cast.enter(world.li), f"/contacts/{world.fang.pk}/"
    row = world.phones["mobile"].pk
    answers = [
        browser.get(page) for page in ("/", "/contacts/", path, "/nothing/", "/contacts/?x=1", "/retention/", "/import/")
    ]
    answers += [browser.post(f"{path}reveal/", {"phone": row, "action": "reveal_check"}), Client().get(path)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 400, 403, 200, 200, 302]
    assert {"no-store" in answer["Cache-Control"] for answer in answers} == {True}
    assert browser.post("/sign-out/")["Clear-Site-Data"] == '"cache", "storage"'


def test_a_level_taken_away_holds_for_the_next_request_of_a_running_session(world):
    browser, path = cast.enter(world.li), f"/contacts/{world.fang.pk}/reveal/"
    sent = {"phone": world.phones["mobile"].pk, "action": "reveal_check"}
    assert FANG.mobile[3:7] in browser.post(path, sent).content.decode()
    field = ProtectedField.objects.get(code="contacts.mobile")
    matrix.set_level(field=field, role="advisor", level=Level.MASKED, reason="x", by=world.zhao, at=house.NOON)
    answer = browser.post(path, sent)
    assert (answer.status_code, FANG.mobile[3:7] in answer.content.decode()) == (403, False)
