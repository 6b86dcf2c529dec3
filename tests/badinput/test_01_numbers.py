"""Section 1: phone text. Each row through the reader, the visitor's form and the advisor's quick note."""

from datetime import timedelta

import pytest
from django.utils import translation

from consent import rules
from consent.models import Consent, ConsentEvent, Handle
from contacts import sweep, withdrawal
from contacts.models import Contact, Phone
from tests import house
from tests.badinput.doors import DIGITS, enter, flashes, note, sentences, stored, visit
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NOBODY_YET = True
ALL = ["default", "vault"]
PLAIN = "13912345678"
MAINLAND = "86" + PLAIN


def other_digits(zero, text=PLAIN):
    """The number in the ten digits that begin at this character."""
    return "".join(chr(ord(zero) + int(digit)) for digit in text)


def spelt(alphabet, text=PLAIN):
    return "".join(alphabet[int(digit)] for digit in text)


# row, text, E.164 digits, notes
ACCEPTED = [
    ("1-plain", PLAIN, MAINLAND, ()),
    ("2-plus-dashes", "+86 139-1234-5678", MAINLAND, ()),
    ("2-double-zero", "0086" + PLAIN, MAINLAND, ()),
    ("2-bare-country", "86" + PLAIN, MAINLAND, ()),
    ("2-tel", "tel:+86-139-1234-5678", MAINLAND, ("stripped_marker",)),
    ("3-full-width", other_digits("0"), MAINLAND, ()),
    ("3-full-width-country", "+" + other_digits("0", MAINLAND), MAINLAND, ()),
    ("4-arabic-indic", other_digits("٠"), MAINLAND, ("converted_digits",)),
    ("4-devanagari", other_digits("०"), MAINLAND, ("converted_digits",)),
    ("5-math-bold", other_digits("𝟎"), MAINLAND, ()),
    ("8-nbsp", "139\u00a01234\u00a05678", MAINLAND, ()),
    ("8-ideographic-space", "139\u30001234\u30005678", MAINLAND, ()),
    ("8-hyphen", "139\u20101234\u20105678", MAINLAND, ()),
    ("8-em-dash", "139—1234—5678", MAINLAND, ()),
    ("8-minus", "139−1234−5678", MAINLAND, ()),
    ("9-zero-width-space", "139\u200b12345678", MAINLAND, ()),
    ("9-rlm", "\u200f" + PLAIN, MAINLAND, ()),
    ("11-emoji", "📱" + PLAIN, MAINLAND, ()),
    ("12-keycaps", "".join(digit + "\ufe0f\u20e3" for digit in PLAIN), MAINLAND, ()),
    ("19-equals", "=" + PLAIN, MAINLAND, ("stripped_marker",)),
    ("19-apostrophe", "'" + PLAIN, MAINLAND, ("stripped_marker",)),
    ("19-quotes", f'"{PLAIN}"', MAINLAND, ("stripped_marker",)),
    ("19-equals-quotes", f'="{PLAIN}"', MAINLAND, ("stripped_marker",)),
    ("21-float", PLAIN + ".0", MAINLAND, ("stripped_marker",)),
    ("23-mobile-extension", PLAIN + "转802", MAINLAND, ("extension",)),
    ("23-mobile-comma", PLAIN + ",802", MAINLAND, ("extension",)),
    ("26-virtual-170", "17012345678", "8617012345678", ("virtual_operator",)),
    ("26-virtual-171", "17112345678", "8617112345678", ("virtual_operator",)),
    ("26-virtual-162", "16212345678", "8616212345678", ("virtual_operator",)),
    ("30-hong-kong", "+852 9123 4567", "85291234567", ("cross_border",)),
    ("30-macau", "+853 6612 3456", "85366123456", ("cross_border",)),
    ("30-taiwan", "+886 912 345 678", "886912345678", ("cross_border",)),
    ("30-double-zero", "00852 91234567", "85291234567", ("cross_border",)),
    ("37-newline", PLAIN + "\n\t", MAINLAND, ()),
]

# row, text, problem, what the field proposes
ASKED = [
    ("6-circled", spelt("⓪①②③④⑤⑥⑦⑧⑨"), None),
    ("6-superscript", spelt("⁰¹²³⁴⁵⁶⁷⁸⁹"), None),
    ("7-numerals", spelt("零一二三四五六七八九"), "numerals"),
    ("7-numerals-spoken", spelt("〇幺二三四五六七八九"), "numerals"),
    ("7-numerals-formal", spelt("零壹贰叁肆伍陆柒捌玖"), "numerals"),
    ("17-letter-o", "1391234567O", "letter_o"),
]

