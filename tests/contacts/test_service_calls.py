"""A contract with a client stands on its own: no faked consent, no marketing, and nothing that no notice declared (A8, A9)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from audit import trail
from audit.models import Entry
from consent import gate, notices, reasons, rules
from consent.actions import ACTIONS
from consent.drafting import drafts
from consent.drafting.drafts import TickDraft
from consent.models import Consent, Decision
from contacts import clients, contracts, dial, events, outcome, person_page, visibility, withdrawal
from contacts.models import CallAttempt, Contact, Phone
from team.models import Book
from tests import house
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=2)
DECLARED = {
    "zh": [["service_notice", "contract", "在合同存续期间，就合同的履行与您联系；不用于营销"]],
    "en": [["service_notice", "contract", "While a contract with you runs, we call about it; never to sell"]],
}
TICKS = [TickDraft(*told) for told in notices.TICKS[:1]] + [
    TickDraft(*notices.TICKS[1], type_zh="资料", type_en="Materials", per_month=2)
]


def declare(home):
    """Version 2 declares that a contract is served on the basis of that contract."""
    draft = drafts.start(code="event", by=home.chen, at=house.NOON)
    content = {language: words | {"bases": DECLARED[language]} for language, words in draft.content.items()}
    drafts.save(version_id=draft.pk, content=content, ticks=TICKS, by=home.chen, at=house.NOON)
    drafts.propose(version_id=draft.pk, by=home.chen, at=house.NOON)
    draft.refresh_from_db()
    how = {"materiality": "notify", "reason": "x", "address": "https://crm.example", "seen": drafts.digest(draft)}
    drafts.publish(version_id=draft.pk, **how, by=home.zhao, at=house.NOON)
    told = {"name": "Clients", "place": "Hall", "held_on": house.NOON.date(), "book": Book.objects.get(owner=home.li)}
    return events.create(**told, by=home.li, at=house.NOON, code="clients")


@pytest.fixture
def home():
    """Wang came by the notice that declares the contract, Zhou by the one before; both are clients since yesterday."""
    with time_machine.travel(LATER, tick=False):
        built = house.build()
        built.old, built.new = built.event, declare(built)
        built.wang = Contact.objects.get(pk=house.arrive(built.new, house.WANG, channels=("call", "sms"))[0].subject_id)
        built.zhou = Contact.objects.get(pk=house.arrive(built.old, house.ZHOU, channels=("call", "sms"))[0].subject_id)
        for contact in (built.wang, built.zhou):
            sign(built, contact)
        yield built


def sign(home, contact, *, since=date(2026, 3, 1), until=None):
    clients.mark(contact=contact, since=since, until=until, by=home.li, at=LATER)
    contact.refresh_from_db()


def ask(home, contact, action="service_call", **how):
    counts = gate.Usage(client=contracts.runs(contact, at=LATER))
    how = {"usage": counts, "in_book": True, "may": True, "at": LATER, "by": home.li} | how
    return gate.ask(subject=contact.pk, action=action, **how)


def withdraw(home, contact, *scope):
    withdrawal.withdraw(subject=contact.pk, scope=scope or None, method="spoken", reason="withdrawal", by=home.li, at=LATER)


def test_a_client_is_called_about_the_contract_without_any_consent_to_it(home):
    """A9: the decision stands on the contract, names no consent, and shows its rules; nobody had to fake a yes."""
    said = ask(home, home.wang)
    assert (said.allowed, said.purpose, said.consent_id, said.rule_version) == (True, "service_notice", None, rules.VERSION)
    facts = {name: said.facts[name] for name in ("basis", "client", "declared", "operation", "state")}
    assert facts == {"basis": "contract", "client": True, "declared": True, "operation": "call", "state": ""}
    told = gate.explain(said.pk)
    assert (told.agrees, reasons.bases(reasons.code_of(told.verdict))) == (True, ("pipl.13.1.2",))
    assert Consent.objects.filter(subject=home.wang.pk, purpose="service_notice").count() == 0


def test_who_stopped_all_marketing_may_be_promised_a_call_about_the_contract(home):
    """A8, D2: another day is offered for what may still come, and for nobody else."""
    withdraw(home, home.wang, ("phone_contact", "call"))
    withdraw(home, home.zhou, ("phone_contact", "call"))  # his notice declared no contract
    assert outcome.may_come([home.wang, home.zhou], by=home.li, at=LATER) == {home.wang.pk}
    pages = [person_page.of(contact, by=home.li, at=LATER) for contact in (home.wang, home.zhou)]
    assert [page.later for page in pages] == [True, False]


def test_what_was_withdrawn_of_marketing_leaves_the_contract_and_the_contract_opens_no_marketing(home):
    """A8, A9: Wang takes the yes to calls back; the contract is served on, and a call of marketing stays closed."""
    assert ask(home, home.wang, "call").reason == "allowed"
    withdraw(home, home.wang, ("phone_contact", "call"))
    assert {action: ask(home, home.wang, action).reason for action in ("call", "reveal_check", "service_call")} == {
        "call": "withdrawn", "reveal_check": "withdrawn", "service_call": "allowed",
    }  # fmt: skip


def test_no_other_basis_is_found_after_a_withdrawal(home):
    """A9: Zhou's notice named consent alone; a later one that names the contract does not reach back behind the no."""
    assert ask(home, home.zhou).reason == "basis_not_declared"
    withdraw(home, home.zhou, ("phone_contact", "call"))
    assert ask(home, home.zhou).reason == "basis_not_declared"
    with transaction.atomic():  # the yes to messages is given anew, on the notice that declares the contract
        trail.record("contact.changed", by=house.BY, at=LATER, subject=home.zhou.pk)
        Consent.objects.filter(subject=home.zhou.pk, channel="sms").update(notice_version=home.new.notice_version)
    heads = Consent.objects.filter(subject=home.zhou.pk).values_list("channel", "state", "notice_version__number")
    assert set(heads) == {("call", "withdrawn", 1), ("sms", "given", 2)}
    said = ask(home, home.zhou)
    assert (said.allowed, said.reason, gate.explain(said.pk).again.reason) == (False, "basis_not_declared", said.reason)


