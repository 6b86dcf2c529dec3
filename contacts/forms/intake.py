"""Forms of the ways in: the visitor's form, the quick note, a new event."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from consent import promises, register
from consent.capture import CaptureForm
from consent.models import NoticePurpose, NoticeVersion
from consent.models.notice import Form
from contacts import asking_later
from contacts.intake import visiting
from contacts.intake.tokens import TOKEN
from team.models import Book, User
from vault import names, phone
from vault.forms import DayField, LineField, StrictForm


class MobileForm(StrictForm):
    """One person's number, read strictly. `remarks` says what was left out or is unusual."""

    remarks: list[Promise]

    number = forms.CharField(
        label=_("Mobile number"),
        error_messages={"required": _("Please fill in the mobile number.")},
        max_length=400,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_number(self) -> phone.Number:
        """One person's number, or a sentence; what needs a look comes back in plain digits, to be sent again."""
        reading = phone.read(self.cleaned_data["number"])
        if reading.proposal:
            self.put("number", reading.proposal)
            raise forms.ValidationError([str(part) for part in (reading.sentence, phone.PROPOSED) if part])
        if reading.problem or len(reading.numbers) != 1:
            raise forms.ValidationError(str(reading.sentence or phone.PROBLEMS["many"]))
        self.remarks = reading.remarks
        return reading.numbers[0]


class PersonForm(MobileForm, CaptureForm):
    """Name and number, and nothing else about a person (A3)."""

    stores: ClassVar[Mapping[str, str]] = {"name": "name", "number": "mobile"}

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please fill in the name.")},
    )
    field_order: tuple[str, ...] = ("name", "number")

    def clean_name(self) -> str:
        """A clean name, or a sentence."""
        try:
            return names.clean_name(self.cleaned_data["name"])
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None