# row, text, problem
REFUSED = [
    ("13-nul", "139\x0012345678", "characters"),
    ("14-letters", "1391234ABCD", "characters"),
    ("15-flowers", "1-800-FLOWERS", "characters"),
    ("18-mangled", "+13912345678", "country"),
    ("19-two-markers", "''" + PLAIN, "characters"),
    ("22-slash", "13912345678/13812345678", None),
    ("22-comma", "13912345678、13812345678", None),
    ("22-three", "13912345678/13812345678/13712345678", "many"),
    ("24-ten", "1391234567", "length"),
    ("24-twelve", "139123456789", "length"),
    ("24-ten-country", "+86 1391234567", "length"),
    ("25-prefix", "12112345678", "prefix"),
    ("27-device", "1064812345678", "machine"),
    ("28-110", "110", "service"),
    ("28-10086", "10086", "service"),
    ("28-95588", "95588", "service"),
    ("28-400", "400-123-4567", "service"),
    ("29-area", "62345678", "area"),
    ("34-empty", "", "empty"),
    ("34-spaces", " \u3000 ", "empty"),
    ("35-300", "1" * 300, "long"),
    ("35-200000", "1" * 200_000, "long"),
    ("36-tag", f"<b>{PLAIN}</b>", "characters"),
    ("36-sql", "' OR 1=1", "characters"),
    ("36-path", "../../" + PLAIN, "characters"),
    ("36-template", "{{7*7}}" + PLAIN, "characters"),
]


def rows(table):
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.mark.parametrize(("text", "digits", "notes"), rows(ACCEPTED))
def test_the_reader_takes(text, digits, notes):
    reading = phone.read(text)
    assert (reading.problem, [n.digits for n in reading.numbers], reading.notes, reading.proposal) == (
        None,
        [digits],
        notes,
        "",
    )


@pytest.mark.parametrize(("text", "digits", "notes"), rows(ACCEPTED))
def test_both_doors_take(home, text, digits, notes):
    assert visit(enter(), home.event, text).status_code == 302
    assert note(enter(home.he), home.far, text).status_code == 302
    assert Contact.objects.count() == 2
    assert len({bytes(mark) for mark in Handle.objects.values_list("fingerprint", flat=True)}) == 1


@pytest.mark.parametrize(("text", "problem"), rows(ASKED))
def test_the_reader_asks(text, problem):
    reading = phone.read(text)
    assert (reading.problem, phone.read(reading.proposal).problem) == (problem, None)
    assert reading.proposal not in repr(reading)


@pytest.mark.parametrize(("text", "problem"), rows(ASKED))
@pytest.mark.parametrize("door", ["visitor", "quick"])
def test_both_doors_ask_and_take_the_answer(home, door, text, problem, caplog):
    browser = enter(home.li if door == "quick" else None)
    send = (lambda number: note(browser, home.event, number)) if door == "quick" else lambda n: visit(browser, home.event, n)
    before = stored()
    asked = send(text)
    assert (asked.status_code, stored()) == (400, before)
    assert str(phone.PROPOSED) in sentences(asked)
    proposed = asked.context["form"]["number"].value()
    assert (len(proposed), proposed[:10]) == (11, PLAIN[:10])
    assert DIGITS.findall(" ".join(sentences(asked)) + caplog.text) == []
    assert (send(proposed).status_code, Contact.objects.count()) == (302, 1)


@pytest.mark.parametrize(("text", "problem"), rows(REFUSED))
def test_the_reader_refuses(text, problem):
    reading = phone.read(text)
    assert (reading.problem, len(reading.numbers)) == (problem, 0 if problem else 2)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("text", "problem"), rows(REFUSED))
def test_both_doors_refuse_with_a_sentence_and_store_nothing(home, text, problem, language, caplog):
    before = stored()
    visitor, advisor = enter(), enter(home.li)
    for browser in (visitor, advisor):
        browser.cookies["django_language"] = language
    for answer in (visit(visitor, home.event, text), note(advisor, home.event, text)):
        said = sentences(answer)
        assert (answer.status_code, len(said) > 0, stored()) == (400, True, before)
        assert DIGITS.findall(" ".join(said) + caplog.text) == []
        assert all(sentence.isascii() == (language == "en") for sentence in said)


@pytest.mark.parametrize(("text", "count"), [("1391234567", 10), ("139123456789", 12)], ids=["24-ten", "24-twelve"])
def test_a_wrong_length_is_counted(text, count):
    with translation.override("en"):
        assert phone.read(text).sentence == f"A mainland mobile number has 11 digits; this one has {count}."


