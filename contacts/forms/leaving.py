"""Forms of the leaving pages: holds, and the retention table."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts import keeps
from contacts.models import LegalHold, Postponement
from vault.forms import DayField, LineField, StrictForm


class ReviewForm(StrictForm):
    """When somebody looks at the case again."""

    review_on = DayField(
        label=_("Review by"),
        help_text=_("Within 90 days. A hold keeps the data; it never reopens contact."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """`today` is the office's date; the review must lie within 90 days of it."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["review_on"].initial = today + timedelta(days=90)

    def clean_review_on(self) -> date:
        """Refuse a review in the past or beyond 90 days."""
        review: date = self.cleaned_data["review_on"]
        if not 0 <= (review - self.today).days <= 90:
            raise forms.ValidationError(_("Choose a date within the next 90 days."))
        return review


class HoldForm(ReviewForm):
    """Case, reason, scope and review date of a legal hold."""

    case_ref = LineField(label=_("Case number"), max_length=40)
    reason = forms.ChoiceField(label=_("Reason"), choices=LegalHold.Reason.choices)
    scope = forms.ChoiceField(label=_("What the case needs"), choices=LegalHold.Scope.choices)
    field_order = ("case_ref", "reason", "scope", "review_on")


class PostponeForm(StrictForm):
    """Why one person leaves later, and how many days."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Postponement.Reason.choices)
    days = forms.TypedChoiceField(
        label=_("Days from now"),
        choices=[(str(n), str(n)) for n in (3, 7, 15)],
        coerce=int,
        help_text=_("Once, and never more than 15 days. Nobody may contact the person meanwhile."),
    )


class ApprovalForm(StrictForm):
    """The count a person looked at before approving."""

    planned = forms.RegexField(regex=r"^[0-9]{1,9}$")

    def clean_planned(self) -> int:
        """As a number."""
        return int(self.cleaned_data["planned"])


class ChangeForm(StrictForm):
    """Other days for one line of the retention table, or another licence profile."""

    code = forms.CharField(max_length=30)
    days = forms.RegexField(label=_("Days"), regex=r"^[0-9]{1,4}$", required=False)
    profile = forms.ChoiceField(required=False, choices=[(code, code) for code in keeps.PROFILES])

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        if not self.errors and bool(self.cleaned_data["days"]) == bool(self.cleaned_data["profile"]):
            self.add_error(None, _("Choose a number of days within the limits."))
        return self.cleaned_data

    def change(self) -> dict[str, str]:
        """What is proposed, as `rule_changes.propose` takes it."""
        told = self.cleaned_data
        return {"code": told["code"], "value": str(int(told["days"])) if told["days"] else told["profile"]}


class ClientForm(StrictForm):
    """Since when a person is a client, and until when they were."""

    client_since = DayField(label=_("Client since"), required=False)
    client_until = DayField(label=_("Relationship ended on"), required=False)
