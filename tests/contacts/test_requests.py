"""The desk for people's requests: clocks in working days, done or refused with a ground, a restriction at once (K1-K3)."""

import pytest
import time_machine
from django.utils import timezone

from audit.models import Entry
from audit.trail import Self_
from consent import chain, gate
from consent.models import Consent, ConsentEvent, RightsRequest
from consent.requests import asking, deciding
from consent.requests.asking import RequestRefused
from contacts import correcting, erase, hold, retention, search, sweep, usage
from contacts.models import Contact
from crm import today
from tests import house
from tests.proofs.cast import enter
from vault.opening import open_one

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
ANSWER = "已更正，谢谢您告诉我们"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home():
    built = house.build()
    built.wang = house.arrive(built.event, house.WANG, channels=("call", "sms"))[0].subject_id
    return built


def ask(home, kind="correction", words="公司名写错了", at=LATER, **more):
    return asking.ask(subject=home.wang, kind=kind, words=words, road="letter", by=Self_(home.wang), at=at, **more)


def states():
    return set(Consent.objects.values_list("state", flat=True))


def verdict(home, at=LATER):
    counts = usage.of([home.wang], at=at)
    return gate.peek_many([home.wang], "call", by=home.li, at=at, usage=counts)[home.wang].reason


def test_the_desk_shows_the_earliest_day_first_and_who_waits_too_long(home, clock):
    first, second = ask(home), ask(home, "complaint", at=LATER + house.timedelta(days=3))
    chen = enter(home.chen)
    page = chen.get("/requests/").content.decode()
    assert page.index(str(first.pk)) < page.index(str(second.pk))
    assert ("2026-03-23" in page, "还有 15 个工作日" in page, "已逾期" in page) == (True, True, False)
    clock.move_to(house.NOON + house.timedelta(days=22))
    assert "已逾期" in enter(home.chen).get("/requests/").content.decode()
    tile = next(tile for tile in today.tiles(home.chen, at=timezone.now()) if tile.url == "/requests/")
    assert (tile.count, tile.tone) == (2, "bad")


def test_an_answer_closes_it_reaches_the_person_and_is_on_record(home):
    row = ask(home)
    chen = enter(home.chen)
    page = chen.get(f"/requests/{row.pk}/").content.decode()
    assert ("公司名写错了" in page, "138 **** 1234" in page, "80000" in page) == (True, True, False)
    assert chen.post(f"/requests/{row.pk}/answer/", {"a-words": " "}).status_code == 400
    assert chen.post(f"/requests/{row.pk}/answer/", {"a-words": ANSWER}).headers["Location"] == "/requests/"
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decided_at) == ("answered", home.chen, LATER)
    assert ANSWER.encode() not in bytes(row.answer.blob)
    told = Entry.objects.filter(act__in=["person.request", "person.answered"]).order_by("seq")
    assert list(told.values_list("act", "reason", "subject")) == [
        ("person.request", "correction", home.wang),
        ("person.answered", "granted", home.wang),
    ]


def test_a_refusal_wants_a_ground_and_a_reason(home):
    row = ask(home, "erasure")
    chen, path = enter(home.chen), f"/requests/{row.pk}/refuse/"
    for sent in ({"r-words": "x"}, {"r-ground": "statute"}, {"r-ground": "because", "r-words": "x"}):
        assert chen.post(path, sent).status_code == 400
    assert RightsRequest.objects.get().state == "open"
    chen.post(path, {"r-ground": "statute", "r-words": "法律要求保存五年"})
    row.refresh_from_db()
    assert (row.state, row.ground) == ("refused", "statute")
    with pytest.raises(RequestRefused, match="decided"):
        deciding.answer(request_id=row.pk, words="x", by=home.chen, at=LATER)
    again = chen.post(f"/requests/{row.pk}/answer/", {"a-words": "x"}, follow=True).content.decode()
    assert "该请求已经处理过了" in again


def test_only_compliance_sees_the_desk_and_anybody_who_knows_the_person_may_note_a_request(home):
    row = ask(home)
    for user in (home.li, home.wu, home.zhao, home.sun):
        browser = enter(user)
        assert {browser.get(path).status_code for path in ("/requests/", f"/requests/{row.pk}/")} == {403}
    li, path = enter(home.li), f"/contacts/{home.wang}/request/"
    assert li.get(path).status_code == 200
    assert li.post(path, {"road": "spoken", "kind": "objection", "words": ""}).status_code == 302
    assert li.post(path, {"road": "own_page", "kind": "objection", "words": ""}).status_code == 400
    taken = RightsRequest.objects.get(kind="objection")
    assert (taken.taken_by, taken.road, taken.words) == (home.li, "spoken", None)
    assert enter(home.he).post(path, {"road": "spoken", "kind": "objection"}).status_code == 404


