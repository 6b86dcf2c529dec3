"""Who answers for the do-not-contact list."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class ListLead(models.Model):
    """One naming of the person who answers for the list of refusals, by somebody else; the newest counts (H8).

    Nothing of it is changed or deleted: who answered when stays known.
    """

    LABELS = labels.of(
        rest="plain; compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        """Nobody names themself; the newest first."""

        ordering = ["-named_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("named_by")), name="list_lead_named_by_another"),
        ]