class VisitorForm(PersonForm):
    """The visitor's form: of age or not, name, number, and an unticked box per purpose and channel (A3, A4, C1, C12)."""

    stores = {**PersonForm.stores, "age": "age"}
    about_nobody = frozenset({"ticks", "token"})

    age = forms.ChoiceField(
        label=_("How old are you?"),
        choices=[("adult", _("I am 18 or older")), ("minor", _("I am under 18"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say whether you are 18 or older. Nothing has been stored yet.")},
    )
    ticks = forms.MultipleChoiceField(label=_("I agree to"), required=False, widget=forms.CheckboxSelectMultiple)
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)
    field_order = ("age", "name", "number", "ticks")

    def __init__(self, *args: Any, ticks: list[NoticePurpose], **kwargs: Any) -> None:
        """Offer this event's ticks in the reader's language; what none of their purposes lists cannot be asked (A3)."""
        super().__init__(*args, categories=register.allowed(tick.purpose for tick in ticks), **kwargs)
        self.offered = {str(tick.pk): tick for tick in ticks}
        choices = [(pk, promises.spoken(tick)) for pk, tick in self.offered.items()]
        self.fields["ticks"].choices = choices  # type: ignore[attr-defined]

    @property
    def says_minor(self) -> bool:
        """Whether whoever sent it says they are under 18: then nothing else in it is looked at."""
        return self.is_bound and "minor" in self.data.getlist("age")  # type: ignore[attr-defined]

    def chosen(self) -> list[NoticePurpose]:
        """The ticks the visitor set."""
        return [self.offered[pk] for pk in dict.fromkeys(self.cleaned_data["ticks"])]

    def clean(self) -> dict[str, Any]:
        """A token we did not make gets a new one, since it becomes part of an address."""
        if not TOKEN.fullmatch(self.cleaned_data.get("token", "")):
            self.put("token", visiting.form_token())
            raise forms.ValidationError(_("This form was incomplete. Please look it through and send it again."))
        return self.cleaned_data


class QuickForm(PersonForm):
    """An advisor's note: two fields and the act of consent; company and a note only if they matter."""

    beside = frozenset({"event"})
    stores = {**PersonForm.stores, "company": "company", "note": "note"}
    about_nobody = frozenset({"act"})

    act = forms.ChoiceField(
        label=_("How did they agree?"),
        choices=[
            ("invite", _("They will confirm on their own phone: send the text message")),
            ("assert", _("They told me; I note it (opens nothing but an invitation)")),
        ],
        widget=forms.RadioSelect,
        initial="invite",
    )
    company = forms.CharField(
        label=_("Company"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only what the person would expect you to write down: no health, no religion, no family matters."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start in the first field."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs = {"autofocus": True, "autocomplete": "off"}
        self.fields["number"].widget.attrs = {"inputmode": "tel", "autocomplete": "off"}

    def clean_company(self) -> str:
        """One clean line, or a sentence."""
        return _line(self.cleaned_data["company"])

    def clean_note(self) -> str:
        """A clean text of several lines, or a sentence."""
        try:
            return names.clean_note(self.cleaned_data["note"])
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None


def _line(text: str) -> str:
    try:
        return names.clean_line(text, 80)
    except names.TextRefused as refused:
        raise forms.ValidationError(str(refused.sentence)) from None


class StaffForm(StrictForm):
    """Who may note people at an event."""

    staff = forms.ModelMultipleChoiceField(
        label=_("Staff who may note people here"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What a colleague notes goes into the colleague's own book."),
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        """Offer the colleagues by name."""
        super().__init__(*args, **kwargs)
        field = self.fields["staff"]
        field.queryset = colleagues  # type: ignore[attr-defined]
        field.label_from_instance = lambda user: user.display_name  # type: ignore[attr-defined]


class EventForm(StaffForm):
    """The preset of an event: everything that is then filled in for each person who comes."""

    version = forms.ModelChoiceField(queryset=NoticeVersion.objects.none(), widget=forms.HiddenInput)
    name = LineField(label=_("Event"), max_length=80)
    place = LineField(label=_("Place"), max_length=80)
    held_on = DayField(label=_("Date"))
    book = forms.ModelChoiceField(
        label=_("Book that receives the visitors' forms"), queryset=Book.objects.none(), empty_label=None
    )
    ticks = forms.ModelMultipleChoiceField(
        label=_("Questions asked"), queryset=NoticePurpose.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("version", "name", "place", "held_on", "ticks", "staff", "book")

    def __init__(self, *args: Any, version: NoticeVersion, books: QuerySet[Book], **kwargs: Any) -> None:
        """Offer the questions of this version and the books this user may fill."""
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = NoticeVersion.objects.filter(pk=version.pk)  # type: ignore[attr-defined]
        self.fields["version"].initial = version.pk
        ticks, shelf = self.fields["ticks"], self.fields["book"]
        ticks.queryset = version.purposes.select_related("purpose").order_by("order")  # type: ignore[attr-defined]
        ticks.label_from_instance = promises.spoken  # type: ignore[attr-defined]
        shelf.queryset = books  # type: ignore[attr-defined]
        shelf.label_from_instance = lambda book: book.name  # type: ignore[attr-defined]

    def clean_ticks(self) -> list[NoticePurpose]:
        """A way to reach people by their own tick is among the questions: passing on alone is no reason to meet (C2, C4)."""
        ticks = list(self.cleaned_data["ticks"])
        if not any(tick.channel in ("call", "sms") and tick.purpose.form == Form.GENERAL for tick in ticks):
            raise forms.ValidationError(_("Ask at least whether you may call or write."))
        return ticks


class NeverShown(forms.PasswordInput):
    """A field whose value is not sent back: a wrong code is typed anew, and a number typed by mistake stands nowhere."""

    input_type = "text"


class CodeForm(StrictForm):
    """The code from the visitor's phone."""

    beside = frozenset({"again"})

    code = forms.CharField(
        label=_("Code from the text message"),
        error_messages={"required": _("Please type the six digits from the message.")},
        max_length=12,
        widget=NeverShown(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class LaterForm(CodeForm):
    """The code, and beside it, for who decides later, after how many days to ask once more."""

    beside = frozenset({"again", "later"})

    ask_in = forms.TypedChoiceField(label=_("Ask me once more"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer days that are over before the person leaves, and never first."""
        super().__init__(*args, **kwargs)
        days = [(n, ngettext("after %(n)s day", "after %(n)s days", n) % {"n": n}) for n in asking_later.choices()]
        self.fields["ask_in"].choices = [("", _("not at all")), *days]  # type: ignore[attr-defined]
