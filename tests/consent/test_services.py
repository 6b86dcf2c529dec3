"""Which purposes a service needs is a closed table; no notice makes a service depend on anything else (A8, PIPL 16)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import declaring, notices, register, services
from consent.actions import ACTIONS
from consent.drafting import drafts
from consent.drafting.drafts import TickDraft
from consent.models import NoticePurpose, NoticeVersion
from consent.models.notice import Basis
from consent.services import SERVICES
from tests import house

stories = pytest.mark.django_db(databases=["default", "vault"])
PAIRS = [(code, purpose) for code in SERVICES for purpose in register.BY_CODE]
NEEDED = [(code, purpose) for code, service in SERVICES.items() for purpose in service.necessary_purposes]
CONSENT = [code for code, row in register.BY_CODE.items() if Basis.CONSENT in row["bases"]]


def said(pairs, words="x"):
    return {language: {"services": [[*pair, words] for pair in pairs]} for language in ("zh", "en")}


def test_the_table_stands_and_every_action_is_of_the_one_service_that_needs_its_purpose():
    assert services.problems(SERVICES, register.BY_CODE) == []
    for action, known in ACTIONS.items():
        assert services.of_action(action) in services.ended_by([known.purpose])
    assert (services.of_action("sell"), services.needs("sell"), services.ended_by(["sell"])) == ("", frozenset(), [])


@pytest.mark.parametrize(
    ("code", "how", "problem"),
    [
        ("contract", {"necessary_purposes": ("service_notice", "phone_contact")}, "phone_contact: tied"),
        ("contract", {"necessary_purposes": ("service_notice", "partner_share")}, "contract: mixed"),
        ("messages", {"necessary_purposes": ("sms_info", "palm_reading")}, "palm_reading: no purpose"),
        ("messages", {"necessary_purposes": ()}, "messages: needs a purpose"),
        ("messages", {"actions": ("sms", "call")}, "call: of one service"),
        ("messages", {"actions": ()}, "sms: of one service"),
        ("messages", {"actions": ("sms", "sell")}, "sell: no action"),
        ("answers", {"necessary_purposes": ("partner_share",)}, "answers: phone_contact"),
    ],
)
def test_a_table_that_ties_a_service_to_what_it_does_not_need_would_be_seen(code, how, problem):
    assert problem in services.problems(dict(SERVICES) | {code: replace(SERVICES[code], **how)}, register.BY_CODE)


@given(stand=st.sets(st.sampled_from(sorted(register.BY_CODE))), gone=st.sets(st.sampled_from(CONSENT)))
def test_a_no_ends_what_needs_it_and_leaves_everything_else(stand, gone):
    """The table alone: over every set of purposes that stand, and every set of them that is taken back."""
    before, after = set(services.had_with(stand)), set(services.had_with(stand - gone))
    assert before - after == before & set(services.ended_by(gone & stand))
    assert {code for code in before if not services.needs(code) & gone} <= after


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_no_notice_makes_a_service_depend_on_a_purpose_that_it_does_not_need(pair):
    """Service × purpose, all of them: only what the table lists may be said, in both languages."""
    ours = [gap for gap in declaring.gaps(said([pair]), []) if "services" in gap]
    assert ours == ([] if pair in NEEDED else ["zh.services.unneeded", "en.services.unneeded"])


def test_a_code_that_nobody_knows_and_one_language_alone_are_refused():
    assert declaring.gaps(said([("horoscope", "sms_info")]), []) == ["zh.services.unknown", "en.services.unknown"]
    half = said([("messages", "sms_info")]) | {"en": {}}
    assert declaring.gaps(half, []) == ["zh.services.languages"]


@stories
def test_what_a_service_needs_is_published_shown_and_hashed_and_what_it_does_not_need_stops_the_notice(client):
    """The permitted first; then the same notice, in which the contract depends on the yes to calls."""
    home = house.build()
    assert notices.current().number == 1
    right = [["contract", "service_notice", "While it runs, we call about it"], ["messages", "sms_info", "No texts without"]]
    wrong = [*right, ["contract", "phone_contact", "No contract without a yes to calls"]]
    publish(home, right)
    whole = notices.current()
    ticks = list(NoticePurpose.objects.filter(version=whole))
    assert whole.content_hash == notices.content_hash(notices.hashed(whole.content, ticks))
    page = client.get(f"/n/event/v{whole.number}/", headers={"accept-language": "en"}).content.decode()
    first = client.get("/n/event/v1/", headers={"accept-language": "en"}).content.decode()
    assert [[word in text for word in ("services-list", "No texts without")] for text in (page, first)] == [
        [True, True],
        [False, False],
    ]
    with pytest.raises(drafts.DraftRefused, match="incomplete"):
        publish(home, wrong)
    stopped = NoticeVersion.objects.get(number=3)
    with pytest.raises(notices.NoticeRefused) as refused:
        notices.publish(version=stopped, by=house.BY, at=house.NOON)
    assert refused.value.missing == ["zh.services.unneeded", "en.services.unneeded"]
    assert notices.current().pk == whole.pk


def publish(home, rows):
    """The next version, with what services need, by two people."""
    row = drafts.start(code="event", by=home.chen, at=house.NOON)
    content = {language: words | {"services": rows} for language, words in row.content.items()}
    ticks = [TickDraft(*told, **notices.PROMISED.get(told[0], {})) for told in notices.TICKS]
    drafts.save(version_id=row.pk, content=content, ticks=ticks, by=home.chen, at=house.NOON)
    drafts.propose(version_id=row.pk, by=home.chen, at=house.NOON)
    row.refresh_from_db()
    how = {"materiality": "reconsent", "reason": "x", "address": "https://crm.example", "seen": drafts.digest(row)}
    drafts.publish(version_id=row.pk, **how, by=home.zhao, at=house.NOON)


@stories
def test_the_editor_keeps_what_a_service_needs_names_the_codes_and_says_what_is_wrong(client):
    home = house.build()
    client.force_login(home.chen, backend="django.contrib.auth.backends.ModelBackend")
    row = drafts.start(code="event", by=home.chen, at=house.NOON)
    form = client.get(f"/notices/{row.pk}/").context["form"]
    sent = {name: "" if (value := form[name].value()) in (None, False) else value for name in form.fields}
    for line in ("contract | service_notice | x", "contract | phone_contact | x"):
        assert client.post(f"/notices/{row.pk}/", sent | {"zh_services": line, "en_services": line}).status_code == 302
        row.refresh_from_db()
        assert row.content["zh"]["services"] == [line.split(" | ")]
        text = client.get(f"/notices/{row.pk}/", headers={"accept-language": "zh-hans"}).content.decode()
        told = ("<code>contract | service_notice</code>" in text, "不得以此为条件" in text)
        assert told == (True, "phone" in line)
