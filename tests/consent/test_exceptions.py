"""Exceptions from notice: nobody makes one alone, and what an emergency put off is told afterwards by its day (B10, PIPL 18)."""

from datetime import date, timedelta

import pytest
import time_machine

from audit.models import Entry
from consent import exempting
from consent.exempting import ExceptionRefused, Said
from consent.models import NoticeException
from crm import second_eyes, today
from tests import house
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)
DAY, DUE = date(2026, 3, 2), date(2026, 3, 9)
FIRE = Said("emergency", "火灾后向救援单位提供电话", DAY, due_on=DUE)
SECRET = Said("secrecy", "配合可疑交易调查", DAY, statute="反洗钱法规")
SENT = {"ground": "emergency", "about": "火灾后向救援单位提供电话", "began_on": "2026-03-02", "due_on": "2026-03-09"}
OVERDUE = "紧急情况后逾期未告知"


@pytest.fixture
def home():
    with time_machine.travel(LATER, tick=False):
        yield house.build()


def tile(user, label, at):
    return [(row.count, row.tone) for row in today.tiles(user, at=at) if str(row.label) == label]


def test_one_enters_another_approves_and_the_people_are_told(home):
    chen, zhao = enter(home.chen), enter(home.zhao)
    assert "没有待处理的事项" in chen.get("/notices/exceptions/").content.decode()
    assert chen.post("/notices/exceptions/new/", SENT).headers["Location"] == "/notices/exceptions/"
    row = NoticeException.objects.get()
    path = f"/notices/exceptions/{row.pk}"
    pages = [browser.get("/notices/exceptions/").content.decode() for browser in (chen, zhao)]
    assert [f"{path}/decide/" in page for page in pages] == [False, True]
    assert [f"{path}/told/" in page for page in pages] == [True, False]
    assert zhao.post(f"{path}/decide/", {"answer": "yes"}).status_code == 302
    assert chen.post(f"{path}/told/", {"how": "call"}).status_code == 302
    row.refresh_from_db()
    assert (row.decision, row.decided_by, row.told, row.told_by) == ("approved", home.zhao, "call", home.chen)
    told = Entry.objects.filter(act__startswith="exception.").order_by("seq").values_list("act", "reason", "subject")
    assert list(told) == [
        ("exception.entered", "emergency", row.pk), ("exception.approved", "", row.pk), ("exception.told", "", row.pk),
    ]  # fmt: skip
    assert "已于 2026-03-02 以电话告知" in chen.get("/notices/exceptions/").content.decode()


def test_nobody_approves_their_own_and_what_was_decided_stays_decided(home):
    row = exempting.enter(FIRE, by=home.chen, at=LATER)
    for user, code in ((home.chen, "same_person"), (home.li, "role"), (home.sun, "role")):
        with pytest.raises(ExceptionRefused, match=code):
            exempting.decide(pk=row.pk, yes=True, by=user, at=LATER)
    page = enter(home.chen).post(f"/notices/exceptions/{row.pk}/decide/", {"answer": "yes"}, follow=True).content.decode()
    assert ("由您本人登记，须由他人决定" in page, NoticeException.objects.get().decision) == (True, "")
    exempting.decide(pk=row.pk, yes=False, by=home.zhao, at=LATER)
    with pytest.raises(ExceptionRefused, match="gone"):
        exempting.decide(pk=row.pk, yes=True, by=home.zhao, at=LATER)
    assert NoticeException.objects.get().decision == "refused"


@pytest.mark.parametrize("answer", [None, True, False])
def test_an_overdue_notice_stands_on_the_first_page_of_compliance_until_the_people_are_told(home, answer):
    """Whatever the second person said, or did not say: the people are owed it."""
    row = exempting.enter(FIRE, by=home.chen, at=LATER)
    exempting.enter(SECRET, by=home.chen, at=LATER)  # owes nothing afterwards
    if answer is not None:
        exempting.decide(pk=row.pk, yes=answer, by=home.zhao, at=LATER)
    last, after = LATER + timedelta(days=7), LATER + timedelta(days=8)
    assert [tile(home.chen, OVERDUE, at) for at in (last, after)] == [[], [(1, "bad")]]
    exempting.tell(pk=row.pk, how="public", by=home.chen, at=after)
    assert tile(home.chen, OVERDUE, after) == []
    with pytest.raises(ExceptionRefused, match="told"):
        exempting.tell(pk=row.pk, how="public", by=home.chen, at=after)