def test_18_a_number_of_the_united_states_has_a_way_in():
    reading = phone.read("0013305551234")
    assert ([n.region for n in reading.numbers], reading.notes) == (["US"], ("cross_border",))


@pytest.mark.parametrize(
    ("text", "note_"),
    [
        pytest.param(other_digits("٠"), "converted_digits", id="4-arabic-indic"),
        pytest.param("=" + PLAIN, "stripped_marker", id="19-equals"),
        pytest.param(PLAIN + "转802", "extension", id="23-extension"),
        pytest.param("17012345678", "virtual_operator", id="26-virtual"),
        pytest.param("+852 9123 4567", "cross_border", id="30-hong-kong"),
    ],
)
def test_what_was_changed_or_is_unusual_is_said(home, text, note_):
    assert str(phone.NOTES[note_]) in flashes(note(enter(home.li), home.event, text))


def test_30_the_border_is_noted_on_the_number(home):
    note(enter(home.li), home.event, "+852 9123 4567")
    note(enter(home.li), home.event, PLAIN)
    assert sorted(Phone.objects.values_list("cross_border", flat=True)) == [False, True]


def test_39_a_number_on_the_refusal_list_looks_like_any_other(home):
    sent, _receipt = house.arrive(home.far, house.ZHOU)
    withdrawal.withdraw(subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=house.BY, at=house.NOON)
    answers = [visit(enter(), home.event, number) for number in (house.ZHOU, house.QIAN)]
    assert [(answer.status_code, len(answer.url), flashes(answer)) for answer in answers][0] == (302, len(answers[1].url), [])
    sent, _receipt = house.arrive(home.far, "13700002222")
    withdrawal.withdraw(subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=house.BY, at=house.NOON)
    numbers = ("13700002222", "13700003333")
    said = [(a.status_code, a.url, flashes(a)) for a in (note(enter(home.li), home.event, n) for n in numbers)]
    assert said[0] == said[1]
    assert said[0][:2] == (302, "/contacts/new/")


def test_40_a_number_in_somebody_elses_book_looks_like_any_other(home):
    house.arrive(home.far, house.WANG)
    said = [(a.status_code, a.url, flashes(a)) for a in (note(enter(home.li), home.event, n) for n in (house.WANG, house.QIAN))]
    assert said[0] == said[1]
    assert Contact.objects.filter(book=home.event.book).count() == 2


def test_42_withdrawn_and_given_again_begins_a_new_chain_and_keeps_the_old(home):
    first, _receipt = house.arrive(home.event, house.WANG)
    later = house.NOON + timedelta(days=1)
    withdrawal.withdraw(subject=first.subject_id, scope=None, method="link", reason="withdrawal", by=house.BY, at=later)
    sweep.run(by=house.BY, at=later + timedelta(hours=1))
    assert Contact.objects.count() == 0
    old = list(
        ConsentEvent.objects.filter(consent__subject=first.subject_id).order_by("number").values_list("event_hash", flat=True)
    )
    second, _receipt = house.arrive(home.event, house.WANG, at=later + timedelta(days=1))
    assert second.subject_id != first.subject_id
    kept = (
        ConsentEvent.objects.filter(consent__subject=first.subject_id).order_by("number").values_list("event_hash", flat=True)
    )
    assert (len(old) > 2, list(kept)) == (True, old)
    heads = Consent.objects.filter(subject=second.subject_id)
    assert [head.state for head in heads] == ["given"] and heads[0].state in rules.LIVE
    assert heads[0].grade == "A"


def test_44_the_same_number_twice_in_one_form_is_one_record(home):
    client = enter()
    token = client.get(f"/e/{home.event.code}/").context["form"].initial["token"]
    assert visit(client, home.event, f"{PLAIN}/{PLAIN}", token=token).status_code == 302
    assert (Contact.objects.count(), Phone.objects.count()) == (1, 1)


def test_44_the_same_number_in_two_forms_is_one_record(home):
    for text in (PLAIN, "+86 139 1234 5678"):
        assert visit(enter(), home.event, text).status_code == 302
    assert note(enter(home.li), home.event, PLAIN).status_code == 302
    assert (Contact.objects.count(), Phone.objects.count()) == (1, 1)


def test_45_somebody_elses_number_is_stopped_with_one_tap_and_shows_nothing(home):
    sent, receipt = house.arrive(home.event, house.WANG)
    page = enter().get(f"/w/{receipt.stop_token}/").content.decode()
    assert ("王小诺" in page, "1234" in page, "0000" in page) == (False, False, False)
    assert enter().post(f"/w/{receipt.stop_token}/").status_code == 302
    assert set(Consent.objects.filter(subject=sent.subject_id).values_list("state", flat=True)) == {"withdrawn"}
