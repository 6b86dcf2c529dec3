"""Forms of the people pages: reveal, withdrawal, outcome, search, saved view."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import CallAttempt
from vault.forms import LineField, StrictForm

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
    """How the person told us to stop, and whether it is everything."""

    method = forms.ChoiceField(
        label=_("How did the person tell us?"),
        choices=[("spoken", _("in a call or face to face")), ("letter", _("by letter or message"))],
        widget=forms.RadioSelect,
        initial="spoken",
    )


class OutcomeForm(StrictForm):
    """What came of a call."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=CallAttempt.Outcome.choices)


class SearchForm(StrictForm):
    """One box: a name, a whole number, or the last four digits."""

    q = forms.CharField(label=_("Name, whole number or last four digits"), max_length=60)


class ViewForm(StrictForm):
    """A name for the filters on screen."""

    beside = frozenset({"query"})
    name = LineField(label=_("Name of the view"), max_length=40)