def test_what_waits_for_a_second_person_is_on_the_first_page_of_both(home):
    waiting = "待决定的告知例外"
    assert [str(row.label) for row in second_eyes.tiles(LATER)] == []
    row = exempting.enter(SECRET, by=home.chen, at=LATER)
    assert [tile(user, waiting, LATER) for user in (home.chen, home.zhao)] == [[(1, "warn")]] * 2
    exempting.decide(pk=row.pk, yes=True, by=home.zhao, at=LATER)
    assert [tile(user, waiting, LATER) for user in (home.chen, home.zhao)] == [[], []]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"ground": "convenience"}, "ground"),
        ({"due_on": None}, "ground"),
        ({"statute": "x"}, "ground"),
        ({"ground": "secrecy", "due_on": None}, "ground"),
        ({"about": ""}, "about"),
        ({"about": "打 021 5555 0123"}, "about"),
        ({"ground": "secrecy", "due_on": None, "statute": "反洗钱法 021 5555 0123"}, "statute"),
        ({"began_on": date(2026, 3, 3)}, "began"),
        ({"due_on": date(2026, 3, 1)}, "due"),
        ({"due_on": date(2026, 3, 24)}, "due"),
    ],
)
def test_what_is_no_exception_is_not_entered(home, how, code):
    told = vars(FIRE) | how
    with pytest.raises(ExceptionRefused, match=code):
        exempting.enter(Said(**told), by=home.chen, at=LATER)
    assert NoticeException.objects.count() == 0
    exempting.enter(Said(**(vars(FIRE) | {"due_on": date(2026, 3, 23)})), by=home.chen, at=LATER)
    assert NoticeException.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"ground": ""}, {"ground": "x"}, {"about": ""}, {"about": "打 13912345678"}, {"began_on": "x"}, {"began_on": ""},
        {"due_on": ""}, {"due_on": "2027-01-01"}, {"statute": "x"},
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_keeps_what_was_typed_and_enters_nothing(home, wrong):
    chen = enter(home.chen)
    answer = chen.post("/notices/exceptions/new/", SENT | wrong)
    page = answer.content.decode()
    assert (answer.status_code, 'class="error"' in page, "13912345678" in page) == (400, True, False)
    if "about" not in wrong:
        assert SENT["about"] in page
    assert NoticeException.objects.count() == 0
    row = exempting.enter(FIRE, by=home.chen, at=LATER)
    assert enter(home.zhao).post(f"/notices/exceptions/{row.pk}/decide/", {"answer": "perhaps"}).status_code == 400
    for how in ("", "by pigeon"):
        assert chen.post(f"/notices/exceptions/{row.pk}/told/", {"how": how}).status_code == 400
    row.refresh_from_db()
    assert (row.decision, row.told) == ("", "")


@pytest.mark.parametrize("field", ["about", "statute"])
def test_a_number_in_either_line_is_neither_kept_nor_sent_back(home, field):
    sent = {"ground": "secrecy", "about": "配合调查", "statute": "反洗钱法规", "began_on": "2026-03-02"} | {
        field: "电 021 5555 0123"
    }
    answer = enter(home.chen).post("/notices/exceptions/new/", sent)
    page = answer.content.decode()
    assert (answer.status_code, "5555" in page, "电 •••" in page, NoticeException.objects.count()) == (400, False, True, 0)


def test_what_is_sent_twice_is_entered_once_and_what_is_entered_again_later_is_another(home):
    chen = enter(home.chen)
    for _n in range(2):
        assert chen.post("/notices/exceptions/new/", SENT).status_code == 302
    assert (NoticeException.objects.count(), Entry.objects.filter(act="exception.entered").count()) == (1, 1)
    exempting.enter(FIRE, by=home.chen, at=LATER + timedelta(minutes=2))
    assert NoticeException.objects.count() == 2


def test_only_compliance_enters_and_tells_and_only_two_roles_look(home):
    row = exempting.enter(FIRE, by=home.chen, at=LATER)
    path = f"/notices/exceptions/{row.pk}"
    for user in (home.li, home.wu, home.sun):
        browser = enter(user)
        assert {browser.get("/notices/exceptions/").status_code, browser.post(f"{path}/decide/").status_code} == {403}
    zhao = enter(home.zhao)
    assert (zhao.get("/notices/exceptions/").status_code, zhao.get("/notices/exceptions/new/").status_code) == (200, 403)
    assert zhao.post(f"{path}/told/", {"how": "call"}).status_code == 403
    for deed in (
        lambda: exempting.enter(FIRE, by=home.zhao, at=LATER),
        lambda: exempting.tell(pk=row.pk, how="call", by=home.zhao, at=LATER),
    ):
        with pytest.raises(ExceptionRefused, match="role"):
            deed()


def test_the_list_costs_the_same_for_one_and_for_twenty(home, django_assert_num_queries):
    chen = enter(home.chen)
    exempting.enter(SECRET, by=home.chen, at=LATER)
    exempting.enter(FIRE, by=home.chen, at=LATER)
    page = chen.get("/notices/exceptions/").content.decode()
    assert page.index(FIRE.about) < page.index(SECRET.about)  # what has a day stands first
    with django_assert_num_queries(5):
        chen.get("/notices/exceptions/")
    for n in range(20):
        exempting.enter(FIRE, by=home.chen, at=LATER + timedelta(minutes=n + 2))
    with django_assert_num_queries(5):
        assert chen.get("/notices/exceptions/").content.decode().count(FIRE.about) > 20
