"""Saved views of the list: a name and a query string of allowed filters."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class SavedView(models.Model):
    """A user's own name for a set of filters; never holds a search term."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        """A name once per user."""

        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")]
