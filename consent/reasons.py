"""Why the gate said what it said, as a sentence a person understands."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import promises
from consent.rules import Facts, Verdict

SENTENCES: dict[str, Promise] = {
    "allowed": _("A confirmed consent covers this call, and the time is right."),
    "allowed_by_contract": _("A contract with this person covers this call, and the time is right."),
    "inactive": _("Your account is closed."),
    "not_in_book": _("This person is not in a book you may see."),
    "erased": _("This person has been erased."),
    "storage_only": _("The time promised to this person is over; what is left is kept by law and used for nothing."),
    "suppressed": _("This person has said no. Nobody may call or write."),
    "unfit": _("Your confidentiality agreement or training has lapsed; renew it in your account first."),
    "field_level": _("Your role may not use this number."),
    "no_consent": _("There is no consent to this purpose by this channel."),
    "requested": _("The person has not confirmed the number yet."),
    "deferred": _("The person wants to decide later."),
    "asserted": _(
        "The consent is only asserted by staff; the person must confirm it, or signed paper or a recording be accepted, first."
    ),
    "refused": _("The person refused this."),
    "withdrawn": _("The person withdrew this consent."),
    "expired": _("The consent has expired."),
    "superseded": _("A newer notice applies; the person must agree to it first."),
    "invalidated": _("The consent was found invalid."),
    "revoked": _("The consent was revoked."),
    "suspended": _("The consent is suspended while a question is open."),
    "tombstone": _("This person has been erased."),
    "grade": _("The evidence of this consent is not good enough for this purpose."),
    "recipient_unknown": _("Whom it would be passed on to is on no agreement of the register of partners that stands today."),
    "recipient_owes": _(
        "Whom it would be passed on to has not acknowledged a withdrawal for more than a day; until then nobody new goes there."
    ),
    "separate_form_missing": _("This is agreed to in a step of its own; a tick among others is not enough."),
    "written_form_missing": _("This needs the person's signature, and a look at it; a tick is not enough."),
    "minor": _("This person says they are under 18: nobody calls or writes to them about financial matters."),
    "quiet_hours": _("Calls are made from 09:00 to 21:00 only, unless the person asked to be called."),
    "invite_hours": _("Invitations go out from 09:00 to 21:00 only; nothing was sent. Please invite them by day."),
    "attempts": _("This person has been called often enough for now: once a day, three times a week, six times a month."),
    "messages": _("This person has been written to often enough for now: two messages a month."),
    "consented_frequency_exceeded": _("The person has been reached as often as they agreed to; that is enough for now."),
    "consented_hours": _("This is outside the hours that the person agreed to."),
    "own_window": _("The person chose on their own page when they may be reached; now is another time."),
    "midday_rest": _("The office calls nobody at midday, unless the person chose otherwise on their own page."),
    "day_off": _("Today is a weekend or a holiday: nobody is called, unless they chose otherwise on their own page."),
    "calendar_unknown": _(
        "No calendar of holidays knows this year yet, so nobody is called today, unless they chose every day."
    ),
    "unanswered": _("Three calls in a row went unanswered; that is enough."),
    "no_invitation": _("There is nothing to invite this person to."),
    "invited": _("This person has been invited already; one invitation is enough."),
    "quota": _("You have seen as many numbers as one person may; please call without seeing, or ask compliance."),
    "no_number": _("There is no usable number."),
    "unknown_action": _("Please choose a reason from the list."),
    "basis_not_allowed": _("The register does not allow this purpose to stand on that basis, so the answer is no."),
    "operation_not_listed": _("The register does not list this act for the purpose, so the answer is no."),
    "category_not_listed": _("The register does not list this kind of data for the purpose, so the answer is no."),
    "basis_not_declared": _("The notice that the person was shown named no basis but consent, and none is found afterwards."),
    "no_contract": _("No contract with this person runs today."),
    "unknown": _("The gate does not know this action, so the answer is no."),
}


# The rules of law behind an answer; what is not here is a rule of this house alone.
BASES: dict[str, tuple[str, ...]] = {
    "allowed": ("pipl.13.1.1", "consumer.29.3"),
    "erased": ("pipl.47",),
    "storage_only": ("pipl.47.2",),
    "suppressed": ("consumer.29.3", "civil.1033.1"),
    "unfit": ("pipl.51",),
    "field_level": ("pipl.51",),
    "no_consent": ("pipl.13.1.1", "consumer.29.3", "ad.43"),
    "requested": ("pipl.14",),
    "deferred": ("pipl.14",),
    "asserted": ("pipl.14",),
    "refused": ("consumer.29.3", "ad.43"),
    "withdrawn": ("pipl.15", "consumer.29.3"),
    "expired": ("pipl.19",),
    "superseded": ("pipl.14.2",),
    "invalidated": ("pipl.14",),
    "revoked": ("pipl.47.1.1",),
    "suspended": ("pipl.44",),
    "tombstone": ("pipl.47",),
    "grade": ("pipl.69",),
    "basis_not_allowed": ("pipl.13.1.1",),
    "basis_not_declared": ("pipl.13.1.1", "pipl.15"),
    "allowed_by_contract": ("pipl.13.1.2",),
    "no_contract": ("pipl.13.1.2",),
}


def bases(code: str) -> tuple[str, ...]:
    """The keys of the rules of law an answer rests on (L9); none where it is the house's own rule."""
    return BASES.get(code, ())


def code_of(verdict: Verdict) -> str:
    """The reason of a verdict, with the basis where that is a contract: what a consent opens, consent explains (A9)."""
    on_contract = verdict.allowed and verdict.facts is not None and verdict.facts.basis == "contract"
    return "allowed_by_contract" if on_contract else verdict.reason


def sentence(code: str) -> Promise:
    """The sentence of a reason; an unknown code is a no without an explanation."""
    return SENTENCES.get(code, SENTENCES["unknown"])


def of(verdict: Verdict) -> str | Promise:
    """Why, with the promise by its numbers where it was one: at most 2 messages a month (C5, H3)."""
    facts = verdict.facts
    if facts is None or verdict.reason not in PROMISED:
        return sentence(code_of(verdict))
    return PROMISED[verdict.reason](facts)


def _frequency(facts: Facts) -> str:
    span, most = next((span, most) for span, most in facts.promised.items() if facts.used[span] >= most)
    channel = "sms" if facts.action == "sms" else "call"
    return gettext("The person agreed to %(limit)s.") % {"limit": promises.most(channel, span, most)}


def _hours(facts: Facts) -> str:
    told = promises.hours(facts.hour_from or 0, facts.hour_to or 0)
    return gettext("The person agreed to be reached %(hours)s.") % {"hours": told}


def _window(facts: Facts) -> str:
    window = promises.chosen(facts.own_from or 0, facts.own_to or 0, midday=facts.own_midday, every_day=facts.own_every_day)
    return gettext("The person chose when they may be reached: %(window)s.") % {"window": window}


PROMISED: dict[str, Callable[[Facts], str]] = {
    "consented_frequency_exceeded": _frequency,
    "consented_hours": _hours,
    "own_window": _window,
}
