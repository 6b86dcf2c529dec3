"""Whatever the database itself refuses; a constraint or trigger that no test names fails here."""

import pytest
from django.apps import apps
from django.db import connection

from audit import guard
from tests.audit.cast import run
from tests.refusals import (
    test_after_a_death,
    test_constraints,
    test_debts,
    test_devices,
    test_exceptions,
    test_exports,
    test_forms,
    test_leaving_tables,
    test_papers,
    test_partners,
    test_recalls,
    test_records,
    test_referrals,
    test_register,
    test_requests,
    test_restoration,
    test_taken_out,
    test_tree_tables,
    test_triggers,
)
from tests.refusals.naming import POSTGRESQL, PROVEN, plain

FLOORS = ("vault", "audit", "team", "consent", "contacts")
# Imported for what they prove.
PROVING = (
    test_after_a_death,
    test_constraints,
    test_debts,
    test_devices,
    test_triggers,
    test_tree_tables,
    test_leaving_tables,
    test_restoration,
    test_exceptions,
    test_exports,
    test_taken_out,
    test_papers,
    test_partners,
    test_recalls,
    test_records,
    test_referrals,
    test_register,
    test_requests,
    test_forms,
)


def constraints():
    """Every constraint the models declare, and every column whose values are unique."""
    ours = [model for model in apps.get_models() if model._meta.app_label in FLOORS and model._meta.managed]
    named = {constraint.name for model in ours for constraint in model._meta.constraints}
    columns = [(model, f) for model in ours for f in model._meta.concrete_fields if f.unique and not f.primary_key]
    return named | {f"{model._meta.label}.{f.name}" for model, f in columns}


@plain
def test_every_constraint_and_every_trigger_has_a_test():
    standing = constraints() | guard.installed(connection)
    assert standing - PROVEN == set(), "nobody proves these"
    assert PROVEN - standing == set(), "these do not stand"


@pytest.mark.skipif(not POSTGRESQL, reason="only PostgreSQL can put a trigger to sleep")
@plain
def test_no_trigger_sleeps():
    assert {name for (name,) in run("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")} == guard.installed(connection)
