"""Each side has the tables of its own floor, and the vault's walks no other floor's migrations."""

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from crm.backups import taking

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def tables(alias):
    with connections[alias].cursor() as cursor:
        return {name.split("_")[0] for name in connections[alias].introspection.table_names(cursor)}


def test_the_vaults_side_has_the_vaults_tables_and_has_walked_its_migrations_alone():
    assert tables("vault") == {"vault", "django"}  # django: the list of migrations
    assert {app for app, _name in MigrationRecorder(connections["vault"]).applied_migrations()} == {"vault"}
    assert "vault" not in tables("default")
    assert {"consent", "contacts", "audit", "team"} <= tables("default")


def test_an_older_installation_whose_vault_lists_all_floors_brings_its_backups_back():
    """Before, every floor's migrations were listed there, where they make nothing; a backup of it fits a new vault's side."""
    fresh = taking.schema("vault")
    MigrationRecorder(connections["vault"]).record_applied("contacts", "0001_initial")
    assert taking.schema("vault") == fresh
    MigrationRecorder(connections["vault"]).record_applied("vault", "9999_of_a_newer_house")
    assert taking.schema("vault") != fresh
