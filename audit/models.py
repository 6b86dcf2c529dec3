"""The trail's tables as Django reads them; migrations make them, the database alone guards them.

Entries and their queue are unmanaged, so that no flush, fixture or admin action of Django's ever
touches them. What the sealer writes hangs on no other table: the tree stands without a foreign key.
"""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


class TreeLeaf(models.Model):
    """The place of one entry in the tree; once given, for ever."""

    idx = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(unique=True)

    LABELS = labels.of(rest="plain; auditor; trail; kept; bundle")

    class Meta:
        """Grows only; written by the sealer."""

        db_table = "audit_leaf"


class Tile(models.Model):
    """256 neighbouring hashes of one row of the tree, kept once they are all there."""

    pk = models.CompositePrimaryKey("level", "n")
    level = models.PositiveSmallIntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)

    LABELS = labels.of(rest="plain; auditor; trail; kept; bundle")

    class Meta:
        """Grows only; written by the sealer."""

        db_table = "audit_tile"


class Seal(models.Model):
    """One checkpoint: how large the tree was, its root and right edge, and the signed note that says so."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField(max_length=2048)
    note = models.TextField()
    at_us = models.BigIntegerField()

    LABELS = labels.of(rest="plain; auditor; trail; kept; bundle")

    class Meta:
        """Grows only; written by the sealer."""

        db_table = "audit_checkpoint"

    @property
    def at(self) -> datetime:
        """When it was sealed, UTC."""
        return ids.moment(self.at_us)


class Anchor(models.Model):
    """One checkpoint that left the house: to whom or what, when, and what came back."""

    size = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    at_us = models.BigIntegerField()
    blob = models.BinaryField()

    LABELS = labels.of(rest="plain; auditor; trail; kept; bundle")

    class Meta:
        """Grows only."""

        db_table = "audit_anchor"
        indexes = [models.Index(fields=["size"], name="audit_anchor_size")]

    @property
    def at(self) -> datetime:
        """When it left, UTC."""
        return ids.moment(self.at_us)

    @property
    def way(self) -> str:
        """By which way it left, in words."""
        return {"mail": _("mail"), "file": _("a folder elsewhere")}.get(self.kind, self.kind)


class SealingKey(models.Model):
    """A verifier under which the trail is signed from this size on; whom to trust is said outside."""

    kid = models.BinaryField(primary_key=True, max_length=4)
    vkey = models.TextField()
    from_size = models.BigIntegerField()

    LABELS = labels.of(rest="plain; auditor; trail; kept; bundle")

    class Meta:
        """Grows only; written by the sealer."""

        db_table = "audit_key"


class Watch(models.Model):
    """What a watcher saw last: nothing wrong, or one word and the place."""

    name = models.CharField(primary_key=True, max_length=20)
    at_us = models.BigIntegerField()
    word = models.CharField(max_length=20, blank=True)
    place = models.BigIntegerField(default=0)

    LABELS = labels.of(rest="plain; auditor,admin,compliance; until seen again; row; none")

    class Meta:
        """One row for each watcher, written anew each time."""

        db_table = "audit_watch"

    @property
    def at(self) -> datetime:
        """When it looked, UTC."""
        return ids.moment(self.at_us)


class ExportJob(models.Model):
    """One wish to take the trail out: for what, by whom, who let it, and how far it is (ASVS 2.3.5).

    What was asked for and up to which checkpoint is fixed when it is asked, so that the second person decides about
    exactly these entries; users are ids without a key, as everywhere on this floor.
    """

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", gettext_lazy("waits for a second person")
        REFUSED = "refused", gettext_lazy("refused")
        APPROVED = "approved", gettext_lazy("approved")
        RUNNING = "running", gettext_lazy("being written")
        READY = "ready", gettext_lazy("ready")
        FAILED = "failed", gettext_lazy("failed")
        CANCELLED = "cancelled", gettext_lazy("cancelled")
        EXPIRED = "expired", gettext_lazy("run out")

    class Purpose(models.TextChoices):
        """What the trail is taken out for."""

        AUDIT = "audit", gettext_lazy("compliance audit")
        REGULATOR = "regulator", gettext_lazy("request of an authority")
        INCIDENT = "incident", gettext_lazy("an incident being looked into")
        PERSON = "person", gettext_lazy("a person's own request")
        DISPUTE = "dispute", gettext_lazy("dispute or lawsuit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    query = models.TextField()
    query_hash = models.CharField(max_length=64)
    size = models.BigIntegerField()
    count = models.BigIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    case_ref = models.CharField(max_length=40, blank=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    file_bytes = models.BigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)

    LABELS = labels.of(rest="plain; auditor,compliance,admin; evidence life; row; never")

    class Meta:
        """Found while unfinished; nobody decides about their own wish."""

        db_table = "audit_export"
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state__in=["asked", "approved", "running", "ready"]),
                name="audit_export_open",
            ),
            models.Index(fields=["-asked_at"], name="audit_export_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="export_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "cancelled", "expired"]) | models.Q(decided_by__isnull=False),
                name="export_runs_once_decided",
            ),
        ]
