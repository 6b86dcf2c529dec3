"""That a guardian agreed for a child: without such a row nobody under 14 is kept (PIPL 31)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.evidence import Evidence
from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField


class Guardian(models.Model):
    """One guardian's signed yes, looked at by compliance, until a day; the name is sealed under the child's key (C12)."""

    LABELS = labels.of(
        name="contact; compliance; contact life; key; gated",
        rest="plain; compliance; evidence life; row; gated",
    )

    class Relation(models.TextChoices):
        """What the guardian is to the child (民法典 27)."""

        PARENT = "parent", _("parent")
        RELATIVE = "relative", _("grandparent, or brother or sister of age")
        APPOINTED = "appointed", _("appointed guardian")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=10, choices=Relation.choices)
    name = SealedField(field_id="consent.guardian.name", layout="text", owner="subject_id", null=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        """A guardian's yes ends, as every yes does (C15)."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("reviewed_at")), name="guardian_consent_has_an_end"
            ),
        ]
        indexes = [models.Index(fields=["subject", "-valid_until"], name="guardian_by_subject")]
