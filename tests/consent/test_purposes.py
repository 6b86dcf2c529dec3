"""The closed register: what it does not list is refused, whatever was agreed to (A2, A9); sensitive data has its block (B7)."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from consent import actions, declaring, gate, notices, register, rules
from consent.actions import ACTIONS
from consent.drafting import drafts
from consent.drafting.drafts import TickDraft
from consent.models import NoticeVersion, Purpose
from consent.models.notice import Basis
from consent.rules import Facts
from tests import house

stories = pytest.mark.django_db(databases=["default", "vault"])
WORDS = st.sampled_from([*register.CATEGORIES, *register.OPERATIONS, *Basis.values, "", "palm_print"])
LISTS = st.lists(WORDS, max_size=6)
SERVICE = ["service_notice", "contract", "在合同存续期间通知您合同的变更"]


def open_to_everything(action="call", **how):
    """Facts to which the rules of before said yes: only what the register lists is left to decide."""
    known = ACTIONS[action]
    facts = Facts(action, known.timed, 1, 12, "given", "A", "A", 9, suppressed=False, erased=False, given_form="written")
    facts = replace(facts, active_staff=True, fit_staff=True, may=True, in_book=True, client=True, declared=True)
    return replace(facts, operation=known.operation, touches=known.touches, basis=known.basis, **how)


@given(
    action=st.sampled_from([name for name in ACTIONS if name != "invite"]), keep=st.tuples(*[st.booleans()] * 2), data=st.data()
)
def test_the_decision_point_denies_every_basis_operation_and_category_that_is_not_listed(action, keep, data):
    """A2, A9: allowed if and only if the register lists the basis, the operation and each category touched."""
    known = ACTIONS[action]
    touches = data.draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    bases = data.draw(LISTS) + [known.basis] * keep[0]
    operations = data.draw(LISTS) + [known.operation] * keep[1]
    categories = data.draw(LISTS) + data.draw(st.lists(st.sampled_from(touches), min_size=len(touches) - 1, unique=True))
    facts = replace(open_to_everything(action, bases=bases, operations=operations, categories=categories), touches=touches)
    listed = known.basis in bases and known.operation in operations and set(touches) <= set(categories)
    assert rules.decide(facts).allowed is listed
    if not listed:
        reasons = {"basis_not_allowed", "operation_not_listed", "category_not_listed"}
        assert rules.decide(facts).reason in reasons


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_does_what_the_register_lists_of_its_purpose_and_no_more(action):
    """A2: an action names purpose, channel, operation, categories and basis, and its purpose lists all of them."""
    known, row = ACTIONS[action], register.BY_CODE[ACTIONS[action].purpose]
    assert (known.operation in row["operations"], known.channel in row["channels"]) == (True, True)
    assert (known.basis in row["bases"], bool(known.touches), set(known.touches) <= set(row["categories"])) == (True,) * 3


def test_the_register_speaks_in_declared_words_only():
    """A2, F1: operations, categories, bases and channels are closed lists; what nobody declared counts as sensitive."""
    for row in register.PURPOSES:
        assert set(row["operations"]) <= register.OPERATIONS, row["code"]
        assert set(row["categories"]) <= register.CATEGORIES.keys(), row["code"]
        assert (bool(row["bases"]), set(row["bases"]) <= set(Basis.values)) == (True, True), row["code"]
    assert register.sensitive(["mobile", "palm_print", "asset_info"]) == ["asset_info", "palm_print"]


def test_no_purpose_of_marketing_may_stand_on_anything_but_consent():
    """A9: the matrix; and what stands on a contract or a statute asks for no consent, so that none is faked."""
    matrix = {row["code"]: [str(basis) for basis in row["bases"]] for row in register.PURPOSES}
    assert matrix == {
        "phone_contact": ["consent"], "sms_info": ["consent"], "partner_share": ["consent"],
        "public_mention": ["consent"], "credit_report_query": ["consent"], "service_notice": ["contract"], "statutory_record": ["statute"],
    }  # fmt: skip


def test_a_decision_from_before_the_register_was_closed_is_made_again_as_it_was():
    """A6, A2: what was decided without an operation is explained without it."""
    stored = open_to_everything(bases=["consent"], operations=["call"], categories=["mobile"]).as_json()
    later = {"operation", "touches", "basis", "bases", "operations", "categories", "client", "declared"}
    old = {name: value for name, value in stored.items() if name not in later}
    assert rules.decide(Facts.from_json(old)) == rules.Verdict(True, "allowed")
    assert rules.decide(Facts.from_json(stored | {"categories": ["name"]})).reason == "category_not_listed"


def ask(home, subject, action="call", **how):
    how = {"usage": gate.Usage(), "in_book": True, "may": True, "at": house.NOON, "by": home.li} | how
    return gate.ask(subject=subject, action=action, **how)


@stories
@pytest.mark.parametrize(
    ("column", "left", "reason"),
    [
        ("categories", ["name"], "category_not_listed"),
        ("operations", ["reveal"], "operation_not_listed"),
        ("bases", ["contract"], "basis_not_allowed"),
    ],
)
def test_the_gate_asks_the_register_and_keeps_what_it_answered(column, left, reason):
    """A2: the register of today decides, peek and question alike; the decision shows the lists it was made by (A6)."""
    home = house.build()
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    assert ask(home, wang).reason == "allowed"
    Purpose.objects.filter(pk="phone_contact").update(**{column: left})
    said = ask(home, wang)
    said.refresh_from_db()
    assert (said.reason, said.facts[column], gate.explain(said.pk).agrees) == (reason, left, True)
    how = {"by": home.li, "at": house.NOON, "usage": {wang: gate.Usage()}}
    assert gate.peek_many([wang], "call", **how)[wang].reason == reason


@stories
def test_the_editor_offers_ticks_for_what_may_be_asked_only():
    """A2, A9: a purpose that stands on a contract or a statute is no question."""
    notices.seed()
    offered = {purpose.pk for purpose, _channel in drafts.offered()}
    assert offered == {"phone_contact", "sms_info", "partner_share", "public_mention", "credit_report_query"}


ASSETS = {
    "zh": [["asset_info", "为了判断产品是否适合您", "泄露会让他人知道您的财产状况"]],
    "en": [["asset_info", "To judge whether a product suits you", "If it leaked, others would know what you own"]],
}


@pytest.fixture
def draft(db):
    """A draft of Chen's whose one tick touches what somebody owns."""
    home = house.build()
    words = {
        "name_zh": "需求分析",
        "name_en": "Needs",
        "text_zh": "x",
        "text_en": "x",
        "retention_days": 90,
        "form": "separate",
    }
    lists = {"bases": ["consent"], "operations": ["call"], "categories": ["name", "asset_info"], "channels": ["call"]}
    Purpose.objects.create(code="needs_analysis", **words, **lists)
    row = drafts.start(code="event", by=home.chen, at=house.NOON)
    row.home = home
    write(row, {})
    return row


