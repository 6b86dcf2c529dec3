"""The form of a verdict: three buttons, a reason, and what was on the screen."""

from django import forms

from consent.models import ConsentReview
from vault.forms import StrictForm


class VerdictForm(StrictForm):
    """Which verdict, why, on what kind of evidence, and the last event that the page showed."""

    verdict = forms.ChoiceField(choices=ConsentReview.Verdict.choices)
    reason = forms.ChoiceField(choices=ConsentReview.Reason.choices, required=False)
    kind = forms.ChoiceField(choices=ConsentReview.Kind.choices)
    seen = forms.UUIDField()
