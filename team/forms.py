"""Forms of the team floor."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from team.fields import Level
from team.models import ProtectedField, Role, Team, User
from team.words import HANDOVERS
from vault.forms import LineField, StrictForm


class SignInForm(StrictForm):
    """Name and password."""

    beside = frozenset({"next"})

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(StrictForm):
    """A six-digit code, or a recovery code."""

    beside = frozenset({"next"})

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class PasswordForm(StrictForm):
    """The old password, and twice the new one."""

    old = forms.CharField(
        label=_("Present password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters; a few words that belong together only for you are best."),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Keep whose password it is: it must not resemble their name."""
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        """Refuse a weak password."""
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new

    def clean(self) -> None:
        """Both new ones are the same, and other than the old one."""
        old, new, again = (self.cleaned_data.get(name) for name in ("old", "new", "again"))
        if new and again and new != again:
            self.add_error("again", _("The two new passwords differ."))
        if new and new == old:
            self.add_error("new", _("Please choose another password than the present one."))


class AccountForm(StrictForm):
    """A new account."""

    username = forms.SlugField(label=_("Sign-in name"), max_length=40)
    display_name = LineField(label=_("Name"), max_length=60)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.order_by("name"), required=False)
    password = forms.CharField(label=_("First password"), max_length=128, strip=False, widget=forms.PasswordInput)

    def clean_password(self) -> str:
        """Refuse a weak password."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


class RoleForm(StrictForm):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class LevelForm(StrictForm):
    """One cell of the matrix and why it changes."""

    field = forms.ModelChoiceField(queryset=ProtectedField.objects.all())
    role = forms.ChoiceField(choices=Role.choices)
    level = forms.TypedChoiceField(choices=[(level.value, level.name) for level in Level], coerce=lambda v: Level(int(v)))
    reason = LineField(label=_("Reason"), max_length=200)


class HandOverForm(StrictForm):
    """To whom a book goes, and why."""

    to = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none())
    reason = forms.ChoiceField(label=_("Reason"), choices=list(HANDOVERS.items()))
    fresh = forms.BooleanField(
        label=_("Open a new, empty book for the former owner"),
        required=False,
        help_text=_("For somebody who stays and goes on meeting people."),
    )

    def __init__(self, *args: Any, receivers: QuerySet[User], **kwargs: Any) -> None:
        """Offer the colleagues by name."""
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = receivers  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda user: user.display_name  # type: ignore[attr-defined]
