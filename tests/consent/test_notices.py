"""Notices: published only when nothing is missing, hashed over every word, and then fixed for ever (B1, B2, B11)."""

import copy
import hashlib
import json

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from audit.trail import System
from consent import notices, register
from consent.content.event_en import EVENT_EN
from consent.content.event_zh import EVENT_ZH
from consent.models import NoticePurpose, NoticeVersion, Purpose
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
    assert (stored.published_at, notices.content_hash(stored.content)) == (AT, stored.content_hash)
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
