"""Forms of the people pages: reveal, withdrawal, outcome, search, saved view."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent import scanning
from contacts.forms.papers import ACCEPTED, PROBLEMS
from contacts.models import CallAttempt
from vault.forms import DayField, LineField, StrictForm

REVEAL_REASONS = [
    ("reveal_call_by_hand", _("I am about to call by hand")),
    ("reveal_callback", _("The person asked me to call back now")),
    ("reveal_check", _("I am checking the number with the person or their paper")),
]


class RevealForm(StrictForm):
    """Why the number is to be shown."""

    phone = forms.UUIDField(widget=forms.HiddenInput)
    action = forms.ChoiceField(label=_("Reason"), choices=REVEAL_REASONS, widget=forms.RadioSelect)


class WithdrawForm(StrictForm):
    """What is to stop, everything unless the person said otherwise, and how they told us."""

    scope = forms.ChoiceField(label=_("What is to stop?"), required=False, widget=forms.RadioSelect)

    method = forms.ChoiceField(
        label=_("How did the person tell us?"),
        choices=[("spoken", _("in a call or face to face")), ("letter", _("by letter or message"))],
        widget=forms.RadioSelect,
        initial="spoken",
    )

    file = forms.FileField(
        label=_("The letter, if there is one: photograph or scan"),
        help_text=_("A picture or a PDF of at most ten pages and 10 MB. It is drawn anew without anything the camera added."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        required=False,
    )

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """Offer everything, and each consent that can still be stopped as (purpose/channel, words)."""
        super().__init__(*args, **kwargs)
        everything = _("Everything: no calls, no messages, no passing on, for the whole office")
        self.fields["scope"].choices = [("", everything), *parts]  # type: ignore[attr-defined]

    def clean_file(self) -> list[bytes]:
        """The letter's pages as pictures, none where there is no letter, or a sentence that says what is taken (D1)."""
        sent = self.cleaned_data["file"]
        try:
            return scanning.pages_of(sent.read()) if sent else []
        except scanning.ScanRefused as refused:
            raise forms.ValidationError(str(PROBLEMS[refused.word])) from None

    def chosen(self) -> set[tuple[str, str]] | None:
        """The purpose and channel to stop; None for everything."""
        purpose, _slash, channel = self.cleaned_data["scope"].partition("/")
        return {(purpose, channel)} if channel else None


class OutcomeForm(StrictForm):
    """What came of a call."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=CallAttempt.Outcome.choices)
    later_on = DayField(required=False)


class SearchForm(StrictForm):
    """One box: a name, a whole number, or the last four digits."""

    q = forms.CharField(label=_("Name, whole number or last four digits"), max_length=60)


class ViewForm(StrictForm):
    """A name for the filters on screen."""

    beside = frozenset({"query"})
    name = LineField(label=_("Name of the view"), max_length=40)
