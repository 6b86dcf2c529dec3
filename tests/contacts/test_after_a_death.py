"""After a death: nobody, or only this, decided alive; a near relative gets a named part on proof and within that (K5)."""

import json
from datetime import date

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from audit import trail
from audit.models import Entry
from consent import arranging, gate
from consent.arranging import ArrangementRefused, Decided
from consent.models import Consent, PriorArrangement, RelativeClaim, RightsRequest
from consent.requests import asking, deciding, relatives
from consent.requests.asking import RequestRefused
from consent.requests.relatives import Shown
from contacts import erase, usage
from contacts.models import Contact
from tests import house
from tests.contacts.test_own_page import opened, read
from tests.proofs.cast import enter
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
DAY = house.timedelta(days=1)
DIED = (house.NOON + 10 * DAY).date()
SEE, COPY, ERASE = frozenset({"may_see"}), frozenset({"may_see", "may_copy"}), frozenset({"may_erase"})
PROOF = {"relation": "child", "kinship": "notary", "death": "medical", "interest": "inheritance"}
SENT = {f"a-{name}": word for name, word in PROOF.items()} | {"a-died_on": DIED.isoformat(), "a-words": "已提供查阅"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.DEMO = True  # the demo phone lets a test read what the person reads
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())
    built = house.build()
    built.wang = house.arrive(built.event, house.WANG)[0].subject_id
    return built


def ask(home, at=LATER + 20 * DAY, kind="relative"):
    return asking.ask(subject=home.wang, kind=kind, words="父亲去世", road="letter", by=home.chen, at=at)


def shown(scope=SEE, died_on=DIED, **other):
    return Shown(scope=scope, died_on=died_on, **(PROOF | other))


def grant(home, row, told, at=LATER + 20 * DAY):
    return relatives.answer(request_id=row.pk, shown=told, words="已办理", by=home.chen, at=at)


def decide(home, decided, at=LATER):
    return arranging.decide([home.wang], decided, at=at)


def verdict(home, at):
    return gate.peek_many([home.wang], "call", by=home.li, at=at, usage=usage.of([home.wang], at=at))[home.wang].reason


def acts(home):
    told = Entry.objects.filter(subject=home.wang, act__in=["person.arranged", "relative.proved", "person.answered"])
    return list(told.order_by("seq").values_list("act", "reason"))


def test_two_taps_and_nobody_may_ask_and_two_more_take_it_back(home):
    phone = opened()
    assert ("您未作安排" in read(phone), 'href="/me/after/"' in read(phone)) == (True, True)
    assert 'value="nobody"' in read(phone, "/me/after/")
    assert phone.post("/me/after/", {"act": "nobody"}).headers["Location"] == "/me/"
    assert "您的安排：任何人都不得提出请求" in read(phone)
    assert 'value="nobody"' not in read(phone, "/me/after/")
    assert phone.post("/me/after/", {"act": "back"}).headers["Location"] == "/me/"
    assert "您未作安排" in read(phone)
    assert acts(home) == [("person.arranged", "nobody"), ("person.arranged", "taken_back")]
    row = PriorArrangement.objects.get()
    assert (row.nobody, row.made_at, row.ended_at) == (True, LATER, LATER)


