"""The rules of the gate in prose; each story is its test's docstring, read line by line by tests.consent.prose."""

import ast
import inspect
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import verbs
from consent import promises, reasons, rules
from contacts import usage
from contacts.models import CallAttempt
from tests.consent.prose import Story


def a_yes_opens_until_its_end():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 asks phone -> allowed
    2026-08-31 asks phone -> allowed
    2026-09-01 09:00 asks phone -> expired
    """


def a_yes_ends_with_the_second_it_named():
    """
    2026-03-01 agrees to phone until 2026-09-01T12:00:00
    2026-09-01 11:59 asks phone -> allowed
    2026-09-01 12:00 asks phone -> expired
    """


def refusal_beats_an_older_yes():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 asks phone -> allowed
    2026-03-03 withdraws
    2026-03-04 asks phone -> withdrawn
    """


def a_refused_number_stays_closed_whatever_was_agreed():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the number is on the list of refusals
    2026-03-02 asks phone -> suppressed
    2026-03-02 asks to check the number -> suppressed
    2026-03-03 renews until 2027-03-03
    2026-03-04 asks phone -> suppressed
    """


def a_renewed_yes_opens_like_a_first_one():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-08-20 renews until 2027-08-20
    2026-09-02 asks phone -> allowed
    """


def silence_is_no_consent():
    """
    2026-03-01 asks phone -> no_consent
    2026-03-01 is requested
    2026-03-02 asks phone -> requested
    2026-03-02 is deferred
    2026-03-03 asks phone -> deferred
    """


def what_staff_say_opens_nothing():
    """
    2026-03-01 is asserted
    2026-03-02 asks phone -> asserted
    2026-03-02 asks to see the number for a call back -> asserted
    2026-03-02 asks to invite -> allowed
    """


def every_other_state_says_its_own_name():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 refuses
    2026-03-02 asks phone -> refused
    2026-03-02 is superseded
    2026-03-02 asks phone -> superseded
    2026-03-02 is suspended
    2026-03-02 asks phone -> suspended
    2026-03-02 is revoked
    2026-03-02 asks phone -> revoked
    2026-03-02 is invalidated
    2026-03-02 asks phone -> invalidated
    2026-03-02 is expired
    2026-03-02 asks phone -> expired
    """


def poor_evidence_opens_nothing():
    """
    2026-03-01 agrees to phone until 2026-09-01 with grade D
    2026-03-02 asks phone -> grade
    2026-03-03 agrees to phone until 2026-09-01 with grade C
    2026-03-04 asks phone -> allowed
    2026-03-04 the purpose asks for grade A
    2026-03-04 asks to pass on -> grade
    2026-03-05 agrees to phone until 2026-09-01 with grade A
    2026-03-05 asks to pass on -> allowed
    """


def calls_from_nine_to_nine_only():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 08:59 asks phone -> quiet_hours
    2026-03-02 09:00 asks phone -> allowed
    2026-03-02 20:59 asks phone -> allowed
    2026-03-02 21:00 asks phone -> quiet_hours
    2026-03-02 21:00 asks sms -> quiet_hours
    2026-03-02 21:00 asks to see the number for a call -> quiet_hours
    2026-03-02 21:00 asks to see the number for a call back -> allowed
    2026-03-02 03:00 asks to check the number -> allowed
    """


def once_a_day():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 10:00 is called and answers
    2026-03-02 18:00 asks phone -> attempts
    2026-03-03 09:59 asks phone -> attempts
    2026-03-03 10:00 asks phone -> allowed
    2026-03-02 18:00 asks to check the number -> allowed
    """


def three_times_a_week():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 is called and answers
    2026-03-03 is called and answers
    2026-03-04 is called and answers
    2026-03-06 asks phone -> attempts
    2026-03-09 asks phone -> allowed
    """


def six_times_a_month():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 is called and answers
    2026-03-05 is called and answers
    2026-03-10 is called and answers
    2026-03-13 is called and answers
    2026-03-18 is called and answers
    2026-03-21 is called and answers
    2026-03-30 asks phone -> attempts
    2026-04-01 asks phone -> allowed
    """


def three_calls_in_a_row_without_an_answer_are_enough():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 is called and does not answer
    2026-03-12 is called and does not answer
    2026-03-20 asks phone -> allowed
    2026-03-22 is called and does not answer
    2026-04-20 asks phone -> unanswered
    2026-04-20 asks to check the number -> allowed
    2026-04-21 is called and answers
    2026-04-29 asks phone -> allowed
    """


