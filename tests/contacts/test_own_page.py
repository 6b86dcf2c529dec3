"""The person's own page: a number and a code, everything held, one tap to stop, a copy, a request (K1, K6, D1)."""

import json
import re

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from consent import gate
from consent.models import Consent, RightsRequest, SmsMessage
from consent.receipts import signed
from contacts import calling, erase, outcome, usage
from contacts.models import CallAttempt, Contact, OwnVisit
from contacts.own import entering
from tests import house
from tests.proofs.cast import enter
from vault import names, signing
from vault.masks import mask_number

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
PHRASE = "公司名写错了，应该是蓝安"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=True) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.DEMO = True  # the demo phone lets a test read what the person reads
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())
    return house.build()


def meet(home, number=house.WANG, *, event=None, channels=("call", "sms")):
    return house.arrive(event or home.event, number, channels=channels)[0].subject_id


def code_on(page):
    return re.search(r"\b\d{6}\b", page.split('class="screen"')[1])[0]


def opened(number=house.WANG):
    """A browser in which the person has entered their page."""
    phone = Client()
    page = phone.post("/me/", {"number": number}, follow=True).content.decode()
    assert phone.post("/me/code/", {"code": code_on(page)}).status_code == 302
    return phone


def read(phone, path="/me/"):
    """The page, without the token of its forms, which is random and may spell anybody's name."""
    return re.sub(r'(?<=csrfmiddlewaretoken" value=")[^"]*', "", phone.get(path).content.decode())


def acts(subject):
    return list(Entry.objects.filter(subject=subject, act__startswith="person.").order_by("seq").values_list("act", flat=True))


def test_with_number_and_code_a_person_sees_what_is_held_masked_and_the_trail_has_it(home):
    wang, far = meet(home), meet(home, event=home.far)
    meet(home, house.ZHOU)
    page = read(opened())
    assert page.count("138 **** 1234") == 2  # one record in each book
    assert ("王*" in page, "王小诺" in page, house.WANG in page, mask_number("8613900005678") in page) == (
        True,
        False,
        False,
        False,
    )
    assert (">fair<" in page, ">far<" in page) == (True, True)
    assert [acts(pk) for pk in (wang, far)] == [["person.signin"]] * 2


def test_a_wrong_code_opens_nothing_and_five_are_the_end(home):
    meet(home)
    phone = Client()
    right = code_on(phone.post("/me/", {"number": house.WANG}, follow=True).content.decode())
    wrong = "000000" if right != "000000" else "111111"
    answers = [phone.post("/me/code/", {"code": wrong}) for _n in range(5)]
    assert {answer.status_code for answer in answers} == {400}
    assert phone.post("/me/code/", {"code": right}).status_code == 400
    assert "王*" not in read(phone)
    assert Entry.objects.filter(act="person.signin").count() == 0


def test_the_page_closes_by_itself_and_by_the_button(home, clock):
    meet(home)
    phone, other = opened(), opened()
    assert phone.post("/me/leave/").status_code == 302
    assert ("王*" in read(phone), "王*" in read(other)) == (False, True)
    clock.shift(house.timedelta(minutes=15))
    assert "王*" not in read(other)
    assert {other.get(path).status_code for path in ("/me/copy/", "/me/copy.json")} == {302}
    entering.send_codes(at=LATER + house.timedelta(minutes=16))
    assert OwnVisit.objects.count() == 0


def test_get_changes_nothing_and_every_deed_wants_the_code(home):
    wang = meet(home)
    for path in ("/me/stop/", "/me/leave/", "/me/code/"):
        assert opened().get(path).status_code == 405
    stranger = Client()
    for path in ("/me/stop/", "/me/ask/"):
        assert stranger.post(path, {"kind": "erasure"}).headers["Location"] == "/me/"
    assert stranger.get(f"/me/receipt/{wang}-iso.json").status_code == 302
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


def peek(home, subject):
    counts = usage.of([subject], at=LATER)
    return gate.peek_many([subject], "call", by=home.li, at=LATER, usage=counts)[subject].reason


def test_one_tap_stops_one_purpose_and_the_gate_has_heard_it(home):
    wang, far = meet(home), meet(home, event=home.far)
    assert (peek(home, wang), wang in calling._candidates(home.li, LATER)) == ("allowed", True)
    phone = opened()
    phone.post("/me/stop/", {"only": "phone_contact/call"})
    assert peek(home, wang) == "withdrawn"
    told_ = {(c.subject_id, c.purpose_id): c.state for c in Consent.objects.all()}
    assert told_ == {
        (wang, "phone_contact"): "withdrawn",
        (wang, "sms_info"): "given",
        (far, "phone_contact"): "withdrawn",
        (far, "sms_info"): "given",
    }
    assert phone.post("/me/stop/", {"only": "phone_contact/fax"}).status_code == 400


def test_stop_everything_suppresses_the_number_and_the_page_says_so(home):
    wang = meet(home)
    phone = opened()
    phone.post("/me/stop/")
    page = read(phone)
    assert peek(home, wang) == "suppressed"
    assert "2026-03-02" in page and "您已于" in page
    assert (Contact.objects.get(pk=wang).delete_on - LATER).total_seconds() < 60


def test_a_receipt_is_there_at_once_and_only_for_ones_own_record(home):
    wang, zhou = meet(home), meet(home, house.ZHOU)
    phone = opened()
    phone.post("/me/stop/", {"only": "sms_info/sms"})
    answer = phone.get(f"/me/receipt/{wang}-iso.json")
    assert signed.check(answer.content).word == "genuine"
    assert b"ConsentWithdrawn" in answer.content
    assert phone.get(f"/me/receipt/{wang}.pdf").content[:5] == b"%PDF-"
    refused = {phone.get(path).status_code for path in (f"/me/receipt/{zhou}-iso.json", f"/me/receipt/{wang}-pdf.json")}
    assert refused == {404}


