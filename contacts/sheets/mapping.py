"""Which column is what: guessed from the header, shown, and confirmed by a person."""

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.sheets import headings
from contacts.sheets.headings import guess

__all__ = ["OF_PARTNERS", "ROLES", "digest", "guess", "problems"]
ROLES: dict[str, Promise] = {
    "name": _("Name"),
    "mobile": _("Mobile number"),
    "landline": _("Landline number"),
    "company": _("Company"),
    "title": _("Title"),
    "wechat": _("WeChat id"),
    "email": _("E-mail"),
    "note": _("Note"),
    "consent_call": _("Agrees to calls"),
    "consent_sms": _("Agrees to text messages"),
    "consent": _("Agrees (in general)"),
    "signed_on": _("Date of the signature"),
    "proof": _("Number of the consent to be passed on"),
    "proof_words": _("Words of that consent, naming us"),
    "proof_way": _("How that consent was given"),
}
# What only a list from a partner has (E1).
OF_PARTNERS = frozenset({"proof", "proof_words", "proof_way"})


def problems(mapping: dict[str, int], width: int) -> list[str]:
    """What a mapping lacks: a name and a number column, no column twice, none outside the sheet."""
    gaps = [role for role in ("name", "mobile") if role not in mapping]
    if len(set(mapping.values())) != len(mapping) or any(not 0 <= c < width for c in mapping.values()):
        gaps.append("columns")
    if set(mapping) - set(ROLES):
        gaps.append("roles")
    return gaps


def digest(header: tuple[str, ...]) -> str:
    """By which the same header is known again; keyed, so that nothing can be read back from it."""
    return salted_hmac(
        "contacts.sheets.header", "\0".join(headings.plain(name) for name in header), algorithm="sha256"
    ).hexdigest()
