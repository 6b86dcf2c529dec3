"""The table of transitions, read as law.md §3 writes it."""

import pytest

from consent import states
from consent.models.ledger import State

KNOWN = {*State.values, ""}


def test_every_state_has_its_row_and_names_known_states_only():
    assert set(states.TABLE) == KNOWN
    assert set().union(*states.TABLE.values()) <= set(State.values)


@pytest.mark.parametrize("before", sorted(KNOWN - {states.ENDS, ""}))
def test_everybody_may_be_erased_and_nothing_follows(before):
    states.check(before, states.ENDS)
    with pytest.raises(states.TransitionRefused):
        states.check(states.ENDS, before)


@pytest.mark.parametrize("before", ["", "refused", "withdrawn", "expired", "invalidated", "revoked", "tombstone", "deferred"])
def test_a_yes_needs_to_have_been_asked_for(before):
    with pytest.raises(states.TransitionRefused) as refused:
        states.check(before, "given")
    assert str(refused.value) == f"{before or 'nothing'} to given"


@pytest.mark.parametrize("before", ["requested", "asserted", "superseded", "suspended"])
def test_from_here_a_yes_may_be_given(before):
    states.check(before, "given")


@pytest.mark.parametrize("before", sorted(states.NOES))
def test_after_a_no_only_the_person_begins_again(before):
    states.check(before, "requested", own_act=True)
    with pytest.raises(states.TransitionRefused):
        states.check(before, "requested", own_act=False)


def test_found_unlawful_is_never_mended_by_asking_again():
    for before in ("invalidated", "revoked"):
        with pytest.raises(states.TransitionRefused):
            states.check(before, "requested")
