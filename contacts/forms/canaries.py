"""The form by which compliance plants a canary."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.intake import PersonForm
from contacts.models import Event


class CanaryForm(PersonForm):
    """A made-up name, a number of the office's own, and among whom it stands."""

    about_nobody = frozenset({"event", "ours"})

    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none())
    ours = forms.MultipleChoiceField(
        label=_("Whose number is it?"),
        choices=[("ours", _("This number is the office's own and nobody bears it"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Only a number of the office's own may be used: somebody else would be disturbed.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the open events; no browser remembers what is typed here."""
        super().__init__(*args, categories=frozenset(self.stores.values()), **kwargs)  # a canary is nobody
        self.order_fields(["event", "name", "number", "ours"])
        field = self.fields["event"]
        field.queryset = Event.objects.filter(closed_at__isnull=True).order_by("-held_on", "name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda event: f"{event.name} · {event.held_on:%Y-%m-%d}"  # type: ignore[attr-defined]
        for name in ("name", "number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