def test_only_this_stands_in_every_record_in_both_languages_and_in_the_copy_and_whom_it_names_only_sealed(home):
    far = house.arrive(home.far, house.WANG)[0].subject_id
    phone = opened()
    sent = {"act": "some", "scope": ["may_see", "may_copy"], "who": "小女王芳"}
    assert phone.post("/me/after/", sent).headers["Location"] == "/me/"
    assert "您的安排：近亲属可以查阅 · 复制" in read(phone)
    page = read(phone, "/me/after/")
    assert ("小女王芳" in page, page.count("checked")) == (False, 2)
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "You decided: near relatives may see what is held · take a copy." in read(phone)
    rows = {row.subject_id: row for row in PriorArrangement.objects.all()}
    assert set(rows) == {home.wang, far}
    assert {"小女王芳".encode() in bytes(row.who.blob) for row in rows.values()} == {False}
    copy = json.loads(phone.get("/me/copy.json").content)["records"]
    assert [one["after_death"] for one in copy] == [
        [{"made": "2026-03-02T05:00:00Z", "ended": "", "may": ["may_see", "may_copy"], "who": "小女王芳"}]
    ] * 2
    assert "小女王芳" in read(phone, "/me/copy/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "some"},
        {"act": "some", "scope": "everything"},
        {"act": "some", "scope": "may_see", "who": "女儿 13912345678"},
        {"act": "some", "scope": "may_see", "who": "女儿 021-5555 0123"},
        {"act": "some", "scope": "may_see", "who": "x" * 200},
        {"act": "everybody"},
        {},
    ],
)
def test_what_is_no_decision_gets_a_sentence_and_changes_nothing(home, wrong):
    phone = opened()
    answer = phone.post("/me/after/", wrong)
    page = answer.content.decode()
    assert (answer.status_code, "13912345678" in page, "5555 0123" in page) == (400, False, False)
    assert PriorArrangement.objects.count() == 0
    phone.post("/me/after/", {"act": "some", "scope": "may_see", "who": "女儿"})
    assert PriorArrangement.objects.count() == 1


def test_a_second_machine_whose_clock_is_behind_changes_a_decision_all_the_same(home):
    decide(home, Decided())
    decide(home, None, at=LATER - house.timedelta(seconds=2))
    row = PriorArrangement.objects.get()
    assert (arranging.of([home.wang]), row.ended_at) == ({}, row.made_at)


def test_without_a_code_nobody_decides_for_somebody_else(home):
    assert Client().post("/me/after/", {"act": "nobody"}).headers["Location"] == "/me/"
    assert PriorArrangement.objects.count() == 0


@pytest.mark.parametrize(
    ("decided", "code"),
    [(Decided(frozenset({"may_sell"})), "scope"), (Decided(who="女儿"), "who"), (Decided(SEE, "21 5555 0123"), "number")],
)
def test_the_deed_refuses_what_the_form_would_not_send(home, decided, code):
    with pytest.raises(ArrangementRefused, match=code):
        decide(home, decided)
    assert PriorArrangement.objects.count() == 0


def test_on_proof_a_near_relative_gets_the_part_they_asked_for_and_it_is_on_record(home, clock):
    row = ask(home)
    clock.move_to(LATER + 20 * DAY)
    chen = enter(home.chen)
    page = chen.get(f"/requests/{row.pk}/").content.decode()
    assert ("没有安排：近亲属可依法提出请求" in page, "申请人自身的合法、正当利益" in page) == (True, True)
    answer = chen.post(f"/requests/{row.pk}/relative/", SENT | {"a-scope": ["may_see", "may_copy"]})
    assert answer.headers["Location"] == "/requests/"
    row.refresh_from_db()
    claim = RelativeClaim.objects.get()
    assert (row.state, row.decided_by, claim.looked_by, claim.died_on) == ("answered", home.chen, home.chen, DIED)
    assert (claim.may_see, claim.may_copy, claim.may_correct, claim.may_erase) == (True, True, False, False)
    assert acts(home) == [("relative.proved", ""), ("person.answered", "granted")]
    page = chen.get(f"/requests/{row.pk}/").content.decode()
    assert ("亲属关系公证书" in page, "死亡医学证明" in page, "查阅 · 复制" in page) == (True, True, True)
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}  # to see stops nothing


@pytest.mark.parametrize("lacking", ["relation", "kinship", "death", "interest", "died_on", "scope", "words"])
def test_nothing_is_granted_without_scope_proof_and_interest(home, clock, lacking):
    row = ask(home)
    clock.move_to(LATER + 20 * DAY)
    chen, sent = enter(home.chen), SENT | {"a-scope": "may_see"}
    answer = chen.post(f"/requests/{row.pk}/relative/", {k: v for k, v in sent.items() if k != f"a-{lacking}"})
    assert (answer.status_code, RightsRequest.objects.get().state, RelativeClaim.objects.count()) == (400, "open", 0)
    if lacking != "words":
        assert "已提供查阅" in answer.content.decode()  # what was typed stays
    assert chen.post(f"/requests/{row.pk}/relative/", sent).status_code == 302
    assert (RightsRequest.objects.get().state, RelativeClaim.objects.count()) == ("answered", 1)