def write(row, told, *, purpose="needs_analysis"):
    content = {language: words | told.get(language, {}) for language, words in row.content.items()}
    tick = TickDraft(purpose, "call", "单独同意分析我的需求", "Separately: look at what I need", 90)
    drafts.save(version_id=row.pk, content=content, ticks=[tick], by=row.home.chen, at=house.NOON)
    row.refresh_from_db()
    row.content = content


def publish_alone(row):
    """Past the desk, by the deed below it: it looks by itself."""
    notices.publish(version=NoticeVersion.objects.get(pk=row.pk), by=house.BY, at=house.NOON)


def publish(row):
    drafts.propose(version_id=row.pk, by=row.home.chen, at=house.NOON)
    how = {"materiality": "reconsent", "reason": "x", "address": "https://crm.example"}
    drafts.publish(version_id=row.pk, seen=drafts.digest(row), **how, by=row.home.zhao, at=house.NOON)


@pytest.mark.django_db(databases=["default", "vault"])
def test_no_sensitive_data_without_its_block_in_both_languages(draft):
    """B7, B2: necessity and effect, else publishing is blocked; one language, or an empty effect, is not enough."""
    both = ["zh.sensitive.asset_info", "en.sensitive.asset_info"]
    half = [["asset_info", ASSETS["zh"][0][1], " "]]
    for told, gaps in (
        ({}, both),
        ({"zh": {"sensitive": ASSETS["zh"]}}, both[1:]),
        ({"zh": {"sensitive": half}, "en": {"sensitive": ASSETS["en"]}}, both[:1]),
    ):
        write(draft, {"zh": {"sensitive": []}, "en": {"sensitive": []}} | told)
        with pytest.raises(notices.NoticeRefused) as refused:
            publish_alone(draft)
        assert refused.value.missing == gaps
        assert drafts.review(draft).gaps == gaps
        with pytest.raises(drafts.DraftRefused, match="incomplete"):
            drafts.propose(version_id=draft.pk, by=draft.home.chen, at=house.NOON)
    write(draft, {language: {"sensitive": rows} for language, rows in ASSETS.items()})
    publish(draft)
    assert notices.current().pk == draft.pk


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_block_is_shown_printed_and_hashed_and_what_had_none_verifies_as_before(draft, client):
    """B7, B11: on the page, in the form; the hash covers it, and version 1 is the hash of the words it always had."""
    write(draft, {language: {"sensitive": rows} for language, rows in ASSETS.items()})
    publish(draft)
    whole = notices.current()
    ticks = list(whole.purposes.all())
    assert whole.content_hash == notices.content_hash(notices.hashed(whole.content, ticks))
    without = {language: {k: v for k, v in words.items() if k != "sensitive"} for language, words in whole.content.items()}
    assert notices.content_hash(notices.hashed(without, ticks)) != whole.content_hash
    first = NoticeVersion.objects.get(number=1)
    assert ("sensitive" in first.content["zh"], "bases" in first.content["zh"]) == (False, False)
    assert first.content_hash == notices.content_hash(notices.hashed(first.content, list(first.purposes.all())))
    page = client.get("/n/event/v2/", headers={"accept-language": "zh-hans"}).content.decode()
    old = client.get("/n/event/v1/", headers={"accept-language": "zh-hans"}).content.decode()
    told = ["sensitive-list", *ASSETS["zh"][0][1:]]
    assert ([word in page for word in told], [word in old for word in told]) == ([True] * 3, [False] * 3)
    kept = bytes(whole.copies.get(language="en").page).decode()
    printed = pypdfium2.PdfDocument(io.BytesIO(bytes(whole.copies.get(language="en").form)))
    words = " ".join(" ".join(p.get_textpage().get_text_range() for p in printed).split())
    assert [ASSETS["en"][0][2] in place for place in (kept, words)] == [True, True]


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_code_that_nobody_knows_is_no_block_and_no_basis(draft):
    """B7, A9, A2: no free text where the register has a word."""
    rows = {"sensitive": [["horoscope", "x", "y"]], "bases": [["fun", "contract", "x"]]}
    write(draft, dict.fromkeys(("zh", "en"), rows), purpose="phone_contact")
    assert drafts.review(draft).gaps == [
        "zh.sensitive.unknown", "en.sensitive.unknown", "zh.bases.unknown", "en.bases.unknown",
    ]  # fmt: skip


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_contract_opens_no_marketing_and_the_trail_names_the_rule(draft):
    """A9: adding a basis of contract to a purpose of marketing is denied by the matrix; the audit shows the rule."""
    bad = {language: {"bases": [["phone_contact", "contract", "x"]]} for language in ("zh", "en")}
    write(draft, bad, purpose="phone_contact")
    with pytest.raises(drafts.DraftRefused, match="incomplete"):
        drafts.propose(version_id=draft.pk, by=draft.home.chen, at=house.NOON)
    denied = Entry.objects.get(act="notice.proposed", outcome="denied")
    assert (denied.reason, denied.subject) == ("basis_not_allowed", draft.pk)
    assert rules.VERSION.encode() in bytes(denied.leaf)
    with pytest.raises(notices.NoticeRefused) as refused:
        publish_alone(draft)
    assert refused.value.missing == ["zh.bases.matrix", "en.bases.matrix"]


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_basis_is_declared_in_both_languages_or_not_at_all(draft):
    """A9: what one language keeps back was not said."""
    write(draft, {"zh": {"bases": [SERVICE]}}, purpose="phone_contact")
    assert (drafts.review(draft).gaps, declaring.declared(draft.content)) == (["zh.bases.languages"], set())
    write(draft, {"en": {"bases": [[*SERVICE[:2], "About your contract, while it runs"]]}}, purpose="phone_contact")
    assert (drafts.review(draft).gaps, declaring.declared(draft.content)) == ([], {("service_notice", "contract")})
    weights = {change.why: change.weight for change in drafts.review(draft).changes if "bases" in change.where}
    assert weights == {"basis": "reconsent"}


