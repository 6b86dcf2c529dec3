"""Why a row is ready, held or refused, each as a sentence for the person who brought the sheet."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vault import phone

REASONS: dict[str, Promise] = {
    "": _("ready"),
    "landline": _("ready, without the landline: it cannot be read as one number"),
    "first_number": _("ready, with the first of two numbers, as you chose"),
    "both_numbers": _("ready, with both numbers, as you chose"),
    "proof": _("held until there is proof of a consent"),
    "partner.less": _("ready, without what the agreement with the partner does not list"),
    "partner.unknown": _("held: whoever passed this list on is not on the register of partners"),
    "partner.waiting": _("held: the partner has not been approved by a second person yet"),
    "partner.lapsed": _("held: the agreement with the partner has lapsed"),
    "partner.ended": _("held: the agreement with the partner was ended"),
    "partner.purpose": _("held: the agreement lists nothing that this event asks for"),
    "partner.proof": _("held: the row names no consent of this person to be passed on to us, by its number"),
    "partner.recipient": _("held: the words of that consent do not name us, or say no where they do"),
    "partner.day": _("held: that consent has no day, or one before the agreement with the partner"),
    "partner.twice": _("held: an earlier row names the same consent; one consent speaks for one person"),
    "partner.used": _("held: somebody came in by this consent already"),
    "two_numbers": _("held: the cell has two numbers; say on the columns page which to take"),
    "date.order": _("held: day and month could be swapped; say on the columns page how this file writes dates"),
    "date.year": _("held: the date has no year; say on the columns page which year is meant"),
    "date.roc": _("held: the year counts from 1912; say on the columns page whether to convert it"),
    "cell": _("a cell is too long or has characters that cannot be stored"),
    "width": _("the row has more or fewer cells than the heading"),
    "quotes": _("a quotation mark stands where none can; nothing after it can be trusted"),
    "merged": _("a merged cell covers this row; please split it"),
    "formula": _("a formula in this row has no result"),
    "total": _("this is a total, not a person"),
    "name": _("the name is missing or cannot be read"),
    "number.rounded": _("the sheet has rounded this number and its last digits are lost; format the column as text"),
    "date.future": _("the date of the signature lies in the future"),
    "date.early": _("the date of the signature lies before the year 2000"),
    "date.notice": _("the date of the signature lies before the notice was published"),
    "date.none": _("there is no such day"),
    "date.short_year": _("the year has two digits; please write four"),
    "date.format": _("the date cannot be read; please write it as 2026-11-20"),
    "duplicate_row": _("the number stands in an earlier row already"),
    "duplicate": _("this person is already in your book"),
    "guess": _("too many rows differ only in the middle digits of the number; a real sheet does not look like this"),
} | {f"number.{code}": sentence for code, sentence in phone.PROBLEMS.items()}


def sentence(code: str) -> str:
    """The sentence of a reason."""
    return str(REASONS.get(code, code))
