"""What the sealer writes: places, tiles, checkpoints, anchors and keys; it hangs on no other table by a key."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from audit import ids
from vault import labels


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
    root = models.BinaryField(max_length=32, null=True)  # over these hashes; tiles of before this was kept have none

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
        known = {"mail": _("mail"), "file": _("a folder elsewhere"), "rfc3161": _("a time-stamp authority")}
        return known.get(self.kind, self.kind)


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
