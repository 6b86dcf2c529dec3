"""Words and looks of the people pages: state badges and the gate's reasons."""

from datetime import datetime
from functools import cache
from uuid import UUID

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consent import promises, reasons, services, states
from consent.models import Consent, NoticePurpose, Purpose
from consent.rules import Verdict
from contacts.cards import Card, PhoneCard
from contacts.freshness import DEAD
from team import addresses
from team.templatetags.face import drawn

register = template.Library()

NOTHING = SafeString("")
REVEAL = '<a class="icon-button" href="{0}?phone={1}" title="{2}">{3}<span class="vh">{2}</span></a>'
LIFE = (
    '<span class="life"><span class="num">{0}</span>\n'
    '<meter class="bar" min="0" max="100" low="{1}" optimum="100" value="{2}">{2}%</meter></span>'
)
LONG = 365 * 200  # days no rule counts: a contract or a keep that has no end yet
STATES: dict[str, tuple[Promise, str]] = {
    "given": (_("may be called"), "ok"),
    "renewed": (_("may be called"), "ok"),
    "requested": (_("waiting for confirmation"), "idle"),
    "asserted": (_("asserted only"), "warn"),
    "withdrawn": (_("withdrawn · do not call"), "bad"),
    "refused": (_("refused · do not call"), "bad"),
    "expired": (_("expired"), "warn"),
    "invalidated": (_("declared invalid · do not call"), "bad"),
    "revoked": (_("ended by the office · do not call"), "bad"),
    "suspended": (_("at rest · do not call"), "warn"),
    "superseded": (_("a newer notice asks first"), "warn"),
    "deferred": (_("decides later"), "idle"),
    "": (_("no consent to calls"), "idle"),
}


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """The state of the consent to calls as a badge."""
    return _badge(state, get_language())


@cache
def _badge(state: str, _language: str | None) -> SafeString:
    """Made once for each state and language: a list shows the same few fifty times."""
    words, tone = STATES.get(state, (state, "idle"))
    return format_html('<span class="badge {}">{}</span>', tone, words)


@register.simple_tag
def state_word(state: str) -> Promise | str:
    """The state in words."""
    return STATES.get(state, (state, ""))[0]


@register.simple_tag
def reason_sentence(code: str) -> Promise | str:
    """A gate's reason code as a sentence people understand."""
    return reasons.sentence(code)


@register.simple_tag
def verdict_sentence(verdict: Verdict) -> Promise | str:
    """What the gate said of one person, naming what they were promised."""
    return reasons.of(verdict)


@register.simple_tag
def contact_words(consent: Consent, tick: NoticePurpose | None) -> str:
    """How often and when this person may be reached by this consent, in the reader's language; empty for passing on."""
    return promises.standing(tick, consent.channel, "en" if (get_language() or "").startswith("en") else "zh")


@register.simple_tag
def offered(tick: NoticePurpose) -> str:
    """What stands beside a box, in the reader's language: its words and its promise of contact."""
    return promises.spoken(tick)


@register.filter
def tick_of(agreed: dict[UUID, NoticePurpose], consent: Consent) -> NoticePurpose | None:
    """The tick that this consent stands on."""
    return agreed.get(consent.pk)


@register.simple_tag
def purpose_name(purpose: Purpose) -> str:
    """The purpose in the reader's language."""
    return purpose.name_en if (get_language() or "").startswith("en") else purpose.name_zh


@register.simple_tag
def avatar(card: Card) -> SafeString:
    """The first character of the name as shown, in one of six colours; silent for a screen reader."""
    first = card.name[:1] if card.name[:1].isalnum() else "·"
    return format_html('<span class="ava h{}" aria-hidden="true">{}</span>', card.pk.int % 6, first)


@register.simple_tag
def number(phone: PhoneCard, pk: UUID) -> SafeString:
    """The one place that prints a number, always masked, with the way to the whole of it where the reader has one."""
    if phone.wrong:
        after = format_html(' <span class="badge bad">{}</span>', gettext("wrong number"))
    elif phone.may_reveal:
        after = format_html(REVEAL, addresses.of("reveal", pk), phone.pk, gettext("Reveal"), drawn("eye"))
    else:
        after = NOTHING
    return format_html('<span class="phone">{}{}</span>{}', phone.text, after, freshness(phone))


@register.simple_tag
def freshness(phone: PhoneCard) -> SafeString:
    """A badge where a number wants to be asked about: since when nobody has seen that it is theirs, or found dead (A5)."""
    if not phone.stale:
        return NOTHING
    day = {"day": f"{localtime(phone.seen):%Y-%m-%d}"}
    words = gettext("out of service on %(day)s") if phone.stale == DEAD else gettext("not confirmed since %(day)s")
    return format_html(' <span class="badge warn">{}</span>', words % day)


@register.simple_tag
def life(card: Card) -> SafeString:
    """How long somebody is kept, as words and as a bar; red in the last week."""
    days, low = card.days_left, 100 if card.days_left < 8 else 15
    words = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    if days > LONG:
        words = gettext("not while the contract runs")
    return format_html(LIFE, words, low, card.life_left)


@register.filter
def is_live(consent: Consent) -> bool:
    """Whether this consent stands."""
    return consent.state in ("given", "renewed")


@register.filter
def ended(consent: Consent) -> datetime | None:
    """When a consent that once stood came to its end; None while it stands or rests, and where there never was a yes."""
    return consent.changed_at if consent.given_at and consent.state in states.CLOSED else None


@register.filter
def may_be_stopped(consent: Consent) -> bool:
    """Whether there is a yes in it that could be taken back: in use, at rest, or asked and not answered."""
    return "withdrawn" in states.TABLE.get(consent.state, frozenset())


@register.simple_tag
def stop_ends(purpose: str) -> str:
    """Which services end with this purpose; whatever else there is does not depend on it (A8)."""
    return " · ".join(services.name(code) for code in services.ended_by([purpose]))
