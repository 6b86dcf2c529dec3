"""The form by which a receipt comes in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.models import Event
from vault.forms import StrictForm


class ReceiptForm(StrictForm):
    """A receipt, and the event by which it came."""

    beside = frozenset({"check", "take"})
    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none())
    receipt = forms.FileField(
        label=_("Receipt"),
        help_text=_("One file; the command receipts-import takes a whole folder."),
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every event, the newest first."""
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        field.queryset = Event.objects.order_by("-held_on", "name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda event: f"{event.name} · {event.held_on:%Y-%m-%d}"  # type: ignore[attr-defined]
