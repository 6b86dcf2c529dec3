"""The form of a verdict: three buttons, a reason, and what was on the screen."""

from django import forms

from consent.models import ConsentReview
from vault.forms import StrictForm


class VerdictForm(StrictForm):
    """Which verdict, why, and what the page showed: the consent's last event, and its papers and words."""

    verdict = forms.ChoiceField(choices=ConsentReview.Verdict.choices)
    reason = forms.ChoiceField(choices=ConsentReview.Reason.choices, required=False)
    seen = forms.UUIDField()
    shown = forms.RegexField(regex=r"^[0-9a-f]{64}$")
