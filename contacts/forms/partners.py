"""The forms by which compliance enters a partner, and what a partner said of a withdrawal."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent import hooks, partners, recalls, register
from consent.models import Recall
from consent.partners import Agreement
from vault.forms import CHOOSE, DayField, LineField, StrictForm

GIVES, TAKES = "gives", "takes"


class PartnerForm(StrictForm):
    """Whom PIPL 23 asks to be named: who, how to reach them, what for, how, which data, under which agreement, until when."""

    name = LineField(label=_("Name of the partner"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    contact = LineField(
        label=_("How people reach them"),
        max_length=120,
        help_text=_("A mailbox or an address that answers: people read it on their own page."),
    )
    ways = forms.MultipleChoiceField(
        label=_("Which way people are passed on"),
        choices=[(GIVES, _("they pass people on to us")), (TAKES, _("we pass people on to them"))],
        widget=forms.CheckboxSelectMultiple,
    )
    purposes = forms.MultipleChoiceField(label=_("What for"), widget=forms.CheckboxSelectMultiple)
    categories = forms.MultipleChoiceField(label=_("Which data"), widget=forms.CheckboxSelectMultiple)
    method = LineField(label=_("How they are passed on"), max_length=120)
    names_us = LineField(
        label=_("How the consents that they take name us"),
        max_length=120,
        required=False,
        help_text=_("The words as they stand in those consents. A row whose consent does not have them is held."),
    )
    hook = LineField(
        label=_("Where their system is told of a withdrawal"),
        max_length=hooks.ADDRESS,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        help_text=_("An https address, if they have one; else they are told by e-mail. Only where we pass people on to them."),
    )
    secret = forms.CharField(
        label=_("The secret that it shares with us"),
        max_length=128,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("32 to 128 letters, digits or signs. It signs what we say and what they answer; no page ever shows it."),
    )
    agreement = LineField(label=_("Number of the agreement"), max_length=40)
    agreed_on = DayField(label=_("Agreed on"))
    assessed_on = DayField(
        label=_("Assessed on"),
        help_text=_("When the effect on people was assessed, as the law asks before data are passed on."),
    )
    valid_until = DayField(label=_("Ends with"), help_text=_("The last day. From the next on nothing of it counts."))

    def __init__(self, *args: Any, today: date, controller: str, **kwargs: Any) -> None:
        """Offer what the register of purposes lists; `controller` is how this office calls itself."""
        super().__init__(*args, **kwargs)
        self.today = today
        codes = partners.purposes()
        kinds = partners.categories(codes)
        self.fields["purposes"].choices = [(code, register.purpose_name(code)) for code in codes]  # type: ignore[attr-defined]
        self.fields["categories"].choices = [(c, register.category_name(c)) for c in kinds]  # type: ignore[attr-defined]
        self.fields["categories"].initial = sorted(partners.NEEDED)
        self.fields["names_us"].initial = controller
        self.fields["valid_until"].initial = today + timedelta(days=365)

    def clean_agreed_on(self) -> date:
        """An agreement that is still to come stands for nothing."""
        return self._past("agreed_on")

    def clean_assessed_on(self) -> date:
        """An assessment that is still to come neither."""
        return self._past("assessed_on")

    def _past(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        """Whoever passes people on to us takes consents that name us; and an agreement ends after it began."""
        told = self.cleaned_data
        if GIVES in told.get("ways", []) and not told.get("names_us") and "names_us" not in self.errors:
            self.add_error("names_us", _("Please fill in how they name us."))
        self._check_hook(told)
        began, ends = told.get("agreed_on"), told.get("valid_until")
        if ends and (ends < self.today or (began and ends <= began)):
            self.add_error("valid_until", _("Choose a day to come, after the agreement began."))
        return told

    def _check_hook(self, told: dict[str, Any]) -> None:
        """A system is told where it may be, under a secret, of people whom we passed on to it."""
        hook, secret = told.get("hook", ""), told.get("secret", "")
        if hook and not (hooks.fits(hook) and TAKES in told.get("ways", [])):
            self.add_error("hook", str(partners.SENTENCES["hook"]))
        if "hook" not in self.errors and bool(hook) != bool(secret):
            self.add_error("secret" if hook else "hook", _("The address and the secret go together: fill in both, or neither."))
        elif secret and "secret" not in self.errors and not hooks.strong(secret):
            self.add_error("secret", str(partners.SENTENCES["secret"]))

    def said(self) -> Agreement:
        """What was entered."""
        told = dict(self.cleaned_data)
        ways = told.pop("ways")
        return Agreement(**told, gives=GIVES in ways, takes=TAKES in ways)


class AcknowledgedForm(StrictForm):
    """How, and on which day, a recipient said that it knows of a withdrawal (D10)."""

    way = forms.ChoiceField(label=_("How they told us"))
    said_on = DayField(label=_("On which day"))

    def __init__(self, *args: Any, first: date, last: date, **kwargs: Any) -> None:
        """Offer what people bring, and the days from the withdrawal, `first`, to today, `last`, both the office's."""
        super().__init__(*args, **kwargs)
        self.first, self.last = first, last
        ways = [(code, words) for code, words in Recall.Way.choices if code not in Recall.BY_ITSELF]
        self.fields["way"].choices = [("", CHOOSE), *ways]  # type: ignore[attr-defined]
        self.fields["said_on"].initial = last

    def clean_said_on(self) -> date:
        """Nobody acknowledges what has not happened, or not yet."""
        day: date = self.cleaned_data["said_on"]
        if not self.first <= day <= self.last:
            raise forms.ValidationError(str(recalls.SENTENCES["day"]))
        return day
