"""Forms of the import: the file and its event, what each column is, and which rows to show."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from consent.models import Partner
from contacts.models import Event, SheetImport, SheetRow
from contacts.sheets import mapping
from contacts.sheets.plan import Choices, Plan
from contacts.sheets.table import ENCODINGS, Ask, Table
from vault.forms import CHOOSE, StrictForm

DELIMITERS = ((",", _("comma ,")), (";", _("semicolon ;")), ("\t", _("tab")), ("|", _("bar |")))
OTHER = "other"
NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030 (GBK)", "utf-16": "UTF-16", "big5hkscs": "Big5", "utf-32": "UTF-32"}


class UploadForm(StrictForm):
    """A sheet, the event it comes from, and first of all whether anything was given for it (E3)."""

    given = forms.ChoiceField(
        label=_("Was anything given for this list: money, goods, a favour, another list?"),
        choices=[("no", _("No, nothing")), ("yes", _("Yes: bought, exchanged, or given for something"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please answer before anything of the sheet is read.")},
    )

    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none(), required=False, empty_label=CHOOSE)
    partner = forms.ChoiceField(
        label=_("Did somebody else pass these people on to us?"),
        required=False,
        help_text=_("Each row from a partner names the consent of its person to be passed on to us; a row without is held."),
    )
    file = forms.FileField(
        label=_("Sheet"),
        required=False,
        help_text=_("xlsx, xls or csv; at most 20 MB and 100,000 rows. It is sealed on arrival and deleted after 72 hours."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.tsv,.txt"}),
    )

    def __init__(self, *args: Any, events: Any, partners: Sequence[tuple[Partner, str]], **kwargs: Any) -> None:
        """Offer the user's own open events, and the partners of the register with what is to be said of them."""
        super().__init__(*args, **kwargs)
        self._partners = {str(partner.pk): partner for partner, _label in partners}
        named = [(str(partner.pk), label) for partner, label in partners]
        ours, other = _("No, people met at the event"), _("Yes, somebody who is not on this list")
        self.fields["partner"].choices = [("", ours), *named, (OTHER, other)]  # type: ignore[attr-defined]
        field = self.fields["event"]
        field.queryset = events  # type: ignore[attr-defined]
        field.label_from_instance = lambda event: f"{event.name} · {event.held_on:%Y-%m-%d}"  # type: ignore[attr-defined]

    @property
    def paid(self) -> bool:
        """Whether the list was paid for: then its file is not looked at, sent along or not."""
        return bool(self.data.get(self.add_prefix("given")) == "yes")

    @property
    def source(self) -> dict[str, Any]:
        """Where the people come from, as the import keeps it."""
        chosen = self.cleaned_data["partner"]
        kinds = SheetImport.Provenance
        return {"provenance": kinds.PARTNER if chosen else kinds.OWN, "partner": self._partners.get(chosen)}

    @property
    def named(self) -> Event | None:
        """The event that it names, if that is one of theirs."""
        self.full_clean()
        return self.cleaned_data.get("event")

    def clean_event(self) -> Event:
        """Where its people were met; asked here and not by the browser, since a list that was paid for stops without it."""
        event: Event | None = self.cleaned_data["event"]
        if event is None:
            raise forms.ValidationError(self.fields["event"].error_messages["required"])
        return event

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is missing or too large."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            raise forms.ValidationError(self.fields["file"].error_messages["required"])
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file


class WayForm(forms.Form):
    """How the file is to be read; what is wrong or missing here is simply not asked for."""

    encoding = forms.ChoiceField(choices=[("", ""), *((e, e) for e in (*ENCODINGS, "utf-32"))], required=False)
    delimiter = forms.ChoiceField(choices=[("", ""), *DELIMITERS], required=False)
    sheet = forms.RegexField(r"^\d{1,3}$", required=False)

    def ask(self, stored: Ask, data: Any) -> Ask:
        """The way that was asked for, with the stored one where nothing was."""
        given = self.cleaned_data if self.is_valid() else {}
        found = {name: given.get(name) or before for name, before in vars(stored).items() if name != "watch"}
        same = data.get("seen") in (None, mapping.digest(tuple(found.values())))
        return Ask(**found, watch=_posted(data) or stored.watch if same else None)


def _posted(data: Any) -> dict[str, int]:
    """The columns that were chosen, as far as they are numbers at all."""
    chosen = {role: data.get(f"role_{role}", "") for role in mapping.ROLES}
    return {role: int(c) for role, c in chosen.items() if c.isascii() and c.isdecimal() and len(c) < 4}


