"""Tells recipients that somebody whom we passed on to them said no, or left: by e-mail, with a link to acknowledge by (D10).

A message names the person by the reference of the passing on and by nothing else, in Chinese and in English.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from consent import notices, partners, recalls, register
from consent.recalls import Told
from contacts import reminding

logger = logging.getLogger(__name__)
BATCH = 200
LANGUAGES = (("zh-hans", "zh"), ("en", "en"))


def work(*, at: datetime) -> int:
    """Tell everybody who is to be told now; returns how many messages were taken. `at` is aware, UTC. Safe to repeat.

    A try that fails is followed by another after a while (recalls.PAUSES); whoever cannot be reached by a program is left
    to compliance, on whose first page it stands after a day.
    """
    rows = recalls.due(at=at).select_related("partner").values_list("pk", "partner__contact")
    return sum(_tell(pk, "mail" if mailbox(contact) else "nowhere", at) for pk, contact in list(rows[:BATCH]))


def _tell(pk: object, via: str, at: datetime) -> bool:
    told = recalls.claim(via, recall=pk, at=at)  # type: ignore[arg-type]
    if told is None:
        return False
    taken = via == "mail" and _mail(told)
    recalls.settle(told, taken=taken, at=at)
    return taken


def mailbox(contact: str) -> str:
    """The e-mail address by which a partner is reached; empty where it is reached otherwise."""
    try:
        validate_email(contact.strip())
    except ValidationError:
        return ""
    return contact.strip()


def _mail(told: Told) -> bool:
    """Hand the message over to the mail server; what fails on the way is logged by kind alone."""
    message = letter(told)
    if settings.DEMO:  # nothing leaves the house
        return True
    try:
        return bool(message.send())
    except OSError as lost:  # smtplib's errors are OSErrors too
        logger.error("a recipient was not told: %s", type(lost).__name__)
        return False


def letter(told: Told) -> EmailMessage:
    """The message: whose withdrawal by reference alone, what is asked, and the link to acknowledge by."""
    subjects, bodies = [], []
    for language, key in LANGUAGES:
        with translation.override(language):
            subjects.append(_("Withdrawal of consent, please acknowledge"))
            bodies.append("\n\n".join(_lines(told, key)))
    to = [mailbox(told.recall.partner.contact)]
    return EmailMessage(" / ".join(subjects), "\n\n---\n\n".join(bodies), settings.DEFAULT_FROM_EMAIL, to)


def _lines(told: Told, key: str) -> list[str]:
    """What it says, in the language that is active; `key` names it in a notice."""
    recall = told.recall
    [owed] = recalls.owed([recall], at=told.attempt.at)
    words = {
        "office": notices.current().content[key]["controller"]["name"],
        "agreement": recall.partner.agreement,
        "day": f"{recall.opened_at.astimezone(partners.OFFICE):%Y-%m-%d %H:%M}",
    }
    return [
        _(
            "%(office)s passed a person on to you under agreement %(agreement)s. "
            "On %(day)s that person withdrew their consent, or their data were erased."
        )
        % words,
        _("Purpose: %(purpose)s") % {"purpose": register.purpose_name(recall.passing.purpose)},
        "\n".join([_("Reference of the passing on:"), *(str(reference) for reference in owed.references)]),
        _("Please use these data no more, delete them, and acknowledge within 24 hours by this link:"),
        reminding.address(reverse("recall_answer", args=[told.code])),
        _("This message holds no name and no number. After 24 hours without your answer nobody new is passed on to you."),
    ]
