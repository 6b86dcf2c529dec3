"""What the auditor may ask for: every criterion a checked field, nothing passed through to look-ups."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit import actors, reading, verbs
from audit.models import ExportJob
from audit.search import Criteria
from vault.forms import CHOOSE, DayField, LineField, StrictForm

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
_DAYS = (MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY))


def day_start(day: date) -> datetime:
    """Midnight at the start of this day, office time."""
    return timezone.make_aware(datetime.combine(day, time.min))


class RangeForm(StrictForm):
    """A span of days, both included; either end may be open."""

    since = DayField(required=False, label=pgettext_lazy("day", "From"), validators=_DAYS)
    until = DayField(required=False, label=pgettext_lazy("day", "To"), validators=_DAYS)

    def clean(self) -> dict[str, Any]:
        """Refuse keys that are no field of this form, and a span that ends before it begins."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if set(self.data) - set(self.fields) - {"csrfmiddlewaretoken"}:
            raise forms.ValidationError(_("There is no such search criterion."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise forms.ValidationError(_("The last day lies before the first."))
        return cleaned

    def criteria(self) -> Criteria:
        """The chosen span as criteria."""
        since, until = self.span()
        return Criteria(since=since, until=until)

    def span(self) -> tuple[datetime | None, datetime | None]:
        """The chosen span as half-open times; None where the end is open."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return (
            day_start(since) if since else None,
            day_start(until + timedelta(days=1)) if until else None,
        )


class SearchForm(RangeForm):
    """Criteria of the auditor's search; the choices are the words declared at this moment."""

    # Any uuid will do, so that somebody who has left is still found; the list offers the others.
    actor = forms.UUIDField(required=False, label=_("Who"), widget=forms.Select)
    subject = forms.UUIDField(required=False, label=_("About (id)"))
    act = forms.ChoiceField(required=False, label=_("What"))
    outcome = forms.ChoiceField(required=False, label=_("Outcome"))
    reason = forms.ChoiceField(required=False, label=_("Reason"))
    before = forms.IntegerField(required=False, min_value=1, max_value=(1 << 63) - 1, widget=forms.HiddenInput)
    field_order: tuple[str, ...] = ("actor", "act", "subject", "outcome", "reason", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices."""
        super().__init__(*args, **kwargs)
        anything = ("", _("any"))
        options: dict[str, list[tuple[Any, Any]]] = {
            "act": [(verb.code, verb.label) for verb in verbs.verbs()],
            "outcome": list(reading.OUTCOMES.items()),
            "reason": [(reason.code, reason.label) for reason in verbs.reasons()],
        }
        for name, choices in options.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [anything, *choices]
        offered = self.fields["actor"].widget
        if isinstance(offered, forms.Select):
            offered.choices = [anything, *self._people()]

    def _people(self) -> list[tuple[str, str]]:
        """Everybody on offer, and whoever was asked for though nobody offers them."""
        people = [(str(key), name) for key, name in actors.choices()]
        asked = str(self.data.get("actor", ""))
        if asked and asked not in dict(people):
            people.append((asked, asked[:8]))
        return people

    def criteria(self) -> Criteria:
        """The checked criteria."""
        chosen = self.cleaned_data
        since, until = self.span()
        return Criteria(
            actor=chosen["actor"],
            subject=chosen["subject"],
            act=chosen["act"],
            outcome=chosen["outcome"],
            reason=chosen["reason"],
            since=since,
            until=until,
        )

    def address(self, before: int | None) -> str:
        """The query string of this search, from an older place on if one is named."""
        chosen = {name: self.data.get(name, "") for name in self.fields if self.data.get(name) and name != "before"}
        return urlencode(chosen | ({"before": before} if before else {}))


class ExportForm(SearchForm):
    """The criteria of a search, and what the export is for."""

    before = None  # type: ignore[assignment]  # an export has no pages
    purpose = forms.ChoiceField(label=_("What for"), choices=[("", CHOOSE), *ExportJob.Purpose.choices])
    case_ref = LineField(label=_("Case number (optional)"), max_length=40, required=False)
    field_order = ("purpose", "case_ref", *SearchForm.field_order)
