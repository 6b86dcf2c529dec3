"""The form in which a notice is written: both languages beside each other, lists as plain lines, a row for each tick."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from consent import promises, rules
from consent.drafting import drafts, wording
from consent.drafting.drafts import TickDraft
from consent.models import NoticeVersion, Purpose
from consent.models.notice import Materiality
from vault import names
from vault.forms import MOBILE, StrictForm

LABELS: dict[str, Any] = {
    "title": gettext_lazy("Heading of the notice"),
    "jit": gettext_lazy("One sentence, shown beside the form"),
    "short": gettext_lazy("Card: the short notice"),
    "controller_name": gettext_lazy("Controller: name"),
    "controller_credit_code": gettext_lazy("Controller: credit code"),
    "controller_address": gettext_lazy("Controller: address"),
    "controller_contact": gettext_lazy("Controller: whom to turn to"),
    "collect": gettext_lazy("What is collected: item | purpose | method"),
    "share": gettext_lazy(
        "Recipients: name | contact | purpose | method | what; abroad also: | country | how rights are had against them"
    ),
    "sections": gettext_lazy("Full text: heading | text"),
    "rights": gettext_lazy("Rights: right | how"),
    "sensitive": gettext_lazy("Sensitive data: category code | why it is needed | what it means for the person"),
    "bases": gettext_lazy("Bases other than consent: purpose code | contract or statute | in words"),
    "services": gettext_lazy("What a service needs: service code | purpose code | in words"),
    "rights_how": gettext_lazy("How rights are exercised"),
    "withdraw": gettext_lazy("How to withdraw"),
    "end_action": gettext_lazy("What happens at the end of the time"),
}
LONGEST = {"title": 120, "jit": 200, "short": 600, "rights_how": 400, "withdraw": 400, "end_action": 120}
ROWS = {"collect": 4, "share": 3, "sections": 12, "rights": 12, "sensitive": 3, "bases": 2, "services": 3, "short": 4}
LISTS = 8000  # characters of one list


class TextField(forms.CharField):
    """Words that everybody will read: clean, and without anybody's mobile number."""

    def clean(self, value: Any) -> str:
        """The cleaned words, or a sentence."""
        text: str = super().clean(value)
        try:
            cleaned = names.clean_note(text, self.max_length or LISTS)
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None
        if MOBILE.search(cleaned):
            told = _("A notice names no mobile number; use a landline or an e-mail address.")
            raise forms.ValidationError(told, params={"proposal": MOBILE.sub("…", cleaned)})
        return cleaned


class RowsField(TextField):
    """A list, a row a line."""

    def __init__(self, *, kind: str, **how: Any) -> None:
        """`kind` says what a line holds."""
        super().__init__(max_length=LISTS, required=False, widget=forms.Textarea(attrs={"rows": ROWS[kind]}), **how)
        self.kind = kind

    def clean(self, value: Any) -> Any:
        """The rows, or a sentence that names the line."""
        try:
            return wording.rows_of(self.kind, super().clean(value))
        except wording.LineRefused as bad:
            told = {"line": bad.line, "has": bad.has, "needs": bad.needs}
            raise forms.ValidationError(
                _("Line %(line)s has %(has)s parts and needs %(needs)s, with | between them.") % told
            ) from None
        except wording.PartRefused as long:
            told = {"line": long.line, "most": long.most}
            raise forms.ValidationError(
                _("A part of line %(line)s has more than %(most)s characters; please say it shorter.") % told
            ) from None


@dataclass(frozen=True)
class TickRow:
    """The fields of one tick, with what it is for."""

    name: str
    form: str
    asked: BoundField
    zh: BoundField
    en: BoundField
    days: BoundField
    recipient: BoundField | None
    promise: list[BoundField]


