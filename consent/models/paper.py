"""Signed paper as pictures, one row a page; the pictures lie in the store, closed, and leave it through an outbox."""

import uuid

from django.conf import settings
from django.db import models

from consent.models.evidence import Evidence
from consent.models.notice import NoticeVersion
from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField


class PaperPage(models.Model):
    """One page of signed paper; without its key the file is noise, and the key goes with the person (O1, J1)."""

    LABELS = labels.of(
        file_key="contact; compliance; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    paper = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    file_key = SealedField(field_id="consent.paper.file", layout="bytes", owner="subject_id", null=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # The version whose code stands on it, read from the picture; without one it proves no consent (C7).
    version = models.ForeignKey(NoticeVersion, null=True, on_delete=models.PROTECT, related_name="+")
    ticks = models.JSONField(null=True)  # the boxes that were ticked, where a screen knows them; on paper the eye does
    # Of a letter of withdrawal: what it proves. It says no, so it never speaks for a yes (D1).
    letter = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """Pages count up within a paper."""

        ordering = ["created_at", "number"]
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="one_page_number")]


class FileOutbox(models.Model):
    """A file that nobody needs any more: named in the transaction that ends the need, deleted after it, tried until gone."""

    LABELS = labels.of(rest="plain; nobody; until deleted; deleted; none")

    id = models.UUIDField(primary_key=True)
    since = models.DateTimeField()
