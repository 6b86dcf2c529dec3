"""The sealer's tables: what was sealed stays as it was, by whatever road somebody comes."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import Anchor, Seal, SealingKey, Tile, TreeLeaf
from tests.audit.cast import run
from tests.audit.sealed import seal_here, write
from tests.refusals.naming import POSTGRESQL, plain, proves, trigger

GROWING = {TreeLeaf: "seq", Tile: "n", Seal: "at_us", Anchor: "kind", SealingKey: "from_size"}


@pytest.fixture
def sealed(db):
    """A trail long enough for a tile, with one checkpoint that left the house."""
    write(256)
    seal_here()
    Anchor.objects.create(size=256, kind="mail", at_us=1, blob=b"x")


@proves(*(name for model in GROWING for name in trigger(model._meta.db_table, "grows", "insert", "update", "delete")))
@pytest.mark.parametrize("model", GROWING, ids=lambda model: model._meta.db_table)
@plain
def test_what_was_sealed_stays_as_it_was(sealed, model):
    table, column = model._meta.db_table, GROWING[model]
    before = run(f"SELECT * FROM {table}")
    roads = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    roads += [f"TRUNCATE {table}"] if POSTGRESQL else [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"]
    for road in roads:
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(road)
    assert (run(f"SELECT * FROM {table}"), before != []) == (before, True)


@proves("audit.TreeLeaf.seq")
@plain
def test_no_entry_stands_at_two_places(sealed):
    first = TreeLeaf.objects.get(idx=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        TreeLeaf.objects.create(idx=900, seq=first.seq)
    with transaction.atomic():
        TreeLeaf.objects.create(idx=900, seq=first.seq + 9999)
