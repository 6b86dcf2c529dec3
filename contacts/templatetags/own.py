"""Words of the copy that a person takes away: codes of the data as sentences people understand."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

from consent import promises
from consent.models import ConsentEvent, PriorArrangement, RelativeClaim, RightsRequest
from consent.models.after import WORDS
from consent.models.ledger import State
from consent.models.notice import Channel
from consent.sms_texts import ABOUT
from contacts.models import CallAttempt, Contact, Phone
from contacts.nights import OFFICE
from contacts.own.page import TEXTS
from team.models import Role
from vault import masks

register = template.Library()


@register.simple_tag
def held_label(name: str) -> Promise | str:
    """What a value is: a text of the record, or a kind of number."""
    return TEXTS[name] if name in TEXTS else dict(Phone.Kind.choices).get(name, name)


@register.simple_tag
def state_label(code: str) -> Promise | str:
    """Where a consent stood."""
    return dict(State.choices).get(code, code)


@register.simple_tag
def channel_label(code: str) -> Promise | str:
    """By which channel."""
    return dict(Channel.choices).get(code, code)


@register.simple_tag
def actor_label(code: str) -> Promise | str:
    """Who acted."""
    return dict(ConsentEvent.Actor.choices).get(code, code)


@register.simple_tag
def role_label(code: str) -> Promise | str:
    """Which role used the number."""
    return dict(Role.choices).get(code, code)


@register.simple_tag
def use_label(code: str) -> Promise | str:
    """What was done with it."""
    return dict(CallAttempt.Kind.choices).get(code, code)


@register.simple_tag
def either(zh: str, en: str) -> str:
    """Of two texts the one in the reader's language."""
    return en if (get_language() or "").startswith("en") else zh


@register.simple_tag
def contact_told(consent: dict[str, Any]) -> str:
    """What the version promised of contact, as the copy has it; empty where it promised nothing."""
    english = (get_language() or "").startswith("en")
    return promises.told(consent["channel"], consent["contact"], kind="type_en" if english else "type_zh")


@register.simple_tag
def window_told(row: dict[str, Any]) -> str:
    """One choice of when to be reached, as the copy has it; empty where it was taken back."""
    if row["from"] is None:
        return ""
    return promises.chosen(row["from"], row["to"], midday=row["midday"], every_day=row["every_day"])


@register.simple_tag
def after_label(names: list[str]) -> str:
    """What near relatives may do after a death, from the names of its columns; empty is nobody."""
    return " · ".join(str(WORDS[name]) for name in WORDS if name in names) or gettext("nobody may ask for anything")


@register.filter
def left(row: PriorArrangement | RelativeClaim) -> list[str]:
    """The names of the columns that such a row allows."""
    return [name for name in WORDS if getattr(row, name)]


@register.simple_tag
def message_label(code: str) -> Promise | str:
    """What a text message was about."""
    return ABOUT.get(code, code)


@register.simple_tag
def moment(told: str) -> str:
    """A time of the copy on the office's clock, to the minute."""
    return f"{datetime.fromisoformat(told).astimezone(OFFICE):%Y-%m-%d %H:%M}" if told else ""


@register.simple_tag
def spoken(digits: str) -> str:
    """A number as people write it; what could not be opened stays as it is."""
    return masks.display_number(digits) if digits.isdecimal() else digits


@register.simple_tag
def source_label(code: str) -> Promise | str:
    """How somebody came to us."""
    return dict(Contact.Source.choices).get(code, code)


@register.simple_tag
def kind_label(code: str) -> Promise | str:
    """What a request asked for."""
    return dict(RightsRequest.Kind.choices).get(code, code)
