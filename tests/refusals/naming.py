"""What the tests of this folder prove, by the names the databases know; and what they share."""

import pytest
from django.db import connection

from audit.trail import System
from tests import house

BY, AT = System("test"), house.NOON
POSTGRESQL = connection.vendor == "postgresql"
PROVEN: set[str] = set()
real = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
plain = pytest.mark.django_db(databases=["default", "vault"])


def proves(*names):
    """Names the constraints and triggers that a test proves."""
    PROVEN.update(names)
    return lambda test: test


def trigger(table, kind, *deeds):
    """The names of one guard: by deed on SQLite; on PostgreSQL one, and one more against TRUNCATE."""
    return [f"{table}_{kind}", f"{table}_{kind}_truncate"] if POSTGRESQL else [f"{table}_{kind}_{deed}" for deed in deeds]


def wang(home, **how):
    return house.arrive(home.event, house.WANG, **how)[0].subject_id
