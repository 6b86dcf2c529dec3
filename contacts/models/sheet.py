"""Sheets on their way in: where they come from, the sealed file, its mapping, one verdict for every row; lists paid for."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.models.event import Event
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

    class Provenance(models.TextChoices):
        """Where the uploader said the sheet comes from, before anything of it was read (E3)."""

        OWN = "own", _("people met at the event")
        PAID = "paid", _("bought, exchanged, or given for something")
        PARTNER = "partner", _("passed on by a partner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provenance = models.CharField(max_length=8, choices=Provenance.choices, default=Provenance.OWN)
    event = models.ForeignKey("contacts.Event", null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # Which partner passed it on, where one of the register did; NULL with `partner` is one that is not on it (A7).
    partner = models.ForeignKey("consent.Partner", null=True, on_delete=models.PROTECT, related_name="+")
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
            models.CheckConstraint(
                condition=~models.Q(provenance="paid")
                | models.Q(
                    state="failed", file__isnull=True, file_name__isnull=True, read=0, ready=0, held=0, refused=0, done=0
                ),
                name="nothing_of_a_paid_list",
            ),
            models.CheckConstraint(
                condition=models.Q(event__isnull=False) | models.Q(provenance="paid"), name="sheet_comes_from_an_event"
            ),
        ]

    @property
    def origin(self) -> Event:
        """The event whose people these are; only a list that was paid for may name none, and nothing of it comes this far."""
        if self.event is None:
            raise Event.DoesNotExist
        return self.event


class SheetRow(models.Model):
    """One row with its verdict; the cells stay sealed until the import's key is destroyed."""

    LABELS = labels.of(
        payload="contact; advisor,lead; contact life; key; gated",
        proof="pseudonym; nobody; evidence life; row; never",
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
    # A keyed digest of the number of the consent that a partner took (E1); SQLite adds it without rebuilding the table.
    proof = models.CharField(max_length=64, null=True)

    class Meta:
        """Each row of the sheet once; one proof brings in one person."""

        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="one_verdict_per_row"),
            models.UniqueConstraint(
                fields=["proof"], condition=models.Q(made=True, proof__isnull=False), name="one_person_per_proof"
            ),
        ]
        indexes = [models.Index(fields=["sheet", "status", "number"], name="sheet_row_status")]


class PaidListCase(models.Model):
    """A colleague said that a list was paid for: who, when, and what compliance found; of the list itself nothing (E3)."""

    LABELS = labels.of(rest="plain; compliance; evidence life; row; gated")

    class Finding(models.TextChoices):
        """What compliance found."""

        MISTAKE = "mistake", _("the answer was a mistake: nothing was given for the list")
        DESTROYED = "destroyed", _("the list was destroyed wherever it lay, and not used")
        REPORTED = "reported", _("passed on to whoever must decide outside this office")

    sheet = models.OneToOneField(SheetImport, primary_key=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Closed by somebody else, with a finding; the newest first."""

        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, finding="")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False)
                & ~models.Q(closed_by=models.F("opened_by"))
                & ~models.Q(finding=""),
                name="paid_case_closed_by_another",
            ),
        ]
