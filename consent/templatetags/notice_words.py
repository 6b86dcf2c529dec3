"""Words of a notice in the reader's language."""

from collections.abc import Callable
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent import promises, services
from consent import register as register_
from consent.declaring import OPTIONAL
from consent.drafting import pieces, wording
from consent.drafting.changes import Change
from consent.models import NoticePurpose, NoticeVersion
from consent.models.ledger import State
from consent.models.notice import Basis, Channel, Form, Materiality
from consent.notice_form import LABELS
from consent.receipts.record import Item

register = template.Library()
FINDINGS: dict[str, Promise] = {
    "silent": _("a yes that nobody says"),
    "endless": _("a time without an end"),
    "ticked": _("ticked beforehand"),
    "pressed": _("pressure: look whether it depends on it"),
    "bundled": _("two channels in one tick"),
    "long": _("a long sentence"),
    "term": _("a term that nobody explains here"),
    "separate": _("does not say that it is agreed to separately"),
    "written": _("does not say that it is agreed to in writing"),
}
WHYS: dict[str, Promise] = {
    "wording": _("wording only"),
    "meaning": _("the meaning changes"),
    "number": _("a number changes"),
    "new_purpose": _("a new purpose or channel"),
    "purpose_gone": _("no longer asked for"),
    "purpose": _("another purpose"),
    "longer": _("kept longer"),
    "shorter": _("kept shorter"),
    "recipient": _("another recipient"),
    "recipient_gone": _("a recipient less"),
    "category": _("something more is collected, or otherwise"),
    "category_gone": _("something less is collected"),
    "controller": _("who answers for it"),
    "clause": _("a new clause"),
    "clause_gone": _("a clause less"),
    "sensitive": _("what is said of sensitive data"),
    "basis": _("a basis other than consent"),
    "service": _("what a service needs"),
    "contact_more": _("more contact, or at more hours"),
    "contact_less": _("less contact, or at fewer hours"),
    "contact_kind": _("another kind of contact"),
}
GAPS: dict[str, Promise] = {
    "office": _("wider than the office's own rule, or half said"),
    "type": _("what kind of calls or messages, in both languages"),
    "frequency": _("how often at most"),
    "apart": _("passing on, publication, sensitive data and abroad are agreed to separately or in writing"),
    "register": _("the register does not let consent be asked for this"),
}
DECLARED: dict[str, Promise] = {
    "unknown": _("a code that the register does not know"),
    "matrix": _("the register does not allow this purpose to stand on that basis"),
    "unneeded": _("the service does not need this purpose, and may not be made to depend on it"),
    "languages": _("not the same in both languages"),
}
# The columns of a row that hold codes, and how each is said; what follows is the notice's own words.
CODED: dict[str, tuple[Callable[[str], str], ...]] = {
    "sensitive": (register_.category_name,),
    "bases": (register_.purpose_name, register_.basis_name),
    "services": (services.name, register_.purpose_name),
}
LANGUAGES: dict[str, Promise] = {"zh": _("Chinese"), "en": _("English")}


@register.simple_tag
def notice_title(version: NoticeVersion) -> str:
    """The notice's title with its version; what has no English title keeps its Chinese one."""
    english = (get_language() or "").startswith("en")
    words = version.content["en" if english and "en" in version.content else "zh"]
    return f"{words['title']} v{version.number}"


@register.simple_tag
def tick_words(tick: NoticePurpose) -> str:
    """A question in the reader's language."""
    return tick.tick_en if (get_language() or "").startswith("en") else tick.tick_zh


@register.simple_tag
def form_word(code: str) -> Promise | str:
    """By which act a purpose may be agreed to."""
    return dict(Form.choices).get(code, code)


@register.simple_tag
def controller(version: NoticeVersion) -> dict[str, str]:
    """Who answers for the data, as this notice names them."""
    english = (get_language() or "").startswith("en")
    named: dict[str, str] = version.content["en" if english and "en" in version.content else "zh"]["controller"]
    return named


@register.simple_tag
def finding_word(code: str) -> Promise | str:
    """What the lint found."""
    return FINDINGS.get(code, code)


@register.simple_tag
def why_word(code: str) -> Promise | str:
    """Why a change weighs what it weighs."""
    return WHYS.get(code, code)


@register.simple_tag
def pieces_of(change: Change) -> tuple[list[pieces.Piece], list[pieces.Piece]]:
    """What a clause said and says, in pieces that differ or do not; codes of the register as words."""
    return pieces.between(*(_spoken(change.where, text) for text in (change.before, change.after)))


