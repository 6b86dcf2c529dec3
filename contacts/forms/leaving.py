"""Forms of the leaving pages: holds, and the retention table."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts import retention_rules
from contacts.models import LegalHold
from vault.forms import DayField, LineField, StrictForm

LONGEST = 3650


class HoldForm(StrictForm):
    """Case, reason and review date of a legal hold."""

    case_ref = LineField(label=_("Case number"), max_length=40)
    reason = forms.ChoiceField(label=_("Reason"), choices=LegalHold.Reason.choices)
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


class DaysForm(StrictForm):
    """One line of the retention table."""

    code = forms.ChoiceField(choices=[(code, code) for code in retention_rules.DEFAULT_DAYS])
    days = forms.RegexField(label=_("Days"), regex=r"^[0-9]{1,4}$")

    def clean(self) -> dict[str, Any]:
        """Days as a number of at most ten years; none at all only where people leave at once (row 94)."""
        if "code" in self.cleaned_data and "days" in self.cleaned_data:
            days = self.cleaned_data["days"] = int(self.cleaned_data["days"])
            shortest = min(1, retention_rules.DEFAULT_DAYS[self.cleaned_data["code"]])
            if not shortest <= days <= LONGEST:
                self.add_error("days", _("Choose a number of days within the limits."))
        return self.cleaned_data
