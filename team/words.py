"""Words of the team floor: refusals, fields and levels as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from team.fields import Level

REFUSALS: dict[str, Promise] = {
    "taken": _("This sign-in name is taken."),
    "self": _("Nobody changes their own account this way. Ask another administrator."),
    "last_admin": _("This is the last administrator; open another one first."),
    "role": _("Only an administrator changes the matrix."),
    "not_yours": _("This book is not yours to hand over."),
    "receiver": _("Please choose an active colleague who does not own this book."),
    "reason": _("A change needs a reason."),
    "not_a_reader": _("Administrators and auditors read no personal data; their level stays hidden."),
}
FIELDS: dict[str, Promise] = {
    "contacts.name": _("Name"),
    "contacts.company": _("Company and title"),
    "contacts.mobile": _("Mobile number"),
    "contacts.landline": _("Landline number"),
    "contacts.wechat": _("WeChat id"),
    "contacts.email": _("E-mail"),
    "contacts.note": _("Free note"),
    "consent.evidence": _("Evidence of consent"),
}
LEVELS: dict[Level, Promise] = {
    Level.HIDDEN: _("hidden"),
    Level.LAST4: _("last four"),
    Level.MASKED: _("masked"),
    Level.CALL: _("use without seeing"),
    Level.REVEAL: _("reveal with reason"),
    Level.EXPORT: _("export"),
}
HANDOVERS: dict[str, Promise] = {
    "leaving": _("The owner leaves the office"),
    "absence": _("The owner is away for long"),
    "team": _("The owner changes the team or the task"),
    "request": _("The people or the owner asked for it"),
}
