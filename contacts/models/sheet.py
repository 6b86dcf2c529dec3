"""Sheets on their way in: the sealed file, its mapping, and one verdict for every row."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vault import labels
from vault.fields import SealedField


class SheetImport(models.Model):
    """One uploaded sheet, sealed under a key of its own that is destroyed with it."""

    LABELS = labels.of(
        file="contact; advisor,lead; contact life; key; gated",
        file_name="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class State(models.TextChoices):
        """Where the import stands."""

        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking rows")
        CHECKED = "checked", _("waiting for your yes")
        COMMITTING = "committing", _("saving")
        COMMITTED = "committed", _("saved")
        UNDOING = "undoing", _("undoing")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey("contacts.Event", on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    file = SealedField(field_id="contacts.sheet.file", layout="bytes", owner="id", null=True)
    file_name = SealedField(field_id="contacts.sheet.name", layout="text", owner="id", null=True)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    sheet = models.CharField(max_length=80, blank=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State.choices)
    problem = models.CharField(max_length=40, blank=True)
    read = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    purge_on = models.DateTimeField()

    class Meta:
        """Every row read is ready, held or refused; none is lost."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["uploaded", "checking", "failed"])
                | models.Q(read=models.F("ready") + models.F("held") + models.F("refused")),
                name="sheet_rows_add_up",
            ),
        ]


class SheetRow(models.Model):
    """One row with its verdict; the cells stay sealed until the import's key is destroyed."""

    LABELS = labels.of(
        payload="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Status(models.TextChoices):
        """What will become of the row."""

        READY = "ready", _("ready")
        HELD = "held", _("held")
        REFUSED = "refused", pgettext_lazy("sheet", "refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(SheetImport, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices)
    reason = models.CharField(max_length=40, blank=True)
    payload = SealedField(field_id="contacts.sheet.row", layout="text", owner="sheet_id", null=True)
    subject_id = models.UUIDField(null=True)
    made = models.BooleanField(default=False)

    class Meta:
        """Each row of the sheet once."""

        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="one_verdict_per_row")]
        indexes = [models.Index(fields=["sheet", "status", "number"], name="sheet_row_status")]
