"""The erasable side: wrapped person keys and blind indexes, apart from what they open (vault.md §4.4)."""

import uuid

from django.db import models

from vault import labels

ALL = uuid.UUID(int=0)


class PersonKey(models.Model):
    """One data key, wrapped by an epoch key; whoever loses this row loses every value under it."""

    owner = models.UUIDField(primary_key=True)
    kid = models.BinaryField(max_length=4)
    generation = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField(max_length=68)
    # The key of the generation before, while values sealed under it are being sealed anew.
    previous = models.BinaryField(max_length=68, null=True)
    previous_kid = models.BinaryField(max_length=4, null=True)
    moved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    LABELS = labels.of(
        owner="pseudonym; vault; contact life; row; never",
        rest="plain; vault; contact life; row; never",
    )

    class Meta:
        """Counted and moved by the key they are under."""

        indexes = [
            models.Index(fields=["kid", "owner"], name="wrapped_under"),
            models.Index(fields=["owner"], condition=models.Q(previous__isnull=False), name="moving"),
        ]


class BlindIndex(models.Model):
    """One keyed tag by which a sealed value is found again; goes with the person's key."""

    class Kind(models.IntegerChoices):
        """What the tag is of."""

        EXACT = 1, "exact"
        LAST4 = 2, "last4"
        NAME = 3, "name"

    id = models.BigAutoField(primary_key=True)
    owner = models.UUIDField(db_index=True)
    row = models.UUIDField()
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    generation = models.PositiveSmallIntegerField(default=1)
    scope = models.UUIDField(default=ALL)
    tag = models.BinaryField(max_length=16)

    LABELS = labels.of(
        owner="pseudonym; vault; contact life; row; never",
        row="pseudonym; vault; contact life; row; never",
        tag="pseudonym; vault; contact life; row; never",
        rest="plain; vault; contact life; row; never",
    )

    class Meta:
        """A tag once per row and scope, in the order in which it is looked up: one index does both."""

        constraints = [models.UniqueConstraint(fields=["kind", "generation", "tag", "scope", "row"], name="one_tag_per_row")]


class Canary(models.Model):
    """Proof that a keyring belongs to this database: one known value under each key (vault.md §4.6)."""

    kid = models.BinaryField(primary_key=True, max_length=4)
    proof = models.BinaryField(max_length=64)
    created_at = models.DateTimeField()

    LABELS = labels.of(rest="plain; vault; key life; row; never")


class Tombstone(models.Model):
    """One key of the keyring that is no more: its name, and since when every copy is useless (vault.md §4.5)."""

    kid = models.BinaryField(primary_key=True, max_length=4)
    purpose = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField()

    LABELS = labels.of(rest="plain; admin; evidence life; row; never")


class Worker(models.Model):
    """One process that is alive, and where each key stands in the keyring it holds (vault.md §4.7)."""

    name = models.CharField(primary_key=True, max_length=120)
    holds = models.JSONField(default=dict)
    seen_at = models.DateTimeField(db_index=True)

    LABELS = labels.of(rest="plain; admin; a day; row; never")


class Restoration(models.Model):
    """One backup that was brought back; while `replayed_at` is empty nothing is served and nothing opened (audit.md §5.8)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    backup = models.UUIDField()
    from_line = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    started_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)
    to_line = models.PositiveBigIntegerField(null=True)
    to_hash = models.CharField(max_length=64, blank=True)

    LABELS = labels.of(rest="plain; admin; evidence life; row; never")

    class Meta:
        """Proven and where to, or neither."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(replayed_at__isnull=True, to_line__isnull=True)
                | models.Q(replayed_at__isnull=False, to_line__isnull=False),
                name="restored_and_proven_up_to",
            )
        ]