def test_a_restriction_rests_every_consent_at_once_and_a_refusal_gives_it_back_as_it_was(home):
    before = {row.pk: (row.given_at, row.valid_until, row.grade) for row in Consent.objects.all()}
    leaves = Contact.objects.get().delete_on
    row = ask(home, "restriction", "")
    retention.refresh([home.wang], at=LATER)
    assert (states(), verdict(home), Contact.objects.get().delete_on) == ({"suspended"}, "suspended", leaves)
    second = ask(home, "restriction", "")
    deciding.refuse(request_id=row.pk, ground="unfounded", words="x", by=home.chen, at=LATER)
    assert states() == {"suspended"}  # the other still asks
    deciding.refuse(request_id=second.pk, ground="unfounded", words="x", by=home.chen, at=LATER)
    assert (states(), verdict(home)) == ({"given"}, "allowed")
    assert {row.pk: (row.given_at, row.valid_until, row.grade) for row in Consent.objects.all()} == before
    for head in Consent.objects.all():
        events = list(ConsentEvent.objects.filter(consent=head).order_by("number"))
        assert [event.after for event in events] == ["requested", "given", "suspended", "given"]
        assert all(chain.event_hash(event) == event.event_hash for event in events)


def test_a_restriction_that_was_granted_stays_until_the_end_of_the_consent(home, clock):
    row = ask(home, "restriction", "")
    deciding.answer(request_id=row.pk, words=ANSWER, by=home.chen, at=LATER)
    assert states() == {"suspended"}
    later = LATER + house.timedelta(days=366)
    clock.move_to(later)
    sweep.run(by=house.BY, at=later)
    assert (states(), Contact.objects.count()) == ({"tombstone"}, 0)


def test_to_correct_seals_the_new_name_under_which_alone_the_person_is_found(home):
    row = ask(home)
    chen, path = enter(home.chen), f"/requests/{row.pk}/correct/"
    assert chen.post(path, {"name": "王小允", "company": "蓝安"}).headers["Location"] == f"/requests/{row.pk}/"
    contact = Contact.objects.get()
    assert (open_one(contact.name), open_one(contact.company)) == ("王小允", "蓝安")
    found = {name: len(search.find(name, by=home.li, at=LATER).people) for name in ("王小允", "王小诺")}
    assert found == {"王小允": 1, "王小诺": 0}
    entry = Entry.objects.filter(act="contact.changed", reason="correction").get()
    assert (entry.subject, entry.actor) == (home.wang, home.chen.pk)
    for name in ("\u0000", "x" * 200):
        assert chen.post(path, {"name": name}).status_code == 400
    assert open_one(Contact.objects.get().name) == "王小允"
    assert chen.post(path, {"name": ""}).status_code == 302
    assert correcting.correct(contact=contact, texts={"note": "x"}, by=home.chen, at=LATER) == ()


def test_who_leaves_takes_the_words_along_and_the_request_stays_with_its_dates(home):
    row = ask(home, "complaint")
    erase.one(home.wang, by=house.BY, at=LATER)
    row.refresh_from_db()
    assert (row.state, row.words, row.answer, row.kind) == ("gone", None, None, "complaint")
    page = enter(home.chen).get(f"/requests/{row.pk}/").content.decode()
    assert "此人的信息已删除" in page


def test_the_desk_costs_the_same_for_one_and_for_twenty(home, django_assert_num_queries):
    chen = enter(home.chen)
    ask(home)
    chen.get("/requests/")
    with django_assert_num_queries(14):  # the look itself is on record
        chen.get("/requests/")
    for _n in range(19):
        ask(home)
    with django_assert_num_queries(14):  # the look itself is on record
        assert chen.get("/requests/").content.decode().count("/requests/") > 20
    with pytest.raises(RequestRefused, match="many"):
        ask(home)


@pytest.mark.parametrize("kind", ["", "everything", "erasure\u0000"])
def test_an_unknown_kind_is_refused(home, kind):
    with pytest.raises(RequestRefused, match="kind"):
        ask(home, kind)


def test_a_number_in_somebodys_words_is_not_read_at_the_desk(home):
    row = ask(home, "complaint", "请打 13912345678 给我")
    page = enter(home.chen).get(f"/requests/{row.pk}/").content.decode()
    assert ("请打" in page, "13912345678" in page) == (True, False)


def test_what_a_case_needs_is_not_written_over(home):
    row, contact = ask(home), Contact.objects.get()
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=LATER.date(), by=home.chen, at=LATER)
    answer = enter(home.chen).post(f"/requests/{row.pk}/correct/", {"name": "王小允"})
    assert (answer.status_code, open_one(Contact.objects.get().name)) == (400, "王小诺")