class NoticeForm(StrictForm):
    """A whole draft."""

    def __init__(self, *args: Any, draft: NoticeVersion, **how: Any) -> None:
        """Fields for both languages and for every purpose by every channel of the register."""
        self.offered = drafts.offered()
        super().__init__(*args, initial=wording.told(draft.content) | _ticks_told(draft), **how)
        for language in wording.LANGUAGES:
            for name, label in LABELS.items():
                self.fields[f"{language}_{name}"] = _field(name, label)
        for purpose, channel in self.offered:
            self._add_tick(f"tick_{purpose.pk}_{channel}", channel)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def _add_tick(self, key: str, channel: str) -> None:
        short: dict[str, Any] = {"max_length": 200, "required": False}
        self.fields[key] = forms.BooleanField(required=False, label=_("asked for"))
        self.fields[f"{key}_zh"] = TextField(label=_("Words of the tick, Chinese"), **short)
        self.fields[f"{key}_en"] = TextField(label=_("Words of the tick, English"), **short)
        self.fields[f"{key}_days"] = forms.IntegerField(label=_("Days"), min_value=1, max_value=3650, required=False)
        if channel == "share":
            self.fields[f"{key}_recipient"] = TextField(label=_("Passed on to"), max_length=120, required=False)
        elif channel in promises.OFFICE:
            self._add_promise(key, promises.OFFICE[channel])

    def _add_promise(self, key: str, office: dict[str, int]) -> None:
        """How often and when, no wider than the office's own rule; left empty it is that rule (C5)."""
        self.fields[f"{key}_type_zh"] = TextField(label=_("What kind, Chinese"), max_length=60, required=False)
        self.fields[f"{key}_type_en"] = TextField(label=_("What kind, English"), max_length=120, required=False)
        for span, label in (("day", _("At most a day")), ("week", _("At most a week")), ("month", _("At most a month"))):
            field = forms.IntegerField(label=label, min_value=1, max_value=office[span], required=False)
            self.fields[f"{key}_{promises.CAPS[span]}"] = field
        for name, label in (("hour_from", _("From, full hour")), ("hour_to", _("Until, full hour"))):
            field = forms.IntegerField(label=label, min_value=rules.OPENS, max_value=rules.CLOSES, required=False)
            self.fields[f"{key}_{name}"] = field

    def pairs(self) -> Iterator[tuple[Any, BoundField, BoundField]]:
        """Each item with its two fields, Chinese and English."""
        for name, label in LABELS.items():
            yield label, self[f"zh_{name}"], self[f"en_{name}"]

    def ticks(self) -> Iterator[TickRow]:
        """Each tick that the register allows, with its fields."""
        for purpose, channel in self.offered:
            key = f"tick_{purpose.pk}_{channel}"
            recipient = self[f"{key}_recipient"] if channel == "share" else None
            promise = [self[f"{key}_{name}"] for name in promises.FIELDS if f"{key}_{name}" in self.fields]
            words = (self[f"{key}_zh"], self[f"{key}_en"], self[f"{key}_days"])
            yield TickRow(_name(purpose), purpose.form, self[key], *words, recipient, promise)

    def clean(self) -> dict[str, Any]:
        """A tick that is asked for has its time: for ever is no choice (C15)."""
        for purpose, channel in self.offered:
            key = f"tick_{purpose.pk}_{channel}"
            if self.cleaned_data.get(key) and not self.cleaned_data.get(f"{key}_days") and f"{key}_days" not in self.errors:
                self.add_error(f"{key}_days", _("For how many days? A consent always ends."))
            if f"{key}_hour_to" in self.fields:
                self._check_hours(key)
        return self.cleaned_data

    def _check_hours(self, key: str) -> None:
        """Two hours, the second one later, or none: then the office's own hold (C5)."""
        names = (f"{key}_hour_from", f"{key}_hour_to")
        opens, closes = (self.cleaned_data.get(name) for name in names)
        if not self.errors.keys() & set(names) and (opens, closes) != (None, None) and not (opens or 24) < (closes or 0):
            self.add_error(names[1], _("From which full hour to which later one? Or leave both empty."))

    def content(self) -> dict[str, Any]:
        """What the words say, as it is stored."""
        return wording.content_of(self.cleaned_data)

    def asked(self) -> list[TickDraft]:
        """The ticks that this notice asks for, in the register's order."""
        found, told = [], self.cleaned_data
        for purpose, channel in self.offered:
            key = f"tick_{purpose.pk}_{channel}"
            if told[key]:
                words = (told[f"{key}_zh"], told[f"{key}_en"], told[f"{key}_days"], told.get(f"{key}_recipient", ""))
                promise: dict[str, Any] = {name: told.get(f"{key}_{name}") or None for name in promises.FIELDS}
                found.append(TickDraft(purpose.pk, channel, *words, **promise))
        return found


def _field(name: str, label: Any) -> forms.CharField:
    if name in wording.ROWS:
        return RowsField(kind=name, label=label)
    box = forms.Textarea(attrs={"rows": ROWS.get(name, 2)}) if LONGEST.get(name, 0) > 120 else forms.TextInput()
    return TextField(label=label, max_length=LONGEST.get(name, 160), required=False, widget=box)


def _ticks_told(draft: NoticeVersion) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for tick in draft.purposes.all():
        key = f"tick_{tick.purpose_id}_{tick.channel}"
        found |= {key: True, f"{key}_zh": tick.tick_zh, f"{key}_en": tick.tick_en}
        found |= {f"{key}_days": tick.valid_days, f"{key}_recipient": tick.recipient}
        found |= {f"{key}_{name}": value for name, value in promises.of(tick).items()}
    return found


def _name(purpose: Purpose) -> str:
    return purpose.name_en if (get_language() or "").startswith("en") else purpose.name_zh


class DecisionForm(StrictForm):
    """How much the new version changes, as the second person decides it."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    materiality = forms.ChoiceField(
        label=gettext_lazy("What it means for people who agreed before"), choices=Materiality.choices
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, where you decide otherwise than was measured"), max_length=200, required=False
    )
