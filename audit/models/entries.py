"""Entries and the queue of those not yet sealed: unmanaged, so that no flush, fixture or admin action ever touches them."""

from datetime import datetime

from django.db import models

from audit import ids
from vault import labels


class Entry(models.Model):
    """One act. `leaf` is the entry; every other column is only an index into it.

    No foreign keys: nothing that happens to a person or a user may reach into the trail.
    """

    seq = models.BigAutoField(primary_key=True)
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    eid = models.UUIDField(unique=True)
    at_us = models.BigIntegerField()
    act = models.CharField(max_length=40)
    outcome = models.CharField(max_length=6)
    reason = models.CharField(max_length=40)
    actor = models.UUIDField()
    subject = models.UUIDField(null=True)

    LABELS = labels.of(
        leaf="evidence; auditor,compliance; trail; kept; bundle",
        rest="pseudonym; auditor,compliance; trail; kept; bundle",
    )

    class Meta:
        """Made by audit.schema."""

        managed = False
        db_table = "audit_entry"

    @property
    def content(self) -> bytes:
        """The leaf as bytes, whatever the driver hands out."""
        return bytes(self.leaf)

    @property
    def at(self) -> datetime:
        """When it happened, UTC."""
        return ids.moment(self.at_us)


class Pending(models.Model):
    """The queue of entries not yet sealed; filled by the database with every insert."""

    seq = models.BigIntegerField(primary_key=True)

    LABELS = labels.of(rest="plain; nobody; until sealed; deleted; none")

    class Meta:
        """Made by audit.schema."""

        managed = False
        db_table = "audit_pending"