def one_invitation_and_only_to_somebody_who_is_being_asked():
    """
    2026-03-01 asks to invite -> no_invitation
    2026-03-01 is requested
    2026-03-01 asks to invite -> allowed
    2026-03-02 is invited
    2026-03-03 asks to invite -> invited
    2026-03-03 withdraws
    2026-03-03 asks to invite -> no_invitation
    2026-03-04 agrees to phone until 2026-09-01
    2026-03-04 asks to invite -> no_invitation
    """


def an_invitation_goes_out_by_day_and_the_night_counts_for_nothing():
    """
    2026-03-01 is asserted
    2026-03-02 08:59 asks to invite -> invite_hours
    2026-03-02 09:00 asks to invite -> allowed
    2026-03-02 20:59 asks to invite -> allowed
    2026-03-02 21:00 asks to invite -> invite_hours
    2026-03-03 the number is on the list of refusals
    2026-03-03 23:00 asks to invite -> suppressed
    """


def who_was_erased_is_gone():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 is erased
    2026-03-02 asks phone -> erased
    2026-03-02 asks to invite -> erased
    """


def nobody_acts_on_somebody_elses_person():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the advisor may not see this book
    2026-03-02 asks phone -> not_in_book
    2026-03-02 is erased
    2026-03-02 asks phone -> not_in_book
    """


def no_training_no_number():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the advisor lets the training lapse
    2026-03-02 asks phone -> unfit
    """


def the_level_of_the_field_decides():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the advisor loses the level
    2026-03-02 asks phone -> field_level
    2026-03-02 asks to invite -> field_level
    """


def who_left_does_nothing_any_more():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the advisor leaves
    2026-03-02 asks phone -> inactive
    """


def who_is_only_stored_is_used_for_nothing():
    """
    2026-03-01 agrees to phone until 2027-03-01
    2026-08-28 asks phone -> allowed
    2026-08-28 the promised time is over
    2026-08-29 asks phone -> storage_only
    2026-08-29 asks to check the number -> storage_only
    2026-08-29 asks to invite -> storage_only
    2026-08-30 the number is on the list of refusals
    2026-08-30 asks phone -> suppressed
    """


def what_asks_for_a_step_of_its_own_is_not_ticked_among_others():
    """
    2026-03-01 the purpose asks for a step of its own
    2026-03-01 agrees to sharing until 2026-09-01
    2026-03-02 asks to pass on -> separate_form_missing
    2026-03-03 agrees to sharing until 2026-09-01 by itself
    2026-03-03 asks to pass on -> allowed
    2026-03-04 agrees to sharing until 2026-09-01 with grade B in writing
    2026-03-04 asks to pass on -> allowed
    """


def nobody_is_passed_on_to_whom_no_agreement_binds():
    """
    2026-03-01 the purpose asks for a step of its own
    2026-03-01 agrees to sharing until 2026-09-01 by itself
    2026-03-02 the agreement with the recipient stands
    2026-03-02 asks to pass on -> allowed
    2026-04-01 the agreement with the recipient lapses
    2026-04-01 asks to pass on -> recipient_unknown
    2026-04-02 withdraws
    2026-04-02 asks to pass on -> withdrawn
    """


def nobody_new_is_passed_on_to_whom_a_withdrawal_was_told_in_vain():
    """
    2026-03-01 the purpose asks for a step of its own
    2026-03-01 agrees to sharing until 2026-09-01 by itself
    2026-03-02 the recipient is silent about a withdrawal
    2026-03-02 asks to pass on -> recipient_owes
    2026-03-03 the recipient acknowledges a withdrawal
    2026-03-03 asks to pass on -> allowed
    """


def what_asks_for_a_signature_is_signed():
    """
    2026-03-01 the purpose asks for a signature
    2026-03-01 agrees to queries until 2026-09-01 with grade A
    2026-03-02 asks to query the credit report -> written_form_missing
    2026-03-03 agrees to queries until 2026-09-01 with grade A by itself
    2026-03-03 asks to query the credit report -> written_form_missing
    2026-03-04 agrees to queries until 2026-09-01 with grade B in writing
    2026-03-04 asks to query the credit report -> allowed
    2026-03-05 the purpose asks for no form anybody knows
    2026-03-05 agrees to queries until 2026-09-01 by itself
    2026-03-05 asks to query the credit report -> written_form_missing
    """


def who_says_they_are_under_18_is_left_alone():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 asks phone -> allowed
    2026-03-02 says they are under 18
    2026-03-02 asks phone -> minor
    2026-03-02 asks sms -> minor
    2026-03-02 asks to pass on -> minor
    2026-03-02 asks to check the number -> minor
    2026-03-02 is requested
    2026-03-02 asks to invite -> minor
    """


