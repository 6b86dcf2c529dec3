"""Partners: who passes people on to us and to whom we pass them on, under which agreement, and until when."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels
from vault.fields import SealedField


class Partner(models.Model):
    """One agreement with one partner: entered by one, approved by another, changed by nobody, and it ends (A7, E1).

    What PIPL 23 asks to be told stands here: name, how to reach them, what for, how, which data. `names_us` is how the
    consents that they take name this office: what does not say so does not speak of us.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    contact = models.CharField(max_length=120)
    gives = models.BooleanField(default=False)
    takes = models.BooleanField(default=False)
    purposes = models.JSONField()
    categories = models.JSONField()
    method = models.CharField(max_length=120)
    names_us = models.CharField(max_length=120, blank=True)
    agreement = models.CharField(max_length=40)
    agreed_on = models.DateField()
    assessed_on = models.DateField()
    valid_until = models.DateField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Nobody approves what they entered; whoever stands here can be named and reached; every agreement ends."""

        ordering = ["-entered_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~models.Q(approved_by=models.F("entered_by")),
                name="partner_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True, ended_at__isnull=True)
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
                name="partner_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(contact="") & ~models.Q(method="") & ~models.Q(agreement=""),
                name="partner_is_named",
            ),
            models.CheckConstraint(
                condition=models.Q(gives=True) & ~models.Q(names_us="") | models.Q(gives=False, takes=True),
                name="partner_gives_or_takes",
            ),
            models.CheckConstraint(condition=models.Q(valid_until__gt=models.F("agreed_on")), name="partner_has_an_end"),
            models.UniqueConstraint(
                fields=["agreement"], condition=models.Q(ended_at__isnull=True), name="one_open_partner_agreement"
            ),
        ]


class PartnerHook(models.Model):
    """Where a partner's own system is told that somebody withdrew, and the secret that it shares with us (D10).

    Entered with the partner and approved with it; the address never changes. The secret is sealed under a key of this row's
    own in the vault, and no page shows it.
    """

    LABELS = labels.of(
        secret="plain; nobody; evidence life; key; never",  # noqa: S106 - a label
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    partner = models.OneToOneField(Partner, primary_key=True, on_delete=models.PROTECT, related_name="hook")
    address = models.CharField(max_length=200)
    secret = SealedField(field_id="consent.partner.secret", layout="text", owner="partner_id")

    class Meta:
        """Nothing travels in the clear, but in development to this very machine."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(address__startswith="https://")
                | models.Q(address__startswith="http://127.0.0.1:")
                | models.Q(address__startswith="http://localhost:"),
                name="hook_travels_closed",
            ),
        ]