def test_who_used_the_number_is_told_by_role_and_not_by_name(home):
    wang = meet(home)
    row = CallAttempt.objects.create(
        subject_id=wang,
        phone_id=wang,
        user=home.li,
        decision=gate.ask(
            by=home.li, subject=wang, action="call", usage=usage.of([wang], at=LATER)[wang], in_book=True, may=True, at=LATER
        ),
        kind="reveal",
        at=LATER,
    )
    outcome.note(attempt=row, outcome="answered", later_on=None, by=home.li, at=LATER)
    page = read(opened())
    assert (str(home.li.get_role_display()) in page, str(row.get_kind_display()) in page) == (True, True)
    assert home.li.display_name not in page


def test_the_copy_has_everything_in_full_is_signed_and_is_on_record(home):
    wang = meet(home)
    phone = opened()
    told_ = json.loads(phone.get("/me/copy.json").content)
    assert (told_["records"][0]["held"], told_["records"][0]["numbers"][0]["number"]) == ({"name": "王小诺"}, f"86{house.WANG}")
    proof = told_.pop("proof")
    assert signing.receipts().verifier.line() == proof["key"]
    assert signed.sign(told_, signing.receipts())["proof"] == proof
    page = read(phone, "/me/copy/")
    assert ("王小诺" in page, "138 0000 1234" in page) == (True, True)
    assert acts(wang) == ["person.signin", "person.copy", "person.copy"]
    assert [step["after"] for step in told_["records"][0]["consents"][0]["events"]] == ["requested", "given"]


def test_a_request_is_taken_in_with_its_deadline_and_its_words_only_sealed(home):
    wang = meet(home)
    phone = opened()
    answer = phone.post("/me/ask/", {"kind": "correction", "words": PHRASE}, follow=True).content.decode()
    row = RightsRequest.objects.get()
    assert (row.kind, row.road, row.state, row.due_on.isoformat(), row.due_known) == (
        "correction", "own_page", "open", "2026-03-23", True,
    )  # fmt: skip
    assert (PHRASE in answer, PHRASE.encode() in bytes(row.words.blob)) == (True, False)
    assert acts(wang) == ["person.signin", "person.request"]
    refused = phone.post("/me/ask/", {"kind": "correction", "words": " "})
    assert (refused.status_code, RightsRequest.objects.count()) == (400, 1)
    unknown = phone.post("/me/ask/", {"kind": "everything", "words": "x"})
    assert (unknown.status_code, RightsRequest.objects.count()) == (400, 1)


def test_to_ask_for_deletion_stops_everything_now_and_the_sweep_closes_the_request(home):
    wang = meet(home)
    opened().post("/me/ask/", {"kind": "erasure", "words": ""})
    assert peek(home, wang) == "suppressed"
    erase.one(wang, by=house.BY, at=LATER)
    row = RightsRequest.objects.get()
    assert (row.state, row.decided_at, row.words, row.answer) == ("answered", LATER, None, None)


def test_somebody_who_left_finds_nothing_but_the_day_of_their_no(home):
    wang = meet(home)
    phone = opened()
    phone.post("/me/stop/")
    erase.one(wang, by=house.BY, at=LATER)
    page = read(phone)
    assert ("138 **** 1234" in page, "2026-03-02" in page) == (False, True)


def test_whoever_got_a_number_that_was_found_wrong_sees_nothing_of_who_had_it(home):
    wang = meet(home)
    row = CallAttempt.objects.create(
        subject_id=wang,
        phone_id=wang,
        user=home.li,
        decision=gate.ask(
            by=home.li, subject=wang, action="call", usage=usage.of([wang], at=LATER)[wang], in_book=True, may=True, at=LATER
        ),
        kind="dial",
        at=LATER,
    )
    row.phone_id = Contact.objects.get(pk=wang).phones.get().pk
    row.save()
    outcome.note(attempt=row, outcome="wrong_number", later_on=None, by=home.li, at=LATER)
    phone = Client()
    page = phone.post("/me/", {"number": house.WANG}, follow=True).content.decode()
    assert re.search(r"\b\d{6}\b", page.split('class="screen"')[1].split("</aside>")[0]) is None
    assert SmsMessage.objects.filter(template="own_page").count() == 0


def test_no_member_of_staff_enters_by_it_and_the_cookie_is_for_this_page_alone(home):
    meet(home)
    phone = Client()
    phone.post("/me/", {"number": house.WANG})
    cookie = phone.cookies["own"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/me/", True, "Strict")
    assert cookie.value not in OwnVisit.objects.get().token_hash
    assert "王*" not in read(enter(home.chen))


@pytest.mark.parametrize("number", ["", "12", "１３８００００１２３４x", "13800001234 13900005678", "x" * 500])
def test_what_is_no_number_gets_a_sentence_and_no_visit(home, number):
    answer = Client().post("/me/", {"number": number})
    assert (answer.status_code, OwnVisit.objects.count()) == (400, 0)
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("words", ["\u0000", "x" * 2000, "\u202e", "👍" * 1001])
def test_words_that_are_none_are_refused_and_nothing_is_taken_in(home, words):
    meet(home)
    phone = opened()
    assert phone.post("/me/ask/", {"kind": "complaint", "words": words}).status_code == 400
    assert RightsRequest.objects.count() == 0


def test_words_may_be_long_and_of_any_script(home):
    meet(home)
    phone, words = opened(), "请更正 • إلى اليسار • 😀\n第二行"
    phone.post("/me/ask/", {"kind": "complaint", "words": words})
    assert names.clean_note(words, 1000).splitlines()[1] in read(phone)
