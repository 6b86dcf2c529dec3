"""What a role may see: the matrix, its changes, and the cap while a pledge is lapsed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from team import fields, matrix, people
from team.fields import Level
from team.models import LevelChange, Pledge, ProtectedField, Role
from tests.team.cast import AT, again, entered, hire

pytestmark = pytest.mark.django_db
MOBILE = "contacts.mobile"


def change(by, role="advisor", level=Level.MASKED, reason="too many reveals"):
    field = ProtectedField.objects.get(pk=MOBILE)
    matrix.set_level(field=field, role=role, level=level, reason=reason, by=by, at=AT)


def test_the_office_starts_with_admin_and_auditor_reading_nothing():
    li, zhao, sun = hire("li", "advisor"), hire("zhao", "admin"), hire("sun", "auditor")
    assert fields.levels_of(li, at=AT)[MOBILE] == Level.REVEAL
    assert dict(fields.levels_of(zhao, at=AT)) == {}
    assert dict(fields.levels_of(sun, at=AT)) == {}


def test_a_field_nobody_granted_is_hidden():
    assert fields.levels_of(hire("li", "advisor"), at=AT)["contacts.shoe_size"] == Level.HIDDEN


def test_each_role_holds_at_most_one_level_of_a_field():
    zhao, li = hire("zhao", "admin"), hire("li", "advisor")
    for level in Level:
        change(zhao, level=level)
        assert fields.levels_of(again(li), at=AT)[MOBILE] == level


def test_levels_cost_two_queries_once_a_request():
    li = hire("li", "advisor")
    with CaptureQueriesContext(connection) as asked:
        fields.levels_of(li, at=AT)
        fields.levels_of(li, at=AT)
    assert len(asked) == 2


@pytest.mark.parametrize("kind", Pledge.Kind.values)
def test_a_lapsed_pledge_leaves_masks_and_signing_again_gives_sight_back(kind):
    li = hire("li", "advisor")
    later = AT + timedelta(days=people.PLEDGE_DAYS)
    other = next(code for code in Pledge.Kind.values if code != kind)
    people.sign_pledge(user=li, kind=other, at=AT)
    assert fields.levels_of(again(li), at=AT)[MOBILE] == Level.REVEAL
    capped = fields.levels_of(again(li), at=later - timedelta(hours=1))
    assert {capped[code] for code in capped} <= {Level.LAST4, Level.MASKED}
    people.sign_pledge(user=li, kind=kind, at=later - timedelta(hours=2))
    assert fields.levels_of(again(li), at=later - timedelta(hours=1))[MOBILE] == Level.REVEAL


def test_a_new_colleague_without_pledges_sees_masks():
    he = hire("he", "advisor", pledged=False)
    assert fields.levels_of(he, at=AT)[MOBILE] == Level.MASKED


def test_a_closed_account_sees_nothing():
    zhao, li = hire("zhao", "admin"), hire("li", "advisor")
    people.close_account(user=li, by=zhao, at=AT)
    assert dict(fields.levels_of(again(li), at=AT)) == {}


@pytest.mark.parametrize("role", ["advisor", "lead", "compliance", "auditor"])
def test_only_an_admin_changes_the_matrix(role):
    with pytest.raises(matrix.MatrixRefused):
        change(hire("somebody", role))
    assert LevelChange.objects.count() == 0


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_no_reason_and_no_reader_is_refused_and_changes_nothing(role):
    zhao = hire("zhao", "admin")
    before, entries = fields.matrix(), Entry.objects.count()
    for refused in ({"reason": "  "}, {"role": role, "level": Level.MASKED}):
        with pytest.raises(matrix.MatrixRefused):
            change(zhao, **refused)
    assert (fields.matrix(), Entry.objects.count(), LevelChange.objects.count()) == (before, entries, 0)


def test_a_change_is_kept_with_its_reason_and_in_the_trail():
    zhao = hire("zhao", "admin")
    change(zhao)
    kept = LevelChange.objects.get()
    assert (kept.role, kept.before, kept.after, kept.reason) == ("advisor", 4, 2, "too many reveals")
    assert Entry.objects.filter(act="matrix.changed").count() == 1


def test_a_changed_cell_holds_from_the_next_request_of_somebody_signed_in():
    zhao, li = hire("zhao", "admin"), hire("li", "advisor")
    admin = entered(zhao)
    assert fields.levels_of(again(li), at=AT)[MOBILE] == Level.REVEAL
    sent = {"field": MOBILE, "role": "advisor", "level": "1", "reason": "campaign is over"}
    assert admin.post("/team/matrix/", sent).status_code == 302
    assert fields.levels_of(again(li), at=AT)[MOBILE] == Level.LAST4
    page = admin.get("/team/matrix/").content.decode()
    assert page.count("campaign is over") == 1


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("compliance", 200), ("auditor", 200), ("advisor", 403)])
def test_who_may_read_the_matrix_page(role, status):
    browser = entered(hire("somebody", role))
    page = browser.get("/team/matrix/")
    assert page.status_code == status
    assert b'name="level"' not in page.content


def test_a_sent_change_by_somebody_else_changes_nothing():
    before = fields.matrix()
    browser = entered(hire("chen", "compliance"))
    browser.post("/team/matrix/", {"field": MOBILE, "role": "compliance", "level": "5", "reason": "please"})
    assert fields.matrix() == before


def test_the_matrix_names_every_role():
    assert sorted(fields.matrix()) == sorted(Role.values)