def two_messages_a_month_whatever_the_month():
    """
    2026-03-01 agrees to sms until 2026-09-01
    2026-03-01 is written to
    2026-03-15 is called and answers
    2026-03-15 asks sms -> allowed
    2026-03-15 is written to
    2026-03-31 asks sms -> messages
    2026-04-01 11:59 asks sms -> messages
    2026-04-01 12:00 asks sms -> allowed
    """


def a_promise_is_kept_and_a_third_message_in_the_month_is_too_many():
    """
    2026-03-01 agrees to sms until 2026-09-01
    2026-03-01 is promised at most 2 a month
    2026-03-02 is written to
    2026-03-10 is written to
    2026-03-30 asks sms -> consented_frequency_exceeded
    2026-04-02 12:00 asks sms -> allowed
    2026-04-02 is promised at most 1 a month
    2026-04-02 12:00 asks sms -> consented_frequency_exceeded
    """


def the_stricter_of_promise_and_office_holds():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-01 is promised at most 1 a week
    2026-03-02 is called and answers
    2026-03-02 18:00 asks phone -> consented_frequency_exceeded
    2026-03-09 11:59 asks phone -> consented_frequency_exceeded
    2026-03-09 12:00 asks phone -> allowed
    2026-03-09 is promised at most 9 a week
    2026-03-09 is called and answers
    2026-03-09 18:00 asks phone -> attempts
    2026-03-09 18:00 asks to check the number -> allowed
    """


def the_hours_that_were_promised_and_never_more_than_nine_to_nine():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-01 is promised the hours from 14 to 18
    2026-03-02 13:59 asks phone -> consented_hours
    2026-03-02 14:00 asks phone -> allowed
    2026-03-02 17:59 asks phone -> allowed
    2026-03-02 18:00 asks phone -> consented_hours
    2026-03-02 18:00 asks sms -> consented_hours
    2026-03-02 18:00 asks to see the number for a call back -> allowed
    2026-03-02 08:59 asks phone -> quiet_hours
    2026-03-02 21:00 asks phone -> quiet_hours
    2026-03-02 the office rests from 12 to 15
    2026-03-02 14:00 asks phone -> midday_rest
    """


def the_office_rests_at_midday_from_calls():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-01 the office rests from 12 to 14
    2026-03-02 08:59 asks phone -> quiet_hours
    2026-03-02 09:00 asks phone -> allowed
    2026-03-02 11:59 asks phone -> allowed
    2026-03-02 12:00 asks phone -> midday_rest
    2026-03-02 13:59 asks phone -> midday_rest
    2026-03-02 14:00 asks phone -> allowed
    2026-03-02 20:59 asks phone -> allowed
    2026-03-02 21:00 asks phone -> quiet_hours
    2026-03-02 12:00 asks to see the number for a call -> midday_rest
    2026-03-02 12:00 asks to see the number for a call back -> allowed
    2026-03-02 12:00 asks sms -> allowed
    """


def days_off_are_the_persons():
    """
    2026-01-01 agrees to phone until 2099-09-01
    2026-01-01 the office calls on working days only
    2026-03-06 asks phone -> allowed
    2026-03-07 asks phone -> day_off
    2026-03-08 asks phone -> day_off
    2026-05-01 asks phone -> day_off
    2026-02-28 asks phone -> day_off
    2026-03-07 asks sms -> allowed
    2026-03-07 asks to see the number for a call back -> allowed
    2090-01-02 asks phone -> calendar_unknown
    2090-01-07 asks phone -> day_off
    2090-01-02 asks sms -> allowed
    """


def what_the_person_chose_goes_before_the_offices_rest_and_never_beyond_nine_to_nine():
    """
    2026-01-01 agrees to phone until 2099-09-01
    2026-01-01 the office rests from 12 to 14
    2026-01-01 the office calls on working days only
    2026-03-01 chooses from 10 to 20 at midday too on every day
    2026-03-02 09:59 asks phone -> own_window
    2026-03-02 10:00 asks phone -> allowed
    2026-03-02 13:00 asks phone -> allowed
    2026-03-02 20:00 asks phone -> own_window
    2026-03-07 13:00 asks phone -> allowed
    2090-01-02 13:00 asks phone -> allowed
    2026-03-02 08:00 asks phone -> quiet_hours
    2026-03-02 chooses from 9 to 21
    2026-03-02 12:00 asks phone -> own_window
    2026-03-02 12:00 asks sms -> own_window
    2026-03-07 10:00 asks phone -> own_window
    2026-03-07 10:00 asks sms -> own_window
    2090-01-02 10:00 asks phone -> calendar_unknown
    2026-03-02 takes the choice back
    2026-03-02 12:00 asks phone -> midday_rest
    """


def a_wish_for_other_hours_goes_before_the_hours_that_were_promised():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-01 is promised the hours from 14 to 18
    2026-03-02 10:00 asks phone -> consented_hours
    2026-03-02 chooses from 9 to 11
    2026-03-02 10:00 asks phone -> allowed
    2026-03-02 14:00 asks phone -> own_window
    """