def test_no_road_answers_a_near_relative_without_proof(home):
    row = ask(home)
    assert enter(home.chen).post(f"/requests/{row.pk}/answer/", {"a-words": "x"}).status_code == 404
    with pytest.raises(RequestRefused, match="proof"):
        deciding.answer(request_id=row.pk, words="x", by=home.chen, at=LATER)
    for wrong, code in (
        (shown(frozenset()), "scope"),
        (shown(frozenset({"may_sell"})), "scope"),
        (shown(kinship="a photograph"), "proof"),
        (shown(interest=""), "proof"),
        (shown(died_on=date(2027, 1, 1)), "day"),
    ):
        with pytest.raises(RequestRefused, match=code):
            grant(home, row, wrong)
    assert (RightsRequest.objects.get().state, RelativeClaim.objects.count()) == ("open", 0)
    with pytest.raises(RequestRefused, match="kind"):
        grant(home, ask(home, kind="access"), shown())
    grant(home, row, shown())
    with pytest.raises(RequestRefused, match="decided"):
        grant(home, row, shown())


def test_what_the_person_left_open_is_granted_and_what_they_closed_is_refused_with_a_sentence(home, clock):
    decide(home, Decided(COPY, "小女王芳"))
    row, other = ask(home), ask(home)
    clock.move_to(LATER + 20 * DAY)
    chen = enter(home.chen)
    page = chen.get(f"/requests/{row.pk}/").content.decode()
    assert ("查阅 · 复制" in page, "小女王芳" in page) == (True, True)
    assert chen.post(f"/requests/{row.pk}/relative/", SENT | {"a-scope": "may_copy"}).status_code == 302
    refused = chen.post(f"/requests/{other.pk}/relative/", SENT | {"a-scope": ["may_copy", "may_erase"]})
    assert (refused.status_code, "本人生前另有安排。请仅办理其允许的事项" in refused.content.decode()) == (400, True)
    assert [RightsRequest.objects.get(pk=one.pk).state for one in (row, other)] == ["answered", "open"]
    told = chen.post(f"/requests/{other.pk}/refuse/", {"r-ground": "arranged", "r-words": "另有安排"}, follow=True)
    assert "已决定。请告知该近亲属。" in told.content.decode()  # a relative has no page
    other.refresh_from_db()
    assert (other.state, other.ground) == ("refused", "arranged")


def test_nobody_means_nobody_and_the_database_says_so_too(home):
    decide(home, Decided())
    row, at = ask(home), LATER + 20 * DAY
    for scope in (SEE, COPY, ERASE, frozenset({"may_correct"})):
        with pytest.raises(RequestRefused, match="arranged"):
            grant(home, row, shown(scope))
    with pytest.raises(DatabaseError, match="decided otherwise"), transaction.atomic():
        trail.record("relative.proved", by=home.chen, at=at, subject=home.wang)
        told = PROOF | {"died_on": DIED, "may_see": True, "may_copy": False, "may_correct": False, "may_erase": False}
        RelativeClaim.objects.create(request=row, subject_id=home.wang, looked_by=home.chen, looked_at=at, **told)
    assert RelativeClaim.objects.count() == 0


def test_nobody_means_nobody_in_a_record_that_came_in_later_too(home):
    """The person decides with one record; another office of the house notes the same number; a relative asks there."""
    decide(home, Decided())
    home.wang = house.arrive(home.far, house.WANG, at=LATER + DAY)[0].subject_id
    row = ask(home)
    page = enter(home.chen).get(f"/requests/{row.pk}/").content.decode()
    with pytest.raises(RequestRefused, match="arranged"):
        grant(home, row, shown())
    with pytest.raises(DatabaseError, match="decided otherwise"), transaction.atomic():
        trail.record("relative.proved", by=home.chen, at=LATER + 20 * DAY, subject=home.wang)
        told = PROOF | {"died_on": DIED, "may_see": True, "may_copy": False, "may_correct": False, "may_erase": False}
        RelativeClaim.objects.create(request=row, subject_id=home.wang, looked_by=home.chen, looked_at=LATER + 20 * DAY, **told)
    assert ("任何人不得提出请求" in page, RelativeClaim.objects.count()) == (True, 0)


