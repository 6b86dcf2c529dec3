"""Words of the leaving pages: each retention rule and window as a sentence people understand."""

from datetime import date, datetime

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from consent.templatetags import law
from contacts.keeps import LASTING

register = template.Library()

RULES: dict[str, Promise] = {
    "withdrawn": _("consent withdrawn"),
    "refused": _("refused when asked"),
    "invalidated": _("consent declared invalid"),
    "revoked": _("purpose ended by the office"),
    "wrong_number": _("number belongs to somebody else"),
    "expired": _("consent expired"),
    "unconfirmed": _("number never confirmed"),
    "deferred": _("put off by the person, never decided"),
    "asserted": _("only asserted by staff, never confirmed"),
    "event_lead": _("met at an event, no call answered yet"),
    "contacted": _("no new consent since the last one"),
    "unreachable": _("called three times in a row, never reached"),
    "promise": _("time promised in the notice is over"),
    "no_basis": _("no basis to keep"),
    "guardian": _("no guardian agrees any longer"),
    "contract": _("while the contract with you runs"),
    "keep_aml": _("kept by the anti-money-laundering law"),
    "keep_securities": _("kept by the securities law"),
    "keep_insurance": _("kept by the insurance law"),
}
STARTS: dict[str, Promise] = {
    "withdrawn": _("days after withdrawal"),
    "refused": _("days after refusal"),
    "invalidated": _("days after the consent was declared invalid"),
    "revoked": _("days after the purpose was ended"),
    "wrong_number": _("days after the wrong number was noted"),
    "expired": _("days after the consent expired"),
    "unconfirmed": _("days after the form was sent"),
    "deferred": _("days after the person put the decision off"),
    "asserted": _("days after staff noted the consent"),
    "event_lead": _("days after the consent, if no call was ever answered"),
    "contacted": _("days after the last consent"),
    "unreachable": _("days after the third call that reached nobody"),
    "promise": _("days after the end the notice promised"),
    "no_basis": _("days after the record was made"),
}
SOURCES: dict[str, tuple[str, ...]] = {
    "withdrawn": ("pipl.47.1.3",),
    "refused": ("pipl.47.1.3",),
    "invalidated": ("pipl.47.1.4",),
    "revoked": ("pipl.47.1.1",),
    "wrong_number": ("pipl.8", "pipl.47"),
    "expired": ("pipl.47.1.2",),
    "unconfirmed": ("pipl.14", "pipl.47"),
    "deferred": ("netdata.22.5",),
    "asserted": ("pipl.14", "pipl.47"),
    "event_lead": ("pipl.19",),
    "contacted": ("pipl.19",),
    "unreachable": ("pipl.47.1.1",),
    "promise": ("netdata.21.3",),
}
PROFILES: dict[str, Promise] = {
    "unlicensed": _("without a licence that makes it keep records"),
    "bank": _("bank"),
    "securities": _("securities firm"),
    "fund": _("fund seller"),
    "insurance_short": _("insurance, terms up to a year"),
    "insurance_long": _("insurance, longer terms"),
}
WINDOWS: dict[str, Promise] = {
    "tonight": _("Leaving tonight"),
    "week": _("Leaving within 7 days"),
    "month": _("Leaving within 30 days"),
}


@register.simple_tag
def night(leaves: datetime) -> SafeString:
    """The night in which somebody leaves, by the office's clock; in words while a contract keeps them."""
    if leaves >= LASTING:
        return format_html("{}", _("not while the contract runs"))
    near = localtime(leaves)
    return format_html('<time class="num" datetime="{}">{}</time>', near.isoformat(), f"{near:%Y-%m-%d %H:%M}")


@register.simple_tag
def rule_name(code: str) -> Promise | str:
    """The rule as a reason: why this person leaves."""
    return RULES.get(code, code)


@register.simple_tag
def rule_start(code: str) -> Promise | str:
    """What the days of a rule are counted from."""
    return STARTS.get(code, code)


@register.simple_tag
def window_name(code: str) -> Promise | str:
    """The window as a heading."""
    return WINDOWS.get(code, code)


@register.simple_tag
def rule_source(code: str, *, on: date) -> SafeString:
    """The article a rule stands on, as in force on that day (L9)."""
    return law.linked(SOURCES.get(code, ()), on=on)


@register.simple_tag
def profile_name(code: str) -> Promise | str:
    """A licence profile in words."""
    return PROFILES.get(code, code)