@register.simple_tag
def gap_word(place: str) -> Promise | str:
    """What a tick still has to say of contact; empty for what is missing elsewhere."""
    return GAPS.get(place.rpartition("_")[2], "") if place.startswith("tick_") else ""


@register.simple_tag
def box(tick: promises.Tick, language: str) -> str:
    """What stands beside a box, in zh or en: its words and its promise of contact."""
    return promises.full(tick, language)


@register.simple_tag
def promise_told(item: Item) -> str:
    """What a receipt says of contact, in the reader's language but for the kind, which is the version's own words."""
    return promises.told(item.channel, dict(item.contact), kind="type")


@register.simple_tag
def category_word(code: str) -> str:
    """A category of data in the reader's language."""
    return register_.category_name(code)


@register.simple_tag
def declarable() -> list[tuple[str, str]]:
    """The codes that a notice may declare, by name: sensitive categories, other bases than consent, what a service needs."""
    sensitive = [(code, register_.category_name(code)) for code in register_.sensitive(register_.CATEGORIES)]
    others = [(row["code"], basis) for row in register_.PURPOSES for basis in row["bases"] if basis != Basis.CONSENT]
    told = [(f"{code} | {basis}", f"{register_.purpose_name(code)} · {register_.basis_name(basis)}") for code, basis in others]
    pairs = [(code, purpose) for code, service in services.SERVICES.items() for purpose in service.necessary_purposes]
    needed = [(f"{code} | {purpose}", f"{services.name(code)} · {register_.purpose_name(purpose)}") for code, purpose in pairs]
    return sensitive + told + needed


@register.simple_tag
def purpose_word(code: str) -> str:
    """A purpose of the register in the reader's language."""
    return register_.purpose_name(code)


@register.simple_tag
def service_word(code: str) -> str:
    """A service in the reader's language."""
    return services.name(code)


@register.simple_tag
def basis_word(code: str) -> str:
    """A legal basis in the reader's language."""
    return register_.basis_name(code)


@register.simple_tag
def materiality_word(code: str) -> Promise | str:
    """How much a version changes."""
    return dict(Materiality.choices).get(code, code)


@register.simple_tag
def place_word(place: str) -> str:
    """Where in a notice, for people: the language and the item, or the purpose and channel of a tick."""
    language, _mark, item = place.replace(".", "_").partition("_")
    if language == "tick":
        channel = next((code for code in Channel.values if code in item.split("_")), "")
        purpose = item.rsplit(f"_{channel}", 1)[0]
        return f"{register_.purpose_name(purpose)} · {Channel(channel).label}" if channel else str(_("The ticks"))
    if item == "rights_ten":
        return f"{LANGUAGES[language]} · {_('at least ten rights')}"
    label = LABELS.get("share" if item.startswith("share_") else item, _("The ticks") if place == "purposes" else item)
    if item.startswith(tuple(f"{name}_" for name in OPTIONAL)):
        item, _mark, code = item.partition("_")
        return f"{LANGUAGES[language]} · {_heading(item)} · {declared_word(code)}"
    text = _heading(item) if item in wording.ROWS else str(label)
    return f"{LANGUAGES[language]} · {text}" if language in LANGUAGES else text


def _spoken(where: str, row: str) -> str:
    """A row of what a notice declares with the words for its codes, which nobody reads but the office."""
    names = CODED.get(where.partition("_")[2], ())
    parts = row.split(" · ")
    return " · ".join([name(code) for name, code in zip(names, parts, strict=False)] + parts[len(names) :])


def _heading(item: str) -> str:
    """The name of a section without how its rows are written, whichever colon the language has."""
    return str(LABELS[item]).replace("：", ":").split(":")[0]


def declared_word(code: str) -> str:
    """What is wrong with what a notice declares: a category that lacks its block, or a reason."""
    return str(DECLARED.get(code) or register_.category_name(code))


@register.simple_tag
def state_name(code: str) -> Promise | str:
    """Where a consent stands."""
    return dict(State.choices).get(code, code)


@register.simple_tag
def office_day(stamp: str) -> str:
    """The office's day of a time that a receipt names; the text itself where it is no time."""
    try:
        return f"{timezone.localtime(datetime.fromisoformat(stamp)):%Y-%m-%d}"
    except ValueError:
        return stamp
