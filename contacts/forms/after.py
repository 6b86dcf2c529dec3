"""Forms about after a death: what a person decides for it, and what a near relative showed."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.arranging import LONGEST, Decided
from consent.models import PriorArrangement, RelativeClaim
from consent.models.after import SCOPE, WORDS
from consent.requests.relatives import Shown
from contacts.forms.own import WordsField
from vault.forms import CHOOSE, DayField, LineField, StrictForm

ONE = {"required": _("Please choose at least one.")}
LISTED = {"required": _("Please choose from the list.")}


class AfterForm(StrictForm):
    """What near relatives may do after somebody's death, and who if not all of them."""

    beside: ClassVar[frozenset[str]] = frozenset({"act"})

    scope = forms.MultipleChoiceField(
        label=_("Near relatives may"), choices=list(WORDS.items()), widget=forms.CheckboxSelectMultiple, error_messages=ONE
    )
    who = LineField(
        label=_("Only this relative"),
        required=False,
        max_length=LONGEST,
        help_text=_("If you like: a name, or for example: my daughter. No telephone number."),
    )

    def decided(self) -> Decided:
        """What was chosen."""
        return Decided(frozenset(self.cleaned_data["scope"]), self.cleaned_data["who"])


def chosen(row: PriorArrangement | None) -> dict[str, Any]:
    """What the form shows first: what stands."""
    return {"scope": [name for name in SCOPE if row and getattr(row, name)]}


class ClaimForm(StrictForm):
    """What a near relative showed, which part they get, and what they are told."""

    relation = forms.ChoiceField(
        label=_("Who asks"), choices=[("", CHOOSE), *RelativeClaim.Relation.choices], error_messages=LISTED
    )
    kinship = forms.ChoiceField(
        label=_("Kinship, proved by"), choices=[("", CHOOSE), *RelativeClaim.Kinship.choices], error_messages=LISTED
    )
    death = forms.ChoiceField(
        label=_("Death, proved by"), choices=[("", CHOOSE), *RelativeClaim.Death.choices], error_messages=LISTED
    )
    died_on = DayField(label=_("Day of death, as the paper has it"))
    interest = forms.ChoiceField(
        label=_("Their own lawful interest"), choices=[("", CHOOSE), *RelativeClaim.Interest.choices], error_messages=LISTED
    )
    scope = forms.MultipleChoiceField(
        label=_("What they asked for and get"),
        choices=list(WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages=ONE,
    )
    words = WordsField(label=_("Answer to the relative"))

    def shown(self) -> Shown:
        """What was shown and is granted."""
        told = self.cleaned_data
        proof = {name: told[name] for name in ("relation", "kinship", "death", "interest", "died_on")}
        return Shown(scope=frozenset(told["scope"]), **proof)