def test_who_says_stop_to_everything_is_called_about_nothing(home):
    """A9, D2, D3: the number is on the list of refusals, which no contract opens."""
    withdraw(home, home.wang)
    assert ask(home, home.wang).reason == "suppressed"


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (None, None, "no_contract"),
        (date(2026, 3, 1), date(2026, 3, 1), "no_contract"),
        (date(2026, 3, 1), date(2026, 3, 2), "allowed"),
        (date(2026, 3, 2), None, "allowed"),
    ],
)
def test_the_contract_serves_while_it_runs(home, since, until, reason):
    """A9: from its first day of the office to its last."""
    sign(home, home.wang, since=since, until=until)
    assert ask(home, home.wang).reason == reason


def test_whoever_only_noted_somebody_has_shown_them_no_notice(home):
    """A9: an asserted record was declared nothing; and a refusal by another road is not read off it (design, rule 6)."""
    Consent.objects.filter(subject=home.wang.pk)  # Wang was shown it
    facts = rules.Facts.from_json(ask(home, home.wang).facts | {"declared": False, "suppressed": True})
    assert (rules.decide(facts).reason, rules.tell(facts).reason) == ("suppressed", "basis_not_declared")


@given(
    client=st.booleans(), declared=st.booleans(), state=st.sampled_from(["", "given", "withdrawn", "refused"]),
    action=st.sampled_from(sorted(ACTIONS)),
)  # fmt: skip
def test_a_contract_never_opens_what_rests_on_consent(client, declared, state, action):
    """A9: whatever the contract and the notice, an action of marketing asks for its consent."""
    known = ACTIONS[action]
    facts = rules.Facts(
        action, known.timed, 1, 12, state, "A", "A", 9, suppressed=False, erased=False, active_staff=True, fit_staff=True,
        may=True, in_book=True, given_form="written", operation=known.operation, touches=known.touches, basis="contract",
        bases=["consent"], operations=[known.operation], categories=list(known.touches), client=client, declared=declared,
    )  # fmt: skip
    assert rules.decide(facts).allowed is False


def test_the_button_stands_on_the_page_of_a_client_and_the_call_is_in_the_trail(home):
    """A9, H2: one click, one decision, an entry that names the purpose and the rule; the number stays in the house."""
    browser = enter(home.li)
    numbers = {name: Phone.objects.get(contact=getattr(home, name).pk).pk for name in ("wang", "zhou")}
    path = "/contacts/{}/service-call/{}/"
    wang, zhou = (path.format(getattr(home, name).pk, numbers[name]) for name in ("wang", "zhou"))
    pages = {name: browser.get(f"/contacts/{getattr(home, name).pk}/").content.decode() for name in ("wang", "zhou")}
    assert (wang in pages["wang"], zhou in pages["zhou"]) == (True, False)
    withdraw(home, home.wang, ("phone_contact", "call"))
    assert browser.post(wang).status_code == 302
    attempt = CallAttempt.objects.select_related("decision").get()
    assert (attempt.subject_id, attempt.decision.purpose) == (home.wang.pk, "service_notice")
    entry = Entry.objects.filter(act="phone.call").latest("seq")
    assert (entry.outcome, entry.reason, entry.subject) == ("ok", "service_call", home.wang.pk)
    assert [word in bytes(entry.leaf) for word in (b"service_notice", rules.VERSION.encode())] == [True, True]
    assert (browser.post(zhou).status_code, CallAttempt.objects.count()) == (403, 1)
    assert Entry.objects.filter(act="phone.call", outcome="denied").latest("seq").reason == "basis_not_declared"
    assert browser.post(wang).status_code == 403  # once a day, whatever about (H4)
    assert Decision.objects.latest("decided_at").purpose == "service_notice"


def test_dialling_knows_two_purposes_and_no_third(home):
    """A9, A2: what a call is about is one of two declared actions."""
    phone = Phone.objects.get(contact=home.wang.pk)
    assert visibility.one(home.li, home.wang.pk) == home.wang
    for action in ("share", "sell", "invite"):
        with pytest.raises(dial.CallRefused, match="unknown_action"):
            dial.dial(contact=home.wang, phone_id=phone.pk, in_book=True, action=action, by=home.li, at=LATER)
