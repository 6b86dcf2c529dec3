"""Form fields over the strict readers, and the form that ignores what nobody asked for.

Every sentence of these fields says what to do; none repeats what was typed.
"""

import logging
import re
import unicodedata
from copy import copy
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
    slug_re,
    validate_slug,
)
from django.utils.translation import gettext_lazy as _

from vault import days, names

logger = logging.getLogger(__name__)
MOBILE = re.compile(r"(?<!\d)(?:86[-. ]?)?1[3-9]\d[-. ]?\d{4}[-. ]?\d{4}(?!\d)")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
CHOOSE = _("Please choose")  # what a list shows before anybody chose
MISSING = forms.Field.default_error_messages["required"]
UNCHOSEN = "---------"  # Django's own empty choice


class StrictForm(forms.Form):
    """A form whose errors never repeat a value; extra keys are ignored and noted in the log (bad input 103).

    `beside` names the keys that the page sends along for others than this form.
    """

    beside: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give every choice a sentence of ours: Django's own would repeat what was sent."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
                listed = _("Please choose from the list.")
                field.error_messages |= {"invalid_choice": listed, "invalid_pk_value": listed}
            if isinstance(field, forms.IntegerField):
                field.error_messages["invalid"] = _("Please write a whole number.")
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == UNCHOSEN:
                field.empty_label = CHOOSE if field.required else "–"
            field.validators = [_plainer(validator) for validator in field.validators]

    def full_clean(self) -> None:
        """Clean; then put proposals into their fields, and note keys that nobody asked for."""
        for field in self.fields.values():
            if field.error_messages["required"] is MISSING:  # named now, when every field has its label
                field.error_messages["required"] = _missing(field)
        super().full_clean()
        if not self.is_bound:
            return
        for name, errors in self.errors.as_data().items():
            for error in errors:
                if proposal := (error.params or {}).get("proposal"):
                    self.put(name, proposal)
        if extra := self.unasked:  # names may carry a number as well, so that only their count is noted
            logger.warning("%s: %d keys that nobody asked for were ignored", type(self).__name__, extra)

    @property
    def unasked(self) -> int:
        """How many keys were sent that nobody asked for; nothing of them is read."""
        asked = {self.add_prefix(name) for name in self.fields} | set(self.fields)
        return len(set(self.data) - asked - self.beside - {TOKEN}) if self.is_bound else 0

    def put(self, name: str, value: str) -> None:
        """Show this in the field when the form is drawn again."""
        data: Any = copy(self.data)  # of what a request sent, the copy may be written to
        data[self.add_prefix(name)] = value
        self.data = data


def _missing(field: forms.Field) -> str:
    """What to do about a field that was left empty, by its name; Django's own words name none."""
    chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField)
    if not field.label:
        return str(_("Please choose.") if chosen else _("Please fill in this field."))
    said = _("Please choose “%(field)s”.") if chosen else _("Please fill in “%(field)s”.")
    return str(said) % {"field": field.label}


def _plainer(validator: Any) -> Any:
    """The same check with a sentence that people understand."""
    if isinstance(validator, ProhibitNullCharactersValidator):
        return ProhibitNullCharactersValidator(str(names.PROBLEMS["characters"]))
    if isinstance(validator, MaxLengthValidator):
        return MaxLengthValidator(validator.limit_value, str(names.PROBLEMS["long"]))
    if validator is validate_slug:
        return RegexValidator(slug_re, _("Please use letters, digits, hyphens and underscores only."))
    if isinstance(validator, MinValueValidator):
        return MinValueValidator(validator.limit_value, _("Please write a number of at least %(limit_value)s."))
    if isinstance(validator, MaxValueValidator):
        return MaxValueValidator(validator.limit_value, _("Please write a number of at most %(limit_value)s."))
    return validator


class LineField(forms.CharField):
    """One clean line for a column that is not sealed: so it takes no mobile number, nor sends one back to the page."""

    def clean(self, value: Any) -> str:
        """The cleaned line, or a sentence."""
        text: str = super().clean(value)
        try:
            line = names.clean_line(text, self.max_length or names.NAME_LENGTH)
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None
        if self.required and not line:
            raise forms.ValidationError(self.error_messages["required"])
        if MOBILE.search(plain := unicodedata.normalize("NFKC", line)):
            without = {"proposal": MOBILE.sub("…", plain)}
            raise forms.ValidationError(_("Please leave phone numbers out of this text."), params=without)
        return line


class DayField(forms.DateField):
    """A day, read strictly; what needs a look comes back as a proposal in the field (rows 83 to 91)."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        """The day, or a sentence."""
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        reading = days.read(str(value))
        if reading.day is None:
            proposal = reading.proposal.isoformat() if reading.proposal else ""
            raise forms.ValidationError(str(reading.sentence), params={"proposal": proposal})
        return reading.day


class MinuteField(forms.DateTimeField):
    """A minute by the office's clock; whatever is none is not sent back to the page, since it might be a number."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("Please choose a day and a time.")}
    input_formats = ("%Y-%m-%dT%H:%M",)

    def to_python(self, value: Any) -> datetime | None:
        """The minute, aware, or a sentence."""
        try:
            return super().to_python(value)
        except forms.ValidationError as refused:
            raise forms.ValidationError(refused.messages[0], params={"proposal": " "}) from None
