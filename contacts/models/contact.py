"""The person as the office knows them, and their numbers, each with the paper that let it in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels
from vault.fields import SealedField


class Contact(models.Model):
    """A person with a name; shares its key with the consent subject, so erasing one key erases all (A1)."""

    LABELS = labels.of(
        name="contact; advisor,lead; contact life; key; gated",
        company="contact; advisor,lead; contact life; key; gated",
        title="contact; advisor,lead; contact life; key; gated",
        wechat="contact; advisor,lead; contact life; key; gated",
        email="contact; advisor,lead; contact life; key; gated",
        note="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Source(models.TextChoices):
        """How the person came to us (H13)."""

        VISITOR = "visitor", _("own phone at an event")
        QUICK = "quick", _("noted by an advisor")
        SHEET = "sheet", _("sign-in sheet")
        REFERRAL = "referral", _("a referral")
        PARTNER = "partner", _("passed on by a partner")

    subject = models.OneToOneField("consent.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+")
    book = models.ForeignKey("team.Book", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("contacts.Event", on_delete=models.PROTECT, related_name="contacts")
    source = models.CharField(max_length=10, choices=Source.choices)
    name = SealedField(field_id="contacts.contact.name", layout="text", owner="subject_id")
    company = SealedField(field_id="contacts.contact.company", layout="text", owner="subject_id", null=True)
    title = SealedField(field_id="contacts.contact.title", layout="text", owner="subject_id", null=True)
    wechat = SealedField(field_id="contacts.contact.wechat", layout="text", owner="subject_id", null=True)
    email = SealedField(field_id="contacts.contact.email", layout="text", owner="subject_id", null=True)
    note = SealedField(field_id="contacts.contact.note", layout="text", owner="subject_id", null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    delete_on = models.DateTimeField()
    delete_rule = models.CharField(max_length=30)
    # Two clocks: where a statute keeps the person beyond the promise, `narrow_on` is the promise's end (law.md §4.3).
    client_since = models.DateField(null=True)
    client_until = models.DateField(null=True)
    narrow_on = models.DateTimeField(null=True)
    narrow_rule = models.CharField(max_length=30, null=True)  # SQLite adds it without rebuilding the table
    narrowed_at = models.DateTimeField(null=True)

    class Meta:
        """Lists read a book newest first; the sweep reads by end date."""

        indexes = [
            models.Index(fields=["book", "-created_at", "-subject"], name="contact_book_newest"),
            models.Index(fields=["delete_on", "subject"], name="contact_leaving"),
            models.Index(
                fields=["narrow_on"],
                condition=models.Q(narrow_on__isnull=False, narrowed_at__isnull=True),
                name="contact_narrowing",
            ),
        ]


class Phone(models.Model):
    """One sealed number of one kind; without its basis it cannot exist (A1)."""

    LABELS = labels.of(
        number="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Kind(models.TextChoices):
        """What the number is."""

        MOBILE = "mobile", _("mobile")
        LANDLINE = "landline", _("landline")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="phones")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = SealedField(field_id="contacts.phone.number", layout="phone", owner="contact_id")
    basis = models.ForeignKey("consent.Consent", on_delete=models.PROTECT, related_name="+")
    cross_border = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    wrong_at = models.DateTimeField(null=True)
    # When it was last seen to be theirs, and when a call found it out of service (A5); SQLite adds both without rebuilding.
    verified_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """In the order they were given."""

        ordering = ["position", "created_at"]
