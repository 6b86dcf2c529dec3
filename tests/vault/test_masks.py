"""How much of a number or a name shows (law.md §5.1), and what a name is found by."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import names, phone
from vault.masks import COMPOUND, display_number, last4_mask, mask_name, mask_number

NUMBERS = [
    ("13812346207", "138 **** 6207", "138 1234 6207"),
    ("19912346207", "199 **** 6207", "199 1234 6207"),
    ("021-58881976", "021 **** 1976", "021 58881976"),
    ("010-65536666", "010 **** 6666", "010 65536666"),
    ("0512-65171234", "0512 **** 1234", "0512 65171234"),
    ("0731-88881234", "0731 **** 1234", "0731 88881234"),
    ("+852 9123 4567", "+852 91****67", "+85291234567"),
    ("+853 6612 3456", "+853 66****56", "+85366123456"),
    ("+886 912 345 678", "+886 91****678", "+886912345678"),
    ("+1 202-555-0143", "+12 **** 43", "+12025550143"),
    ("+65 8123 4567", "+65 **** 67", "+6581234567"),
    ("+44 7400 123456", "+44 **** 56", "+447400123456"),
]


@pytest.mark.parametrize(("written", "masked", "shown"), NUMBERS)
def test_each_kind_of_number_has_its_mask_and_its_way_of_being_read(written, masked, shown):
    digits = phone.normalise(written).digits
    assert (mask_number(digits), display_number(digits)) == (masked, shown)
    assert last4_mask(digits) == "*******" + digits[-4:]


E164 = st.one_of(
    st.from_regex(r"\A861[3-9][0-9]{9}\Z"),
    st.from_regex(r"\A86(10|2[0-57-9])[2-8][0-9]{7}\Z"),
    st.from_regex(r"\A86[3-9][0-9]{2}[2-8][0-9]{6,7}\Z"),
    st.from_regex(r"\A85[23][4-9][0-9]{7}\Z"),
    st.from_regex(r"\A8869[0-9]{8}\Z"),
    st.from_regex(r"\A(1|44|49|61|65|81)[2-9][0-9]{7,10}\Z"),
)


@given(E164)
def test_at_least_four_digits_of_any_number_are_hidden(digits):
    for mask in (mask_number(digits), last4_mask(digits)):
        shown = len(re.sub(r"\D", "", mask).removeprefix("0"))
        assert "****" in mask
        assert shown <= len(digits) - 4


@given(st.from_regex(r"\A861[3-9][0-9]{9}\Z"), st.text(alphabet="0123456789", min_size=4, max_size=4))
def test_what_is_hidden_does_not_change_the_mask(digits, other):
    changed = digits[:5] + other + digits[9:]
    assert mask_number(changed) == mask_number(digits)
    assert last4_mask(changed) == last4_mask(digits)


NAMES = [
    ("张伟", "张*"),
    ("王小诺", "王*"),
    ("欧阳静", "欧阳*"),
    ("司马相如", "司马*"),
    ("欧阳", "欧*"),
    ("古丽娜尔·阿不都拉", "古*"),
    ("Sarah Lim", "S*"),
    ("O'Brien", "O*"),
    ("李", "李*"),
    (" 张 伟 ", "张*"),
    ("𠮷野", "𠮷*"),
    ("", ""),
    ("   ", ""),
]


@pytest.mark.parametrize(("name", "masked"), NAMES)
def test_of_a_name_the_surname_shows(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize("surname", sorted(COMPOUND))
def test_a_compound_surname_shows_whole_and_the_rest_does_not(surname):
    assert mask_name(surname + "静") == surname + "*"


@given(st.text(min_size=3, max_size=60))
def test_the_mask_of_a_name_shows_two_characters_at_most(name):
    masked = mask_name(name)
    assert masked == "" or (masked[-1] == "*" and len(masked) <= 3 and name.strip().startswith(masked[:-1]))


def test_names_are_cleaned_and_bounded():
    assert names.clean_name("  王　小诺\u200b ") == "王 小诺"
    assert names.clean_name("é") == names.clean_name("é")
    assert names.clean_name("王" * 60) == "王" * 60


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u200b ", "empty"),
        ("王" * 61, "long"),
        ("王\0诺", "characters"),
        ("王\ud800", "characters"),
        ("a" + "\u0301" * 6, "marks"),
        ("王\n诺", "lines"),
        ("王\r诺", "lines"),
    ],
)
def test_what_is_no_name_is_refused_by_its_reason_and_never_repeated(text, code):
    with pytest.raises(names.TextRefused) as refused:
        names.clean_name(text)
    assert (refused.value.code, str(refused.value)) == (code, code)
    assert refused.value.sentence == names.PROBLEMS[code]


def test_a_note_keeps_its_lines_and_its_bound():
    assert names.clean_note(" 第一行 \n\n第二行 ") == "第一行\n\n第二行"
    with pytest.raises(names.TextRefused) as refused:
        names.clean_note("字" * 501)
    assert refused.value.code == "long"


def test_a_han_name_is_found_by_each_character_and_pair_a_latin_one_by_its_beginnings():
    assert names.tokens("王小诺") == {"=王小诺", "王", "小", "诺", "王小", "小诺"}
    assert names.tokens("Sarah Lim") == {"=sarahlim", "sa", "sar", "sara", "sarah", "li", "lim"}


@pytest.mark.parametrize("query", ["王", "小诺", "王小诺", "诺"])
def test_a_search_finds_the_name_it_is_part_of(query):
    assert names.query_tokens(query) <= names.tokens("王小诺")
    assert names.query_tokens(query) != set()


@given(st.text(alphabet="王小诺李欧阳静abcdeé ", min_size=1, max_size=20))
def test_every_name_is_found_by_itself(name):
    assert names.query_tokens(name) <= names.tokens(name)


@pytest.mark.parametrize("query", ["小王", "诺小", "李"])
def test_a_search_does_not_find_another_name(query):
    assert names.query_tokens(query) - names.tokens("王小诺") != set()