def what_the_register_does_not_list_is_refused_whatever_was_agreed():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 the register lists call of mobile on consent
    2026-03-02 asks phone -> allowed
    2026-03-02 asks to check the number -> operation_not_listed
    2026-03-02 the register lists call of name on consent
    2026-03-02 asks phone -> category_not_listed
    2026-03-02 the register lists call of mobile on contract
    2026-03-02 asks phone -> basis_not_allowed
    """


def a_contract_is_served_while_it_runs_and_opens_nothing_else():
    """
    2026-03-01 the register lists call of mobile on contract
    2026-03-01 asks to call about the contract -> no_contract
    2026-03-02 becomes a client
    2026-03-02 asks to call about the contract -> basis_not_declared
    2026-03-02 was told of the contract
    2026-03-02 asks to call about the contract -> allowed
    2026-03-02 21:00 asks to call about the contract -> quiet_hours
    2026-03-02 asks phone -> no_consent
    2026-03-03 the number is on the list of refusals
    2026-03-03 asks to call about the contract -> suppressed
    """


def what_nobody_knows_is_refused():
    """
    2026-03-01 agrees to phone until 2026-09-01
    2026-03-02 asks to sell -> unknown
    """


STORIES = [
    story for _name, story in inspect.getmembers(sys.modules[__name__], inspect.isfunction) if "->" in (story.__doc__ or "")
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_story(story):
    Story().tell(story.__doc__)


def test_a_story_that_tells_otherwise_fails():
    """Each line after an arrow is compared: one that is wrong would be found."""
    told = a_yes_ends_with_the_second_it_named.__doc__
    lies = told.replace("11:59 asks phone -> allowed", "11:59 asks phone -> expired")
    assert lies != told
    with pytest.raises(AssertionError):
        Story().tell(lies)


def test_every_reason_the_rules_know_is_told_and_has_a_sentence():
    told = {line.split("-> ")[1].strip() for story in STORIES for line in story.__doc__.splitlines() if "->" in line}
    tree = ast.parse(Path(rules.__file__).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    words = {
        node.value for f in functions for node in ast.walk(f) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    spoken = {word for word in words if word in reasons.SENTENCES} | rules.CLOSED - {"tombstone"}
    assert spoken - told == set()
    assert told - reasons.SENTENCES.keys() == set()
    assert {word for word in spoken if not verbs.is_reason(word)} == set(), "the trail cannot say these"


def test_a_story_the_gate_does_not_agree_with_fails():
    for text in ("2026-03-01 asks phone -> allowed", "2026-03-01 dances", "2026-03-01 agrees to phone until 2026-09-01"):
        with pytest.raises(AssertionError):
            Story().tell(text)


def test_no_rule_is_longer_than_six_lines():
    every = {rule for chain in rules.RULES.values() for rule in chain}
    bodies = {rule.__name__: len(inspect.getsource(rule).splitlines()) - 2 for rule in every}
    assert {name: lines for name, lines in bodies.items() if lines > 6} == {}


def test_a_decision_stored_by_older_rules_without_a_fact_is_read_most_restrictively():
    facts = rules.Facts.from_json({"action": "call", "timed": True, "now": 0, "office_hour": 12})
    assert rules.decide(facts) == rules.Verdict(False, "inactive")


def test_a_decision_from_before_forms_and_ages_is_made_again_as_it_was():
    """C2, C4 and C12 came later: what was decided without their facts stays explainable (A6)."""
    kept = {
        "action": "share",
        "timed": False,
        "now": 5,
        "office_hour": 12,
        "state": "given",
        "grade": "A",
        "minimum_grade": "A",
    }
    kept |= {"valid_until": 9, "suppressed": False, "erased": False, "active_staff": True, "fit_staff": True, "may": True}
    facts = rules.Facts.from_json(kept | {"in_book": True})
    assert rules.decide(facts) == rules.Verdict(True, "allowed")
    assert rules.decide(replace(facts, asked_form="separate", given_form="")).reason == "separate_form_missing"


def test_nothing_is_passed_on_to_whom_no_agreement_that_stands_names_and_whoever_decided_before_did_not_ask():
    """A7: the last rule about the consent itself; a decision from before it stays explainable (A6)."""
    facts = rules.Facts("share", False, 5, 12, "given", "A", "A", 9, suppressed=False, erased=False)
    facts = replace(facts, active_staff=True, fit_staff=True, may=True, in_book=True)
    assert rules.decide(facts).allowed
    assert rules.decide(replace(facts, recipient_known=False)).reason == "recipient_unknown"
    assert rules.decide(replace(facts, recipient_known=False, state="withdrawn")).reason == "withdrawn"
    assert rules.decide(replace(facts, recipient_owes=True)).reason == "recipient_owes"


@given(
    asked=st.sampled_from(["general", "separate", "written", "", "x"]), given_=st.text(max_size=8), grade=st.sampled_from("AB")
)
def test_no_form_but_the_one_asked_for_or_a_stricter_one_opens(asked, given_, grade):
    facts = rules.Facts("query_credit", False, 0, 12, "given", grade, "B", 9, suppressed=False, erased=False)
    facts = replace(facts, active_staff=True, fit_staff=True, may=True, in_book=True, asked_form=asked, given_form=given_)
    opens = {"general": {"", "general", "separate", "written"}, "separate": {"separate", "written"}}.get(asked, {"written"})
    assert rules.decide(facts).allowed is (given_ in opens)
    assert rules.decide(replace(facts, given_form="written")).allowed is True


def test_a_decision_of_before_there_were_promises_is_decided_again_as_it_was():
    stored = {
        "action": "call", "timed": True, "now": 10, "office_hour": 12, "state": "given", "grade": "A", "minimum_grade": "C",
        "valid_until": 20, "suppressed": False, "erased": False, "storage_only": False, "active_staff": True, "fit_staff": True,
        "may": True, "in_book": True, "attempts_today": 0, "attempts_week": 2, "attempts_month": 5, "unanswered_in_row": 0,
    }  # fmt: skip
    assert rules.decide(rules.Facts.from_json(stored)) == rules.Verdict(True, "allowed")
    assert rules.decide(rules.Facts.from_json(stored | {"attempts_month": 6})).reason == "attempts"
    assert rules.decide(rules.Facts.from_json(stored | {"office_hour": 21})).reason == "quiet_hours"


SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}
MOST = st.none() | st.integers(1, 6)


@given(
    action=st.sampled_from(["call", "sms"]),
    promise=st.fixed_dictionaries({f"per_{span}": MOST for span in SPANS}),
    gaps=st.lists(st.integers(1, 90), min_size=20, max_size=80),
)
def test_no_promise_and_no_cap_is_ever_exceeded(action, promise, gaps):
    """Whatever is tried, at whatever distance, and however often (C5, H4): the counts are those of contacts.usage."""
    at, made = datetime(2026, 3, 2, 1, tzinfo=UTC), []
    for hours in gaps:
        at += timedelta(hours=hours)
        counts = vars(usage._usage([CallAttempt(at=when, outcome="answered") for when in reversed(made)], at, stored=False))
        facts = rules.Facts(
            action, True, 0, 10, "given", "A", "A", 1, suppressed=False, erased=False, active_staff=True, fit_staff=True,
            may=True, in_book=True, **(counts | promise),
        )  # fmt: skip
        made += [at] if rules.decide(replace(facts, storage_only=False)).allowed else []
    assert made, "something must have been allowed"
    for span, length in SPANS.items():
        office, told = promises.OFFICE[action][span], promise[f"per_{span}"]
        most = min(office, told or office)
        if action == "call" and span == "month" and (told is None or told > office):
            length = timedelta(days=30)  # the office's own month; a promise counts by the longest
        assert max(sum(start <= when < start + length for when in made) for start in made) <= most


@pytest.mark.parametrize("state", ["requested", "asserted", "given", "withdrawn", ""])
def test_a_refusal_by_another_road_is_kept_from_staff_until_the_person_has_acted(state):
    open_ = rules.Facts("call", True, 0, 12, state, suppressed=False, erased=False, active_staff=True, fit_staff=True, may=True)
    facts = replace(open_, in_book=True, suppressed=True)
    assert rules.decide(facts).reason == "suppressed"
    assert rules.tell(facts).reason == (state if state in rules.INVITABLE else "suppressed")
    assert rules.tell(replace(facts, suppressed=False)) == rules.decide(replace(facts, suppressed=False))
