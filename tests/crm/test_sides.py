"""Each side has the tables of its own floor, and the vault's walks no other floor's migrations."""

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def tables(alias):
    with connections[alias].cursor() as cursor:
        return {name.split("_")[0] for name in connections[alias].introspection.table_names(cursor)}


def test_the_vaults_side_has_the_vaults_tables_and_has_walked_its_migrations_alone():
    assert tables("vault") == {"vault", "django"}  # django: the list of migrations
    assert {app for app, _name in MigrationRecorder(connections["vault"]).applied_migrations()} == {"vault"}
    assert "vault" not in tables("default")
    assert {"consent", "contacts", "audit", "team"} <= tables("default")