MIDNIGHT = house.NOON + 9 * DAY + house.timedelta(hours=12)  # the day of death begins, on the office's clock


@pytest.mark.parametrize(
    ("made", "ended", "stands"),
    [
        (LATER, None, True),
        (LATER, MIDNIGHT - house.timedelta(seconds=1), False),  # taken back alive
        (LATER, MIDNIGHT, True),  # on that day: the stricter reading
        (LATER, MIDNIGHT + 3 * DAY, True),  # by whoever held the telephone
        (MIDNIGHT + DAY - house.timedelta(seconds=1), None, True),
        (MIDNIGHT + DAY, None, False),  # the same, the other way
    ],
)
def test_what_stood_on_the_day_of_death_counts_and_nobody_takes_it_back_afterwards(home, made, ended, stands):
    """The deed and the database read the day alike, to the second, on the office's clock."""
    decide(home, Decided(), at=made)
    if ended:
        decide(home, None, at=ended)
    assert bool(arranging.on(home.wang, DIED)) == stands
    row, at = ask(home), LATER + 20 * DAY
    if not stands:
        grant(home, row, shown())
        assert RelativeClaim.objects.count() == 1
        return
    with pytest.raises(RequestRefused, match="arranged"):
        grant(home, row, shown())
    with pytest.raises(DatabaseError, match="decided otherwise"), transaction.atomic():
        trail.record("relative.proved", by=home.chen, at=at, subject=home.wang)
        told = PROOF | {"died_on": DIED, "may_see": True, "may_copy": False, "may_correct": False, "may_erase": False}
        RelativeClaim.objects.create(request=row, subject_id=home.wang, looked_by=home.chen, looked_at=at, **told)


def test_of_two_decisions_of_that_day_each_counts(home):
    decide(home, Decided(COPY), at=MIDNIGHT)
    decide(home, Decided(frozenset({"may_see", "may_erase"})), at=MIDNIGHT + DAY / 2)
    assert arranging.allowed(arranging.on(home.wang, DIED)) == SEE
    row = ask(home)
    with pytest.raises(RequestRefused, match="arranged"):
        grant(home, row, shown(ERASE))
    grant(home, row, shown(SEE))


def test_to_delete_stops_everything_at_once_and_the_day_of_leaving_is_today(home, clock):
    row, at = ask(home), LATER + 20 * DAY
    clock.move_to(at)
    assert verdict(home, at) == "allowed"
    assert enter(home.chen).post(f"/requests/{row.pk}/relative/", SENT | {"a-scope": "may_erase"}).status_code == 302
    assert (verdict(home, at), Contact.objects.get().delete_on <= at + house.timedelta(minutes=1)) == ("suppressed", True)


def test_who_leaves_takes_along_whom_they_named_and_what_they_decided_stays(home):
    decide(home, Decided(SEE, "小女王芳"))
    assert PriorArrangement.objects.get().who is not None
    erase.one(home.wang, by=house.BY, at=LATER)
    row = PriorArrangement.objects.get()
    assert (row.who, row.may_see, row.ended_at) == (None, True, None)


def test_only_compliance_grants_and_the_page_costs_the_same_for_one_decision_and_for_ten(home, django_assert_num_queries):
    row = ask(home, at=LATER)
    for user in (home.li, home.wu, home.zhao, home.sun):
        assert enter(user).post(f"/requests/{row.pk}/relative/", SENT).status_code == 403
    chen = enter(home.chen)
    decide(home, Decided(SEE, "小女王芳"))
    chen.get(f"/requests/{row.pk}/")
    with django_assert_num_queries(15):
        chen.get(f"/requests/{row.pk}/")
    for _n in range(9):
        decide(home, Decided(SEE, "小女王芳"))
    with django_assert_num_queries(15):
        assert chen.get(f"/requests/{row.pk}/").content.decode().count("小女王芳") == 10
    assert Entry.objects.filter(act="person.arranged", actor=home.wang).count() == 10
