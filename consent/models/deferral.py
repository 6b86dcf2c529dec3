"""Who decides later, and whether and when they want to be asked once more."""

from django.db import models

from consent.models.subject import Subject
from vault import labels


class Deferral(models.Model):
    """Somebody put their decision off: asked again once at most, not before the day they chose (law.md §3; 条例 22(5))."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; contact life; row; gated",
    )

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    ask_on = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        """Nobody is asked who did not wish it, nor before their day."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(asked_at__isnull=True) | models.Q(ask_on__isnull=False, asked_at__gte=models.F("ask_on")),
                name="asked_again_as_wished",
            ),
            models.CheckConstraint(
                condition=models.Q(ask_on__isnull=True) | models.Q(ask_on__gt=models.F("chosen_at")),
                name="asked_again_later",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ask_on"], condition=models.Q(ask_on__isnull=False, asked_at__isnull=True), name="ask_again_due"
            )
        ]
