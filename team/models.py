"""Who works here: users, teams, books, protected fields, pledges, and what the doors count."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels

PERSON = "identifier; admin; employment; never; never"
PLAIN = "plain; admin,compliance; employment; never; gated"


class Role(models.TextChoices):
    """The five roles; an admin runs the system and reads no numbers."""

    ADVISOR = "advisor", _("Advisor")
    LEAD = "lead", _("Team lead")
    COMPLIANCE = "compliance", _("Compliance officer")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Team(models.Model):
    """A team of advisors with a lead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)

    LABELS = labels.of(rest=PLAIN)

    def __str__(self) -> str:
        """Its name, as lists show it."""
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates users with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password nobody can sign in as them."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who works here; deactivated, never deleted, so that the trail keeps a face."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("Sign-in name"), max_length=40, unique=True)
    display_name = models.CharField(_("Name"), max_length=60)
    role = models.CharField(_("Role"), max_length=12, choices=Role.choices)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    groups = models.ManyToManyField("auth.Group", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    deactivated_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")

    USERNAME_FIELD = "username"
    objects = UserManager()
    LABELS = labels.of(
        username=PERSON,
        display_name=PERSON,
        password="evidence; nobody; employment; never; never",  # noqa: S106 - a label
        rest=PLAIN,
    )

    class Meta:
        """A closed account says since when."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(deactivated_at__isnull=False),
                name="closed_account_has_a_date",
            )
        ]

    def __str__(self) -> str:
        """The public id; names are printed where a page wants them."""
        return str(self.pk)

    @property
    def is_superuser(self) -> bool:
        """Nobody is."""
        return False

    @property
    def is_staff(self) -> bool:
        """There is no stock admin here."""
        return False


class Book(models.Model):
    """A portfolio of people: an advisor's own, or a team's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="books")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="books")
    closed_at = models.DateTimeField(null=True)

    LABELS = labels.of(rest=PLAIN)

    class Meta:
        """Sight of a book is a guardian grant."""

        permissions = [("see_book", "may see the people of this book")]


class ProtectedField(models.Model):
    """A field whose level is set role by role; the grants hang here, never on people."""

    code = models.CharField(primary_key=True, max_length=40)
    order = models.PositiveSmallIntegerField()

    LABELS = labels.of(rest=PLAIN)

    class Meta:
        """One guardian permission per level."""

        ordering = ["order"]
        permissions = [
            ("level_last4", "sees the last four digits"),
            ("level_masked", "sees the mask"),
            ("level_call", "uses it without seeing a number"),
            ("level_reveal", "sees it for a reason"),
            ("level_export", "may export it"),
        ]


class LevelChange(models.Model):
    """One change of the matrix: who, when, from what to what, why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    field = models.ForeignKey(ProtectedField, on_delete=models.PROTECT, related_name="changes")
    role = models.CharField(max_length=12, choices=Role.choices)
    before = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    LABELS = labels.of(rest=PLAIN)


class Pledge(models.Model):
    """A signed confidentiality agreement or a passed training, until when (A10, L2)."""

    class Kind(models.TextChoices):
        """What was pledged."""

        NDA = "nda", _("confidentiality agreement")
        TRAINING = "training", _("training")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pledges")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    LABELS = labels.of(rest=PLAIN)


class Throttle(models.Model):
    """How often something was tried in a window; the bucket is a hash, so no address or name is kept."""

    bucket = models.CharField(primary_key=True, max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField()

    LABELS = labels.of(rest="plain; nobody; a day; row; never")
