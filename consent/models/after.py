"""What somebody decided for after their death, and what a near relative was given on proof of it (PIPL 49)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consent.models.rights import RightsRequest
from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField

WORDS = {
    "may_see": _("see what is held"),
    "may_copy": _("take a copy"),
    "may_correct": _("have it corrected"),
    "may_erase": _("have it deleted"),
}
SCOPE = tuple(WORDS)
ANYTHING = Q(may_see=True) | Q(may_copy=True) | Q(may_correct=True) | Q(may_erase=True)


class PriorArrangement(models.Model):
    """One decision of one person, made alive: what near relatives may ask after their death; all four false is nobody (K5).

    Taken back or replaced it has an end and stays, since the one that stood on the day of death is the one that counts.
    """

    LABELS = labels.of(
        who="contact; compliance; contact life; key; gated",
        rest="plain; compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    may_see = models.BooleanField()
    may_copy = models.BooleanField()
    may_correct = models.BooleanField()
    may_erase = models.BooleanField()
    who = SealedField(field_id="consent.arrangement.who", layout="text", owner="subject_id", null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One stands for each person; where nobody may ask, nobody is named."""

        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(ended_at=None), name="one_standing_arrangement"),
            models.CheckConstraint(condition=ANYTHING | Q(who__isnull=True), name="arrangement_of_nobody_names_nobody"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("made_at")), name="arrangement_ends_after_it_began"
            ),
        ]

    @property
    def nobody(self) -> bool:
        """Whether nobody may ask for anything."""
        return not any(getattr(self, name) for name in SCOPE)


class RelativeClaim(models.Model):
    """What one near relative's request was granted, and on which proof; no copy of a paper is kept (K5)."""

    LABELS = labels.of(
        rest="plain; compliance; evidence life; row; gated",
    )

    class Relation(models.TextChoices):
        """Near relatives (民法典 1045)."""

        SPOUSE = "spouse", _("husband or wife")
        PARENT = "parent", _("father or mother")
        CHILD = "child", _("son or daughter")
        SIBLING = "sibling", _("brother or sister")
        GRANDPARENT = "grandparent", _("grandparent")
        GRANDCHILD = "grandchild", _("grandchild")

    class Kinship(models.TextChoices):
        """Which paper proved it."""

        HOUSEHOLD = "household", _("household register")
        MARRIAGE = "marriage", _("marriage certificate")
        BIRTH = "birth", _("birth certificate")
        NOTARY = "notary", _("notarised certificate of kinship")
        AUTHORITY = "authority", _("certificate of the police, of the file office or of a court")

    class Death(models.TextChoices):
        """Which paper proved it."""

        MEDICAL = "medical", _("medical certificate of death")
        DEREGISTERED = "deregistered", _("household registration ended for death")
        CREMATION = "cremation", _("certificate of cremation")
        COURT = "court", _("judgment that declares the death")

    class Interest(models.TextChoices):
        """The relative's own lawful and legitimate interest."""

        INHERITANCE = "inheritance", _("an inheritance or a debt of the estate")
        BENEFIT = "benefit", _("a benefit due on death: insurance, fund, pension")
        DISPUTE = "dispute", _("a lawsuit or a complaint about the person's contracts")
        PEACE = "peace", _("that nobody calls or writes to the person any more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="claim")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    kinship = models.CharField(max_length=12, choices=Kinship.choices)
    death = models.CharField(max_length=12, choices=Death.choices)
    interest = models.CharField(max_length=12, choices=Interest.choices)
    died_on = models.DateField()
    may_see = models.BooleanField()
    may_copy = models.BooleanField()
    may_correct = models.BooleanField()
    may_erase = models.BooleanField()
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()

    class Meta:
        """Nothing is granted without scope and without proof."""

        constraints = [
            models.CheckConstraint(condition=ANYTHING, name="claim_has_a_scope"),
            models.CheckConstraint(
                condition=~Q(relation="") & ~Q(kinship="") & ~Q(death="") & ~Q(interest=""), name="claim_has_its_proof"
            ),
        ]
