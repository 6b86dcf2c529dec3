"""Notices: published only when nothing is missing, hashed over every word, and then fixed for ever (B1, B2, B11)."""

import copy
import hashlib
import json

import pypdfium2
import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from audit.trail import System
from consent import notices, register
from consent.content.event_en import EVENT_EN
from consent.content.event_zh import EVENT_ZH
from consent.drafting import wording
from consent.models import NoticeCopy, NoticePurpose, NoticeVersion, Purpose
from tests import house

BY, AT = System("test"), house.NOON
WHOLE = json.loads(json.dumps({"zh": EVENT_ZH, "en": EVENT_EN}))
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
EMPTY = {str: "", list: [], dict: {}}


@pytest.fixture
def draft(db):
    """The next version of the seeded notice, complete but not published."""
    notices.seed(at=AT)
    seeded = notices.current()
    row = NoticeVersion.objects.create(notice=seeded.notice, number=2, content=copy.deepcopy(WHOLE), created_at=AT)
    purpose = Purpose.objects.get(pk="phone_contact")
    facts = {
        "purpose": purpose,
        "channel": "call",
        "order": 0,
        "tick_zh": "同意电话联系",
        "tick_en": "Call me",
        "valid_days": 365,
    }
    NoticePurpose.objects.create(version=row, **facts)
    return row


def refused(version):
    with pytest.raises(notices.NoticeRefused) as why:
        notices.publish(version=version, by=BY, at=AT)
    version.refresh_from_db()
    assert (version.published_at, version.content_hash) == (None, "")
    return why.value.missing


def test_a_whole_notice_is_published_with_an_entry_and_its_hash(draft):
    notices.publish(version=draft, by=BY, at=AT)
    stored = NoticeVersion.objects.get(pk=draft.pk)
    assert (stored.published_at, notices.content_hash(notices.shown(stored))) == (AT, stored.content_hash)
    assert Entry.objects.filter(act="notice.published", subject=draft.pk).count() == 1
    assert notices.current() == stored


@LANGUAGES
@pytest.mark.parametrize("item", notices.NEEDED)
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_no_notice_without(draft, language, item, how):
    if how == "absent":
        del draft.content[language][item]
    else:
        draft.content[language][item] = EMPTY[type(WHOLE[language][item])]
    draft.save()
    assert f"{language}.{item}" in refused(draft)
    assert notices.current().number == 1


@LANGUAGES
@pytest.mark.parametrize("item", ["name", "contact"])
def test_no_notice_without_whom_to_turn_to(draft, language, item):
    draft.content[language]["controller"][item] = ""
    assert refused(draft) == [f"{language}.controller.{item}"]


@LANGUAGES
def test_no_recipient_without_a_contact(draft, language):
    del draft.content[language]["share"][0]["contact"]
    assert refused(draft) == [f"{language}.share.contact"]


@LANGUAGES
def test_a_notice_that_shares_with_nobody_names_nobody(draft, language):
    del draft.content[language]["share"]
    notices.publish(version=draft, by=BY, at=AT)
    assert draft.published_at == AT


@LANGUAGES
def test_no_notice_with_fewer_than_ten_rights(draft, language):
    draft.content[language]["rights"] = draft.content[language]["rights"][:9]
    assert refused(draft) == [f"{language}.rights.ten"]


@LANGUAGES
def test_no_notice_in_one_language_only(draft, language):
    del draft.content[language]
    gaps = refused(draft)
    assert {gap.split(".")[0] for gap in gaps} == {language}
    assert len(gaps) == len(notices.NEEDED) + 3


def test_no_notice_without_a_purpose(draft):
    draft.purposes.all().delete()
    assert refused(draft) == ["purposes"]


def words(content):
    """Every place of the content where a word stands."""
    if isinstance(content, dict):
        return [(key, *rest) for key, value in content.items() for rest in words(value)]
    if isinstance(content, list):
        return [(place, *rest) for place, value in enumerate(content) for rest in words(value)]
    return [()]


def test_the_hash_covers_every_word():
    places = words(WHOLE)
    assert len(places) > 100
    seen = {notices.content_hash(WHOLE)}
    for place in places:
        changed = copy.deepcopy(WHOLE)
        spot = changed
        for step in place[:-1]:
            spot = spot[step]
        spot[place[-1]] += "."
        seen.add(notices.content_hash(changed))
    assert len(seen) == len(places) + 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tick_zh", "同意电话联系：别的"),
        ("tick_en", "Call me anyway"),
        ("valid_days", 3),
        ("recipient", "别人"),
        ("channel", "sms"),
        ("per_day", 1),
    ],
)
def test_the_hash_covers_every_word_of_a_tick_and_how_long_and_for_whom(draft, name, value):
    """Two versions that ask something else of people never have one hash."""
    notices.publish(version=draft, by=BY, at=AT)
    stored = NoticeVersion.objects.get(pk=draft.pk)
    ticks = list(stored.purposes.all())
    assert notices.content_hash(notices.hashed(stored.content, ticks[::-1])) == stored.content_hash
    setattr(ticks[0], name, value)
    assert notices.content_hash(notices.hashed(stored.content, ticks)) != stored.content_hash


