"""What the tables of holds, sweeps and postponements refuse by themselves; every road past a hold."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from consent.models import Evidence, SmsMessage, Subject
from contacts import dial, hold, minors_looks, rule_changes, steering, sweep
from contacts.models import Contact, LegalHold, MinorsLook, Phone, Postponement, RuleChange, SweepAlarm, SweepApproval, SweepRun
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang
from tests.refusals.test_constraints import refused, twice
from vault import sealing

DAY = timedelta(days=1)


@pytest.fixture
def home(db):
    """Chen holds Wang, who was called once and left a form and evidence."""
    home = house.build()
    home.wang = Contact.objects.get(pk=wang(home))
    number = Phone.objects.get(contact=home.wang)
    dial.dial(contact=home.wang, phone_id=number.pk, in_book=True, by=home.li, at=AT)
    proof = Evidence.objects.first()
    proof.detail = sealing.seal_text("seen", field_id="consent.evidence.detail", row=proof.pk, owner=home.wang.pk)
    proof.save()
    home.hold = hold.place(contact=home.wang, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    return home


def changed(home, **values):
    """A change of the hold with its entry in the trail, so that nothing but the constraint can refuse it."""
    with transaction.atomic():
        trail.record("hold.lifted", by=BY, at=AT, subject=home.wang.pk, reason="dispute")
        LegalHold.objects.filter(pk=home.hold.pk).update(**values)


@proves("hold_approved_by_another")
@plain
def test_nobody_approves_their_own_hold(home):
    with refused("hold_approved_by_another"):
        changed(home, approved_by=home.chen)
    changed(home, approved_by=home.zhao)


@proves("hold_lifted_by_another")
@plain
def test_nobody_lifts_a_hold_alone(home):
    for values in ({"lifted_by": home.zhao}, {"lifted_by": home.chen, "lift_asked_by": home.chen}):
        with refused("hold_lifted_by_another"):
            changed(home, lifted_at=AT, **values)
    changed(home, lifted_at=AT, lifted_by=home.zhao, lift_asked_by=home.chen)


@proves("waiting_sweep_needs_people")
@plain
def test_a_sweep_that_waits_waits_for_somebody(home):
    for needs in (0, 3):
        with refused("waiting_sweep_needs_people"), transaction.atomic():
            sweep.planned(by=BY, at=AT, count=1, state="waiting", needs=needs)
    sweep.planned(by=BY, at=AT, count=1, state="waiting", needs=2)


@proves("contacts.SweepRun.period")
@plain
def test_a_night_has_one_sweep(home):
    sweep.planned(by=BY, at=AT, count=1, period=AT.date())
    with refused("period", "period"), transaction.atomic():
        sweep.planned(by=BY, at=AT, count=1, period=AT.date())
    assert SweepRun.objects.count() == 1


@proves("one_voice_a_sweep", *trigger("contacts_sweepapproval", "grows", "insert", "update", "delete"))
@plain
def test_a_yes_counts_once_and_stays(home):
    waiting = sweep.planned(by=BY, at=AT, count=1, state="waiting", needs=2)
    steering.approve(run_id=waiting.pk, planned=1, by=home.chen, at=AT)
    twice(SweepApproval.objects.get(), "one_voice_a_sweep", "planned")
    for road in ("UPDATE contacts_sweepapproval SET planned = 9", "DELETE FROM contacts_sweepapproval"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(road)
    assert SweepApproval.objects.get().planned == 1


@proves("one_alarm_a_day")
@plain
def test_an_alarm_goes_out_once_a_day(home):
    twice(SweepAlarm.objects.create(day=AT.date(), word="silent", at=AT), "one_alarm_a_day", "word")


@proves("minors_look_decided_by_another", *trigger("contacts_minorslook", "fixed", "update", "delete"))
@plain
def test_nobody_lets_themself_read_the_list_of_minors_and_what_was_decided_stays(home):
    """C12: whatever a deed says."""
    look = minors_looks.ask(reason="minors_audit", by=home.chen, at=AT)
    by_self = {"agreed": True, "decided_by": home.chen, "decided_at": AT}
    for values in (
        by_self,
        by_self | {"decided_by": None},
        {"agreed": True},
        by_self | {"decided_by": home.zhao, "agreed": None},
    ):
        with refused("minors_look_decided_by_another"), transaction.atomic():
            MinorsLook.objects.filter(pk=look.pk).update(**values)
    minors_looks.decide(look_id=look.pk, yes=True, by=home.zhao, at=AT)
    for road in ("UPDATE contacts_minorslook SET reason = 'x'", "DELETE FROM contacts_minorslook"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(road)
    assert MinorsLook.objects.get().reason == "minors_audit"


@proves(
    "rule_decided_by_another",
    "one_change_waits",
    "versions_of_a_rule",
    *trigger("contacts_rulechange", "fixed", "update", "delete"),
)
@plain
def test_a_rule_is_decided_by_another_once_and_for_ever(home):
    change = rule_changes.propose(code="event_lead", value="90", by=home.chen, at=AT)
    for values in ({"state": "approved", "decided_by": home.chen}, {"state": "approved"}):
        with refused("rule_decided_by_another"), transaction.atomic():
            RuleChange.objects.filter(pk=change.pk).update(**values)
    twice(change, "one_change_waits", "code")
    rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=AT)
    twice(RuleChange.objects.get(), "versions_of_a_rule", "version")
    for road in ("UPDATE contacts_rulechange SET value = '9'", "DELETE FROM contacts_rulechange"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(road)
    assert RuleChange.objects.get().value == "90"


def postponed(home, **values):
    with transaction.atomic():
        trail.record("contact.postponed", by=BY, at=AT, subject=home.wang.pk)
        given = {"days": 3, "until": AT + 3 * DAY} | values
        return Postponement.objects.create(subject_id=home.wang.pk, reason="identity", by=home.chen, at=AT, **given)


@proves("postponed_fifteen_days_at_most", *trigger("contacts_postponement", "grows", "insert", "update", "delete"))
@plain
def test_fifteen_days_at_most_and_not_changed_afterwards(home):
    for values in ({"days": 0}, {"days": 16}, {"until": AT}):
        with refused("postponed_fifteen_days_at_most"):
            postponed(home, **values)
    postponed(home)
    for road in ("UPDATE contacts_postponement SET days = 15", "DELETE FROM contacts_postponement"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(road)
    assert Postponement.objects.get().days == 3


@proves(*trigger("contacts_postponement", "audit", "insert"))
@real
def test_nobody_is_given_days_without_an_entry():
    home = house.build()
    person = wang(home)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        Postponement.objects.create(subject_id=person, reason="identity", days=3, until=AT + 3 * DAY, by=home.chen, at=AT)
    assert Postponement.objects.count() == 0


ROADS = {
    "contacts_submission_hold": "DELETE FROM contacts_submission",
    "contacts_callattempt_hold": "DELETE FROM contacts_callattempt",
    "consent_evidence_hold": "DELETE FROM consent_evidence",
    "consent_evidence_hold_update": "UPDATE consent_evidence SET detail = NULL",
    "consent_smsmessage_hold": "DELETE FROM consent_smsmessage",
    "consent_smsmessage_hold_update": "UPDATE consent_smsmessage SET body = NULL",
    "consent_subject_hold_update": "UPDATE consent_subject SET erased_at = '2026-03-02 00:00:00+00'",
    "contacts_legalhold_hold": "DELETE FROM contacts_legalhold",
}


@proves(*ROADS)
@pytest.mark.parametrize("road", ROADS.values(), ids=list(ROADS))
@plain
def test_no_road_leads_past_a_hold(home, road):
    assert Evidence.objects.filter(detail__isnull=False).count() * SmsMessage.objects.filter(body__isnull=False).count() > 0
    table = next(word for word in road.split() if word.startswith(("contacts_", "consent_")))
    before = run(f"SELECT * FROM {table}")
    assert before != []
    with pytest.raises(DatabaseError, match="legal hold stands"), transaction.atomic():
        trail.record("contact.erased", by=BY, at=AT, subject=home.wang.pk)
        run(road)
    assert run(f"SELECT * FROM {table}") == before
    assert Subject.objects.filter(erased_at__isnull=False).count() == 0


@pytest.mark.parametrize(
    "road", [ROADS[name] for name in ROADS if name not in ("contacts_legalhold_hold", "consent_evidence_hold")]
)
@plain
def test_the_same_road_is_open_once_the_hold_is_lifted(home, road):
    table = next(word for word in road.split() if word.startswith(("contacts_", "consent_")))
    before = run(f"SELECT * FROM {table}")
    hold.ask_to_lift(hold_id=home.hold.pk, by=home.chen, at=AT)
    hold.lift(hold_id=home.hold.pk, by=home.zhao, at=AT)
    with transaction.atomic():
        trail.record("contact.erased", by=BY, at=AT, subject=home.wang.pk)
        run(road)
    assert run(f"SELECT * FROM {table}") != before
