"""The table of transitions, read as law.md §3 writes it."""

from copy import copy

import pytest
from django.apps import apps
from django.conf import settings

from consent import states
from consent.models import Consent
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


def yes_by_default(models):
    """Columns, choices of forms and settings that would make a yes of nobody's act."""
    fields = [field for model in models for field in model._meta.concrete_fields]
    return [str(field) for field in fields if field.default in ("given", "renewed", "A", "B", "C")]


def test_no_column_says_yes_by_default():
    """C14: nothing in the tables or in the settings makes a consent that nobody gave."""
    assert yes_by_default(apps.get_app_config("consent").get_models()) == ["consent.Purpose.minimum_grade"]
    assert [name for name in dir(settings) if "CONSENT" in name] == []


@pytest.mark.parametrize("field", ["state", "grade"])
def test_a_default_yes_would_be_seen(field):
    planted = copy(Consent._meta.get_field(field))
    planted.default = "given" if field == "state" else "A"

    class Planted:
        """Looks like the ledger's head."""

        class _meta:
            """With one column."""

            concrete_fields = (planted,)

    assert yes_by_default([Planted]) == [f"consent.Consent.{field}"]
