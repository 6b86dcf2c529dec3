"""What the tables about after a death refuse by themselves: nothing said is unsaid, nothing granted without proof (K5)."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from audit.trail import Self_
from consent import arranging
from consent.arranging import Decided
from consent.models import PriorArrangement, RelativeClaim, RightsRequest
from consent.requests import asking, relatives
from consent.requests.relatives import Shown
from contacts import hold
from contacts.models import Contact
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, plain, proves, real, trigger, wang

ARRANGED, CLAIM = "consent_priorarrangement", "consent_relativeclaim"
SEE = {"may_see": True, "may_copy": False, "may_correct": False, "may_erase": False}
PROOF = {"relation": "child", "kinship": "notary", "death": "medical", "interest": "peace", "died_on": AT.date()}


@pytest.fixture
def row():
    """Wang, who left it to their daughter to see and copy; a request of a near relative; and the house."""
    home = house.build()
    home.wang = wang(home)
    arranging.decide([home.wang], Decided(frozenset({"may_see", "may_copy"}), "我的女儿"), at=AT)
    return home, asking.ask(subject=home.wang, kind="relative", words="x", road="letter", by=home.chen, at=AT)


def entry(home):
    trail.record("person.arranged", by=Self_(home.wang), at=AT, subject=home.wang)


def refused(home, deed, *, match, of=IntegrityError):
    with pytest.raises(of, match=match), transaction.atomic():
        entry(home)
        deed()


def granted(home, asked, **other):
    told = PROOF | SEE | {"request": asked, "subject_id": home.wang, "looked_by": home.chen, "looked_at": AT} | other
    return lambda: RelativeClaim.objects.create(**told)


@proves("one_standing_arrangement", "arrangement_of_nobody_names_nobody", "arrangement_ends_after_it_began")
@plain
def test_one_decision_stands_nobody_names_nobody_and_none_ends_before_it_began(row):
    home, _asked = row
    told = {"subject_id": home.wang, "made_at": AT}
    refused(home, lambda: PriorArrangement.objects.create(**told, **SEE), match="subject_id|one_standing_arrangement")
    before = {"ended_at": AT - house.timedelta(seconds=1)}
    refused(home, lambda: PriorArrangement.objects.create(**told, **SEE, **before), match="arrangement_ends_after_it_began")
    entry(home)
    PriorArrangement.objects.update(ended_at=AT)
    nobody = dict.fromkeys(SEE, False) | {"who": PriorArrangement.objects.get().who}
    refused(home, lambda: PriorArrangement.objects.create(**told, **nobody), match="arrangement_of_nobody_names_nobody")
    PriorArrangement.objects.create(**told, **(nobody | {"who": None}))
    assert PriorArrangement.objects.count() == 2


@proves("consent_priorarrangement_said", "consent_priorarrangement_kept")
@plain
def test_what_was_decided_stays_and_only_its_end_and_whom_it_names_may_move(row):
    home, _asked = row
    for change in ("may_see = NOT may_see", "may_erase = NOT may_erase", "made_at = '2026-01-01 00:00:00+00:00'"):
        refused(home, lambda change=change: run(f"UPDATE {ARRANGED} SET {change}"), match="stays")
    refused(home, lambda: run(f"DELETE FROM {ARRANGED}"), match="stays")
    entry(home)
    run(f"UPDATE {ARRANGED} SET who = NULL")  # as an erasure does
    PriorArrangement.objects.update(ended_at=AT)
    for end in (None, AT + house.timedelta(days=9)):
        refused(home, lambda end=end: PriorArrangement.objects.update(ended_at=end), match="stays")
    row = PriorArrangement.objects.get()
    assert (row.may_see, row.may_erase, row.ended_at, row.who) == (True, False, AT, None)


@proves("consent_priorarrangement_hold")
@plain
def test_under_a_hold_whom_they_named_stays(row):
    home, _asked = row
    contact = Contact.objects.get(pk=home.wang)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    refused(home, lambda: run(f"UPDATE {ARRANGED} SET who = NULL"), match="a legal hold stands", of=DatabaseError)
    assert PriorArrangement.objects.get().who is not None


@proves(*trigger(ARRANGED, "audit", "insert", "update", "delete"), *trigger(CLAIM, "audit", "insert", "update", "delete"))
@real
def test_neither_changes_without_an_entry(row):
    home, asked = row
    with pytest.raises(IntegrityError), transaction.atomic():
        run(f"UPDATE {ARRANGED} SET ended_at = made_at")
    with pytest.raises(IntegrityError), transaction.atomic():
        granted(home, asked)()
    assert (PriorArrangement.objects.get().ended_at, RelativeClaim.objects.count()) == (None, 0)


@proves("claim_has_a_scope", "claim_has_its_proof", "consent.RelativeClaim.request")
@plain
def test_no_claim_without_scope_and_proof_and_one_for_one_request(row):
    home, asked = row
    refused(home, granted(home, asked, may_see=False), match="claim_has_a_scope")
    for name in ("relation", "kinship", "death", "interest"):
        refused(home, granted(home, asked, **{name: ""}), match="claim_has_its_proof")
    entry(home)
    granted(home, asked)()
    refused(home, granted(home, asked), match="request_id")
    assert RelativeClaim.objects.count() == 1


@proves("consent_relativeclaim_open", "consent_relativeclaim_arranged")
@plain
def test_a_claim_belongs_to_an_open_request_of_that_person_and_stays_within_what_they_decided(row):
    home, asked = row
    other = house.arrive(home.event, house.ZHOU)[0].subject_id
    access = asking.ask(subject=home.wang, kind="access", words="", road="letter", by=home.chen, at=AT)
    trail.record("relative.proved", by=home.chen, at=AT, subject=other)
    for wrong in (granted(home, access), granted(home, asked, subject_id=other)):
        refused(home, wrong, match="an open request of a near relative")
    refused(home, granted(home, asked, may_erase=True), match="decided otherwise while alive")
    entry(home)
    granted(home, asked, may_copy=True)()
    assert RelativeClaim.objects.get().may_copy is True


@proves("consent_rightsrequest_proven")
@plain
def test_no_request_of_a_near_relative_is_done_without_a_claim(row):
    home, asked = row
    done = {"state": "answered", "decided_at": AT, "decided_by": home.chen}
    refused(home, lambda: RightsRequest.objects.update(**done), match="shows proof and scope first")
    entry(home)
    granted(home, asked)()
    RightsRequest.objects.update(**done)
    assert RightsRequest.objects.get().state == "answered"


@proves(*trigger(CLAIM, "grows", "insert", "update", "delete"))
@plain
def test_what_was_proved_and_granted_stays(row):
    home, asked = row
    shown = Shown(scope=frozenset({"may_see"}), **PROOF)
    relatives.answer(request_id=asked.pk, shown=shown, words="x", by=home.chen, at=AT)
    same = f"INSERT OR REPLACE INTO {CLAIM} SELECT * FROM {CLAIM}"
    for change in (f"UPDATE {CLAIM} SET may_erase = NOT may_erase", f"DELETE FROM {CLAIM}", same):
        refused(home, lambda change=change: run(change), match="only grows|row exists|open request|syntax", of=DatabaseError)
    assert RelativeClaim.objects.get().may_erase is False
