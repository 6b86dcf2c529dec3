"""A complaint of somebody who is not known here: what it is about, and the code by which they read the answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.rights import RightsRequest
from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField


class StrangersComplaint(models.Model):
    """What a complaint has beside its request: a subject made for it alone, with a key of its own and an end (K7).

    No number is kept and nobody is looked up: the stranger comes back by a code, which is kept as a hash only.
    """

    LABELS = labels.of(
        reply_to="contact; compliance; until it is over; key; gated",
        rest="plain; compliance; evidence life; row; gated",
    )

    class Topic(models.TextChoices):
        """What it is about, for the statistics."""

        CONTACTED = "contacted", _("I was called or written to, and had not agreed")
        SOURCE = "source", _("I want to know where you have my number from")
        HANDLING = "handling", _("how personal information is handled here")
        STAFF = "staff", _("how somebody who works here behaved")
        RULES = "rules", _("please explain your rules to me")
        OTHER = "other", _("something else")

    class Reply(models.TextChoices):
        """By which road the stranger wants the answer."""

        PAGE = "page", _("I read it on this site, by a code")
        LETTER = "letter", _("write to me as well, to the address below")

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="stranger")
    topic = models.CharField(max_length=10, choices=Topic.choices)
    reply = models.CharField(max_length=6, choices=Reply.choices)
    reply_to = SealedField(field_id="consent.complaint.reply_to", layout="text", owner="subject_id", null=True)
    code_hash = models.CharField(max_length=64, unique=True)
    leaves_at = models.DateTimeField()

    class Meta:
        """Found by its end while its words are there."""

        indexes = [models.Index(fields=["leaves_at"], name="complaint_leaves")]
