"""The form of a complaint: what about, in which words, and how to answer; no name and no number is asked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import StrangersComplaint
from consent.requests import strangers
from contacts.forms.own import WordsField
from vault import names
from vault.forms import MOBILE, StrictForm


class ComplaintForm(StrictForm):
    """A complaint of somebody whom we need not know."""

    topic = forms.ChoiceField(label=_("What is it about?"), choices=StrangersComplaint.Topic.choices, widget=forms.RadioSelect)
    words = WordsField(
        label=_("In your words"), help_text=_("You need not say who you are. Please leave out telephone numbers.")
    )
    reply = forms.ChoiceField(
        label=_("How shall we answer?"),
        choices=StrangersComplaint.Reply.choices,
        widget=forms.RadioSelect,
        initial="page",
    )
    reply_to = forms.CharField(
        label=_("E-mail or postal address, if we shall write"),
        required=False,
        max_length=strangers.LONGEST_ADDRESS,
        help_text=_("Used for this answer alone, kept sealed, and deleted with your complaint."),
    )

    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_reply_to(self) -> str:
        """One line that is no telephone number: nobody is called because of a complaint."""
        try:
            told = names.clean_line(self.cleaned_data["reply_to"], strangers.LONGEST_ADDRESS)
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None
        if MOBILE.search(told):
            raise forms.ValidationError(_("Please leave an e-mail or postal address: we call nobody because of a complaint."))
        return told

    def clean(self) -> dict[str, str]:
        """Who wants a letter says where to."""
        told: dict[str, str] = self.cleaned_data
        if not self.errors and told["reply"] == StrangersComplaint.Reply.LETTER and not told["reply_to"]:
            self.add_error("reply_to", _("Please fill in where we may write to, or choose the answer by code."))
        return told
