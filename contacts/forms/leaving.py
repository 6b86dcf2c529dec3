"""Forms of the leaving pages: holds, and the retention table."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts import retention_rules
from contacts.models import LegalHold


class HoldForm(forms.Form):
    """Case, reason and review date of a legal hold."""

    case_ref = forms.CharField(label=_("Case number"), max_length=40)
    reason = forms.ChoiceField(label=_("Reason"), choices=LegalHold.Reason.choices)
    review_on = forms.DateField(
        label=_("Review by"),
        help_text=_("Within 90 days. A hold keeps the data; it never reopens contact."),
        widget=forms.DateInput(attrs={"type": "date"}),
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


class DaysForm(forms.Form):
    """One line of the retention table."""

    code = forms.ChoiceField(choices=[(code, code) for code in retention_rules.DEFAULT_DAYS])
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=3650)
