"""What people ask of the office about their own data, each with a clock and an answer (PIPL 44-50)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField


class RightsRequest(models.Model):
    """One request of one person; words and answer are sealed under their key and go with them (K1, K2, K3)."""

    LABELS = labels.of(
        words="contact; compliance; contact life; key; gated",
        answer="contact; compliance; contact life; key; gated",
        rest="plain; compliance; evidence life; row; gated",
    )

    class Kind(models.TextChoices):
        """What is asked for, in the words of the law."""

        ACCESS = "access", _("see or copy my data")
        CORRECTION = "correction", _("correct something")
        SUPPLEMENT = "supplement", _("add something")
        DELETION = "erasure", _("delete my data")
        PORTABILITY = "portability", _("move my data elsewhere")
        RESTRICTION = "restriction", _("keep my data, but use it for nothing")
        EXPLANATION = "explanation", _("explain your rules")
        OBJECTION = "objection", _("no scoring and no profile of me")
        COMPLAINT = "complaint", _("complain")
        RELATIVE = "relative", _("for a relative who has died")

    class Road(models.TextChoices):
        """How it reached us."""

        OWN_PAGE = "own_page", _("on the person's own page")
        SPOKEN = "spoken", _("said to staff")
        LETTER = "letter", _("letter or e-mail")
        PUBLIC = "public", _("on the public page, by a stranger")

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("waiting for an answer")
        ANSWERED = "answered", _("done")
        REFUSED = "refused", _("refused")
        GONE = "gone", _("ended unanswered: the person has left")

    class Ground(models.TextChoices):
        """Why a request may be refused."""

        NONE = "", _("none")
        STATUTE = "statute", _("a statute requires us to keep it")
        NOT_HELD = "not_held", _("we do not hold this")
        IDENTITY = "identity", _("it is not certain that it is the right person")
        OTHERS = "others", _("it would harm the rights of somebody else")
        UNFOUNDED = "unfounded", _("what is to be corrected is right")
        ARRANGED = "arranged", _("the person decided otherwise while alive")
        UNPROVEN = "unproven", _("the death, the kinship or a lawful interest was not proved")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    road = models.CharField(max_length=10, choices=Road.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    ground = models.CharField(max_length=10, choices=Ground.choices, blank=True)
    words = SealedField(field_id="consent.request.words", layout="text", owner="subject_id", null=True)
    answer = SealedField(field_id="consent.request.answer", layout="text", owner="subject_id", null=True)
    received_at = models.DateTimeField()
    due_on = models.DateField()
    due_known = models.BooleanField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Read by deadline; decided means decided by somebody at some time, and a no has its ground."""

        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="decided_request_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="refused", decided_by__isnull=False) & ~Q(ground="") | (~Q(state="refused") & Q(ground="")),
                name="refused_request_has_a_ground",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="open"), name="request_open_due"),
            models.Index(fields=["subject", "-received_at"], name="request_by_subject"),
        ]
