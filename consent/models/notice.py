"""The closed register of purposes, and notices as immutable published versions."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class Channel(models.TextChoices):
    """The ways of reaching a person; consent is per channel (C1)."""

    CALL = "call", _("phone call")
    SMS = "sms", _("text message")
    SHARE = "share", _("passing on")
    PUBLISH = "publish", _("publication")


class Grade(models.TextChoices):
    """Evidence grades, best first (C6): computed from evidence, never typed."""

    A = "A", _("A · the person, number confirmed")
    B = "B", _("B · signed paper")
    C = "C", _("C · recorded speech")
    D = "D", _("D · asserted by staff")


class Form(models.TextChoices):
    """By which act a purpose may be agreed to, the easiest first (C2, C4); a head keeps by which one it was."""

    GENERAL = "general", _("own tick")
    SEPARATE = "separate", _("a step of its own")
    WRITTEN = "written", _("in writing, signed by hand")


class Basis(models.TextChoices):
    """Why data may be used at all (PIPL 13): asked for, owed by a contract, or owed by law (A9)."""

    CONSENT = "consent", _("consent")
    CONTRACT = "contract", _("a contract with the person")
    STATUTE = "statute", _("a duty by law")


class Materiality(models.TextChoices):
    """How much a new version changes, the least first (B4): nothing, something to be told, something to be asked anew."""

    EDITORIAL = "editorial", _("editorial: the meaning is the same")
    NOTIFY = "notify", _("to be told to the people concerned")
    RECONSENT = "reconsent", _("to be agreed to anew")


# Both hours or neither, and between nine and nine: no notice and no wish widens that (H3).
WINDOW = models.Q(hour_from=None, hour_to=None) | models.Q(
    hour_from__isnull=False, hour_to__isnull=False, hour_from__gte=9, hour_to__lte=21, hour_from__lt=models.F("hour_to")
)


class Purpose(models.Model):
    """One row of the closed register: what for, on which bases, which categories, operations and channels (A2, A9).

    Filled from consent.register; what a row does not list is refused, so a row of before lists nothing until it is filled.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    code = models.CharField(primary_key=True, max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    text_zh = models.TextField()
    text_en = models.TextField()
    categories = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    bases = models.JSONField(default=list)
    operations = models.JSONField(default=list)
    form = models.CharField(max_length=8, choices=Form.choices, default=Form.GENERAL)
    minimum_grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.C)
    retention_days = models.PositiveIntegerField()
    retired_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """A notice as a series of versions, e.g. the authorisation used at events."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    created_at = models.DateTimeField()


class NoticeVersion(models.Model):
    """What was shown, byte for byte; immutable once published and hashed (B1, B5, B11)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    measured = models.CharField(max_length=10, choices=Materiality.choices, null=True)  # what the comparison proposed
    materiality = models.CharField(max_length=10, choices=Materiality.choices, null=True)  # what a person decided
    materiality_reason = models.CharField(max_length=200, null=True)
    readability = models.PositiveSmallIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, null=True)

    @property
    def has_form(self) -> bool:
        """Whether the page and the form were kept with it; versions of before have neither."""
        return self.copies.exists()

    class Meta:
        """Versions count up; a published one carries its hash."""

        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_notice_version_number"),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | ~models.Q(content_hash=""),
                name="published_notice_has_hash",
            ),
        ]


class NoticeCopy(models.Model):
    """What anybody was shown in one language, byte for byte, and the same as a form to sign (B11).

    Made in the act that publishes, and fixed; a table of its own, so that nobody who asks for a version carries it along.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="copies")
    language = models.CharField(max_length=2)
    page = models.BinaryField()
    form = models.BinaryField()

    class Meta:
        """Each version once in each language."""

        constraints = [models.UniqueConstraint(fields=["version", "language"], name="one_copy_per_language")]


class NoticePurpose(models.Model):
    """One tick on the form: a purpose by a channel, in one version, with its promises of time and of contact (C1, C2, C5).

    What is NULL of the promise of contact is the office's own rule; so are all ticks from before there was one.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="purposes")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    order = models.PositiveSmallIntegerField()
    tick_zh = models.CharField(max_length=200)
    tick_en = models.CharField(max_length=200)
    valid_days = models.PositiveIntegerField()
    recipient = models.CharField(max_length=120, blank=True)
    type_zh = models.CharField(max_length=60, null=True)  # what kind of calls or messages
    type_en = models.CharField(max_length=120, null=True)
    per_day = models.PositiveSmallIntegerField(null=True)  # at most so many
    per_week = models.PositiveSmallIntegerField(null=True)
    per_month = models.PositiveSmallIntegerField(null=True)
    hour_from = models.PositiveSmallIntegerField(null=True)  # whole hours on the office's clock, the last not included
    hour_to = models.PositiveSmallIntegerField(null=True)

    class Meta:
        """One tick per purpose and channel in a version; every promise has an end, and no hour outside 9 to 21 (C15, H3)."""

        ordering = ["order"]
        constraints = [
            models.CheckConstraint(condition=WINDOW, name="tick_hours_from_nine_to_nine"),
            models.CheckConstraint(
                condition=(models.Q(per_day=None) | models.Q(per_day__gte=1))
                & (models.Q(per_week=None) | models.Q(per_week__gte=1))
                & (models.Q(per_month=None) | models.Q(per_month__gte=1)),
                name="tick_promises_at_least_one",
            ),
            models.UniqueConstraint(fields=["version", "purpose", "channel"], name="one_tick_per_purpose"),
            models.CheckConstraint(condition=models.Q(valid_days__gte=1, valid_days__lte=3650), name="tick_has_an_end"),
        ]


class NoticeDelivery(models.Model):
    """That a change reached one of the people it concerns: by message, on their own page, or not yet (B3)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="deliveries")
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        """Each change reaches a person once; what waits is found by what was not sent."""

        constraints = [models.UniqueConstraint(fields=["version", "subject"], name="one_delivery_per_person")]
        indexes = [models.Index(fields=["id"], condition=models.Q(sent_at__isnull=True), name="delivery_unsent")]