class MappingForm(forms.Form):
    """What each column is, how the file is written, and what only a person can answer about it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, table: Table, plan: Plan, event_year: int, passed_on: bool = False, **kwargs: Any) -> None:
        """One choice per role, and a question only where the file raises it; of a partner's list its proofs as well."""
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = way(table)
        self._ask_way(table)
        columns = [("", "–"), *((str(n), _column(n, name, table)) for n, name in enumerate(table.header))]
        self._roles = {r: label for r, label in mapping.ROLES.items() if passed_on or r not in mapping.OF_PARTNERS}
        for role, label in self._roles.items():
            self.fields[f"role_{role}"] = forms.ChoiceField(
                label=str(label), choices=columns, required=False, initial=str(plan.roles.get(role, ""))
            )
        self._ask_questions(table.questions, plan.choices, event_year)

    def _ask_way(self, table: Table) -> None:
        head = table.head
        if head.kind == "text":
            encodings = [(e, NAMES[e]) for e in dict.fromkeys((*ENCODINGS, head.encoding))]
            self.fields["encoding"] = _choice(_("Encoding"), encodings, head.encoding)
            marks: list[tuple[str, Any]] = (
                [*DELIMITERS] if head.delimiter in dict(DELIMITERS) else [*DELIMITERS, (head.delimiter, head.delimiter)]
            )
            self.fields["delimiter"] = _choice(_("Separator"), marks, head.delimiter)
        elif len(head.sheets) > 1:
            sheets = [(str(n), name) for n, name in enumerate(head.sheets)]
            self.fields["sheet"] = _choice(_("Worksheet"), sheets, head.sheet)

    def _ask_questions(self, questions: frozenset[str], choices: Choices, event_year: int) -> None:
        hold = _("hold these rows")
        if "two" in questions:
            takes: list[tuple[str, Any]] = [
                ("hold", hold),
                ("first", _("take the first number only")),
                ("both", _("take both numbers")),
            ]
            self.fields["two"] = _choice(_("Some cells have two numbers"), takes, choices.two)
        if "order" in questions:
            answers = [("", CHOOSE), ("dmy", _("day first: 02/03 is 2 March")), ("mdy", _("month first: 02/03 is February 3"))]
            self.fields["order"] = _choice(_("Some dates could be read in two ways"), answers, choices.order, required=True)
        if "year" in questions:
            years: list[tuple[str, Any]] = [("0", hold), *((str(y), str(y)) for y in (event_year, event_year - 1))]
            self.fields["year"] = _choice(_("Some dates have no year; which is it?"), years, str(choices.year))
        if "roc" in questions:
            converts: list[tuple[str, Any]] = [("", hold), ("1", _("convert: 115 is 2026"))]
            self.fields["roc"] = _choice(_("Some years count from 1912"), converts, "1" if choices.roc else "")

    def roles(self) -> dict[str, int]:
        """Role → column, as confirmed."""
        chosen = {role: self.cleaned_data[f"role_{role}"] for role in self._roles}
        return {role: int(column) for role, column in chosen.items() if column}

    def choices(self) -> Choices:
        """The answers; a question that was not asked is answered by taking least."""
        data = self.cleaned_data
        return Choices(data.get("two") or "hold", data.get("order") or "", int(data.get("year") or 0), bool(data.get("roc")))


def way(table: Table) -> str:
    """A mark of how the sample was read, so that nobody confirms a sample they have not seen."""
    return mapping.digest((table.head.encoding, table.head.delimiter, table.head.sheet))


def _choice(label: Any, choices: Any, initial: str, *, required: bool = False) -> forms.ChoiceField:
    unsaid = {"required": _("Please choose.")}
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=required, error_messages=unsaid)


def _column(number: int, name: str, table: Table) -> str:
    shown = name or f"#{number + 1}"
    return _("%(column)s (hidden in the sheet)") % {"column": shown} if number in table.head.hidden else shown


class RowsForm(forms.Form):
    """Which rows of a sheet to show: a verdict, a reason, and the row to start after."""

    status = forms.ChoiceField(choices=[("", ""), *SheetRow.Status.choices], required=False)
    reason = forms.RegexField(r"^([a-z_]+(\.[a-z_]+)?|-)$", max_length=40, required=False)
    after = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