def test_the_hash_is_that_of_canonical_json_and_of_nothing_else():
    shuffled = dict(reversed(WHOLE.items()))
    text = json.dumps(WHOLE, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert notices.content_hash(shuffled) == hashlib.sha256(text.encode()).hexdigest() == notices.content_hash(WHOLE)


@pytest.mark.parametrize("change", ["content", "content_hash", "published_at", "number"])
def test_what_was_published_is_what_stays(draft, change):
    notices.publish(version=draft, by=BY, at=AT)
    value = {"content": {}, "content_hash": "0" * 64, "published_at": None, "number": 9}[change]
    before = NoticeVersion.objects.filter(pk=draft.pk).values().get()
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeVersion.objects.filter(pk=draft.pk).update(**{change: value})
    assert NoticeVersion.objects.filter(pk=draft.pk).values().get() == before


def test_a_notice_is_not_published_twice(draft):
    notices.publish(version=draft, by=BY, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        notices.publish(version=draft, by=BY, at=AT)
    assert Entry.objects.filter(act="notice.published", subject=draft.pk).count() == 1


def test_the_seed_is_sown_once(db):
    for _n in range(2):
        notices.seed(at=AT)
    assert (NoticeVersion.objects.count(), Purpose.objects.count()) == (1, len(register.PURPOSES))
    assert notices.missing(notices.current().content) == []


ABROAD = {"country": "新加坡 / Singapore", "rights": "privacy@abroad.example"}


def abroad(draft, **changed):
    """The seeded recipient, moved abroad in both languages, with something changed or taken away."""
    for language in ("zh", "en"):
        row = draft.content[language]["share"][0] | ABROAD | changed
        draft.content[language]["share"][0] = {part: value for part, value in row.items() if value is not None}
    return draft


@pytest.mark.parametrize("part", ["name", "contact", "purpose", "method", "categories", "rights"])
@pytest.mark.parametrize("how", [None, "", " "])
def test_no_recipient_abroad_without_all_that_is_to_be_told_of_it(draft, part, how):
    """B8: whom, how to reach them, what for, how, which data, and how one's rights are had against them."""
    assert notices.missing(abroad(draft).content) == []
    assert refused(abroad(draft, **{part: how})) == [f"zh.share.{part}", f"en.share.{part}"]


def test_whoever_is_abroad_is_abroad_in_both_languages(draft):
    """B8: the reader of one language is not told less; the mainland by any of its names is none."""
    abroad(draft)
    del draft.content["en"]["share"][0]["country"]
    assert refused(draft) == ["en.share.country"]
    for word in ("中国", "Mainland China", " china ", ""):
        assert notices.missing(abroad(draft, country=word, rights="").content) == [], word
    for word in ("中国香港", "Hong Kong", "Taiwan"):
        assert notices.missing(abroad(draft, country=word, rights="").content) != [], word


def bare(text):
    """Without what a break of lines adds or takes."""
    return "".join(text.split())


def test_who_is_abroad_stands_on_the_notice_and_the_form_and_older_hashes_stay(draft):
    """B8, B11: hashed where it is said; a notice that says nothing of it has the hash it had."""
    before = notices.content_hash(WHOLE)
    notices.publish(version=abroad(draft), by=BY, at=AT)
    assert (before, draft.content_hash == before) == (notices.content_hash(WHOLE), False)
    for copy_ in NoticeCopy.objects.filter(version=draft):
        page, form = bytes(copy_.page).decode(), pypdfium2.PdfDocument(bytes(copy_.form))
        printed = "".join(sheet.get_textpage().get_text_bounded() for sheet in form)
        for value in ABROAD.values():
            assert (value in page, bare(value) in bare(printed)) == (True, True), copy_.language


def test_a_line_of_a_recipient_abroad_has_two_parts_more_or_none():
    """B8: as the form holds it, and back; half of it is refused."""
    row = WHOLE["en"]["share"][0]
    for stored in (row, row | ABROAD):
        assert wording.rows_of("share", wording.lines_of("share", [stored])) == [stored]
    with pytest.raises(wording.LineRefused) as why:
        wording.rows_of("share", "a | b | c | d | e | Singapore")
    assert (why.value.has, why.value.needs) == (6, 7)
