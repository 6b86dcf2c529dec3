"""Why the gate said what it said, as a sentence a person understands."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "allowed": _("A confirmed consent covers this call, and the time is right."),
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
    "asserted": _("The consent is only asserted by staff; the person must confirm it, or a signed paper be accepted, first."),
    "refused": _("The person refused this."),
    "withdrawn": _("The person withdrew this consent."),
    "expired": _("The consent has expired."),
    "superseded": _("A newer notice applies; the person must agree to it first."),
    "invalidated": _("The consent was found invalid."),
    "revoked": _("The consent was revoked."),
    "suspended": _("The consent is suspended while a question is open."),
    "tombstone": _("This person has been erased."),
    "grade": _("The evidence of this consent is not good enough for this purpose."),
    "quiet_hours": _("Calls are made from 09:00 to 21:00 only, unless the person asked to be called."),
    "attempts": _("This person has been called often enough for now: once a day, three times a week, six times a month."),
    "unanswered": _("Three calls in a row went unanswered; that is enough."),
    "no_invitation": _("There is nothing to invite this person to."),
    "invited": _("This person has been invited already; one invitation is enough."),
    "quota": _("You have seen as many numbers as one person may; please call without seeing, or ask compliance."),
    "no_number": _("There is no usable number."),
    "unknown_action": _("Please choose a reason from the list."),
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
}


def bases(code: str) -> tuple[str, ...]:
    """The keys of the rules of law an answer rests on (L9); none where it is the house's own rule."""
    return BASES.get(code, ())


def sentence(code: str) -> Promise:
    """The sentence of a reason; an unknown code is a no without an explanation."""
    return SENTENCES.get(code, SENTENCES["unknown"])