def test_no_action_takes_its_basis_from_a_caller():
    """A9: purpose, operation and basis follow from the action, which nobody can change."""
    with pytest.raises(AttributeError):
        actions.ACTIONS["call"].basis = "contract"


@stories
def test_the_editor_keeps_what_was_declared_and_names_the_codes(client):
    """A9, B7: a block and a basis survive the form and come back as lines; the page lists the codes of the register."""
    home = house.build()
    client.force_login(home.chen, backend="django.contrib.auth.backends.ModelBackend")
    row = drafts.start(code="event", by=home.chen, at=house.NOON)
    page = client.get(f"/notices/{row.pk}/")
    form = page.context["form"]
    sent = {name: "" if (value := form[name].value()) in (None, False) else value for name in form.fields}
    sent |= {"zh_sensitive": " | ".join(ASSETS["zh"][0]), "zh_bases": " | ".join(SERVICE)}
    assert client.post(f"/notices/{row.pk}/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.content["zh"]["sensitive"], row.content["zh"]["bases"]) == (ASSETS["zh"], [SERVICE])
    assert ("sensitive" in row.content["en"], "bases" in row.content["en"]) == (False, False)
    text = client.get(f"/notices/{row.pk}/").content.decode()
    assert ["<code>asset_info</code>" in text, "<code>service_notice | contract</code>" in text] == [True, True]
