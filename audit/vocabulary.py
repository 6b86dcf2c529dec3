"""The verbs and field names this house starts with, each with its sentence."""

from django.utils.translation import pgettext_lazy

from audit.words import Field, Verb

_NONE: frozenset[str] = frozenset()
_NUMBERS = frozenset({"contacts.mobile", "contacts.landline"})

VERBS = (
    Verb("user.signin", pgettext_lazy("trail", "signed in"), "u", _NONE),
    Verb("user.signin.failed", pgettext_lazy("trail", "failed to sign in"), "u", _NONE),
    Verb("user.signout", pgettext_lazy("trail", "signed out"), "u", _NONE),
    Verb("user.created", pgettext_lazy("trail", "opened an account for a colleague"), "u", _NONE),
    Verb("user.deactivated", pgettext_lazy("trail", "closed a colleague's account"), "u", _NONE),
    Verb("user.reactivated", pgettext_lazy("trail", "reopened a colleague's account"), "u", _NONE),
    Verb("user.role", pgettext_lazy("trail", "changed a colleague's role"), "u", _NONE),
    Verb("user.changed", pgettext_lazy("trail", "changed a colleague's account"), "u", _NONE),
    Verb("second_factor.enrolled", pgettext_lazy("trail", "set up the second factor"), "u", _NONE),
    Verb("second_factor.recovery", pgettext_lazy("trail", "used a recovery code"), "u", _NONE),
    Verb("matrix.changed", pgettext_lazy("trail", "changed who may see which field"), "u"),
    Verb("pledge.signed", pgettext_lazy("trail", "signed a pledge"), "u", _NONE),
    Verb("notice.published", pgettext_lazy("trail", "published a notice"), "n", _NONE),
    Verb("consent.requested", pgettext_lazy("trail", "asked for consent"), "c", _NONE),
    Verb("consent.given", pgettext_lazy("trail", "recorded a consent"), "c", frozenset({"consent.evidence"})),
    Verb("consent.refused", pgettext_lazy("trail", "recorded a refusal"), "c", _NONE),
    Verb("consent.withdrawn", pgettext_lazy("trail", "recorded a withdrawal"), "c", _NONE),
    Verb("consent.expired", pgettext_lazy("trail", "closed a consent whose time is over"), "c", _NONE),
    Verb("consent.asserted", pgettext_lazy("trail", "noted a consent not yet confirmed"), "c"),
    Verb("consent.changed", pgettext_lazy("trail", "changed where a consent stands"), "c"),
    Verb("consent.tombstone", pgettext_lazy("trail", "closed a consent after erasure"), "c", _NONE),
    Verb("evidence.added", pgettext_lazy("trail", "added evidence of a consent"), "c"),
    Verb("evidence.opened", pgettext_lazy("trail", "opened evidence of a consent"), "c"),
    Verb(
        "suppression.added", pgettext_lazy("trail", "added a number to the do-not-contact list"), "c", _NONE
    ),
    Verb("suppression.lifted", pgettext_lazy("trail", "lifted a do-not-contact entry"), "c", _NONE),
    Verb("gate.denied", pgettext_lazy("trail", "was refused by the gate"), "c"),
    Verb("contact.created", pgettext_lazy("trail", "added a contact"), "c"),
    Verb("contact.changed", pgettext_lazy("trail", "changed a contact"), "c"),
    Verb("contact.moved", pgettext_lazy("trail", "moved a contact to another book"), "c", _NONE),
    Verb("contact.erased", pgettext_lazy("trail", "erased a contact"), "c", _NONE),
    Verb("contact.searched", pgettext_lazy("trail", "searched contacts by number"), "c", _NUMBERS),
    Verb("phone.reveal", pgettext_lazy("trail", "revealed a phone number"), "c", _NUMBERS),
    Verb("phone.call", pgettext_lazy("trail", "called without seeing the number"), "c", _NUMBERS),
    Verb("call.outcome", pgettext_lazy("trail", "noted what came of a call"), "c", _NONE),
    Verb("sms.sent", pgettext_lazy("trail", "sent a text message"), "c", _NONE),
    Verb("person.signin", pgettext_lazy("trail", "opened their own page"), "c", _NONE),
    Verb("person.copy", pgettext_lazy("trail", "took a copy of their own data"), "c"),
    Verb("person.request", pgettext_lazy("trail", "made a request about their own data"), "c", _NONE),
    Verb("person.answered", pgettext_lazy("trail", "answered a person's request"), "c", _NONE),
    Verb("import.uploaded", pgettext_lazy("trail", "uploaded a sheet"), "i", _NONE),
    Verb("import.committed", pgettext_lazy("trail", "took a sheet into the books"), "i", _NONE),
    Verb("import.undone", pgettext_lazy("trail", "took a sheet back out"), "i", _NONE),
    Verb("import.purged", pgettext_lazy("trail", "deleted the content of a sheet"), "i", _NONE),
    Verb("event.created", pgettext_lazy("trail", "opened an event"), "e", _NONE),
    Verb("event.changed", pgettext_lazy("trail", "changed an event"), "e", _NONE),
    Verb("event.closed", pgettext_lazy("trail", "closed an event"), "e", _NONE),
    Verb("partner.changed", pgettext_lazy("trail", "changed a partner"), "p", _NONE),
    Verb("hold.placed", pgettext_lazy("trail", "placed a legal hold"), "c", _NONE),
    Verb("hold.lifted", pgettext_lazy("trail", "lifted a legal hold"), "c", _NONE),
    Verb("retention.changed", pgettext_lazy("trail", "changed the retention table"), "c", _NONE),
    Verb("sweep.started", pgettext_lazy("trail", "started a sweep"), "c", _NONE),
    Verb("sweep.finished", pgettext_lazy("trail", "finished a sweep"), "c", _NONE),
    Verb("key.changed", pgettext_lazy("trail", "changed the keyring"), "c", _NONE),
    Verb("audit.search", pgettext_lazy("trail", "searched the trail"), "u", _NONE),
    Verb("audit.exported", pgettext_lazy("trail", "exported the trail"), "u", _NONE),
    Verb("door.denied", pgettext_lazy("trail", "was turned away at a door"), "u", _NONE),
)

FIELDS = (
    Field("contacts.name", pgettext_lazy("field", "name")),
    Field("contacts.company", pgettext_lazy("field", "company")),
    Field("contacts.title", pgettext_lazy("field", "job title")),
    Field("contacts.mobile", pgettext_lazy("field", "mobile number")),
    Field("contacts.landline", pgettext_lazy("field", "landline number")),
    Field("contacts.wechat", pgettext_lazy("field", "WeChat account")),
    Field("contacts.email", pgettext_lazy("field", "e-mail address")),
    Field("contacts.note", pgettext_lazy("field", "note")),
    Field("consent.evidence", pgettext_lazy("field", "evidence of consent")),
)
