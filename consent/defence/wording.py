"""Codes of the ledger, the gate and the messages in words: whoever decides by a defence file does not read our code (O4)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.sms_texts import ABOUT

METHODS: dict[str, Promise] = {
    "form": _("on our form"),
    "otp": _("on our form, with the code sent to the number"),
    "own_step": _("in a step of its own, with the code sent to the number"),
    "own_page": _("on the person's own page"),
    "link": _("through a personal link"),
    "sms": _("by text message"),
    "esign": _("signed by hand on a screen"),
    "wet_sign": _("signed by hand on paper"),
    "recorded": _("in recorded speech"),
    "spoken": _("said to staff"),
    "letter": _("letter or e-mail"),
    "device": _("on a device without a network"),
    "assertion": _("typed in by staff"),
    "mark": _("mark on a sign-in sheet"),
    "partner": _("consent that a partner took, by its number"),
    "receipt": _("a receipt from elsewhere"),
    "review": _("by compliance, after a look at the evidence"),
    "request": _("as the person asked"),
    "notice": _("by a newer notice"),
    "clock": _("its time was over"),
    "age": _("by what was said of their age"),
    "replay": _("after a restored backup"),
    "sweep": _("with the erasure of the person"),
}
ACTIONS: dict[str, Promise] = {
    "call": _("a call"),
    "reveal_call_by_hand": _("the number shown, to dial by hand"),
    "reveal_callback": _("the number shown, to call back"),
    "reveal_check": _("the number shown, to check it"),
    "sms": _("a text message"),
    "share": _("passing on"),
    "publish": _("a public mention"),
    "query_credit": _("a query of the credit report"),
    "invite": _("an invitation"),
    "service_call": _("a call about a contract"),
}


def method(code: str) -> str:
    """By which road a step was taken."""
    return str(METHODS.get(code, code))


def action(code: str) -> str:
    """What the gate was asked for."""
    return str(ACTIONS.get(code, code))


def message(template: str) -> str:
    """What a text message was about."""
    return str(ABOUT.get(template, template))
