"""Tells recipients that somebody whom we passed on to them said no, or left: their system, or by e-mail with a link (D10).

A message names the person by the reference of the passing on and by nothing else; a mail in Chinese and in English.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from consent import hooks, notices, partners, recalls, register
from consent.hooks import Heard
from consent.models import Partner
from consent.recalls import Told
from contacts import reminding

logger = logging.getLogger(__name__)
BATCH = 200
LANGUAGES = (("zh-hans", "zh"), ("en", "en"))


def work(*, at: datetime) -> int:
    """Tell everybody who is to be told now; returns how many messages were taken. `at` is aware, UTC. Safe to repeat.

    A try that fails is followed by another after a while (recalls.PAUSES); whoever cannot be reached by a program is left
    to compliance, on whose first page it stands after a day. A system that does not answer is asked once in a round.
    """
    due = list(recalls.due(at=at).values_list("pk", "partner", "tries"))
    known = Partner.objects.select_related("hook").in_bulk({partner for _pk, partner, _tries in due})
    tried, taken, silent = 0, 0, set[UUID]()
    for pk, partner, tries in due:
        if tried == BATCH:
            break
        via = road(known[partner], tries)
        if via == "hook" and partner in silent:
            continue
        heard = _tell(pk, via, at)
        tried, taken = tried + 1, taken + heard.taken
        if via == "hook" and not heard.taken:
            silent.add(partner)
    return taken


def road(partner: Partner, tries: int = 0) -> str:
    """By which road a partner is told: its system, and every second try by e-mail where it has a mailbox too."""
    box = bool(mailbox(partner.contact))
    if getattr(partner, "hook", None) and not (box and tries % 2):
        return "hook"
    return "mail" if box else "nowhere"


def _tell(pk: UUID, via: str, at: datetime) -> Heard:
    told = recalls.claim(via, recall=pk, at=at)
    if told is None:
        return Heard(taken=False)
    heard = _hook(told) if via == "hook" else Heard(via == "mail" and _mail(told))
    recalls.settle(told, taken=heard.taken, acknowledged=heard.acknowledged, at=at)
    return heard


def _hook(told: Told) -> Heard:
    """Tell a partner's own system."""
    return Heard(taken=True) if settings.DEMO else hooks.tell(told.recall.partner.hook, said(told))


def said(told: Told) -> dict[str, Any]:
    """The same as data: whose withdrawal, by reference alone, and the link to acknowledge by where the answer does not."""
    recall = told.recall
    [owed] = recalls.owed([recall], at=told.attempt.at)
    return {
        "id": str(told.attempt.pk),
        "event": "withdrawn",
        "agreement": recall.partner.agreement,
        "purpose": recall.passing.purpose,
        "withdrawn_at": recall.opened_at.isoformat(timespec="seconds"),
        "references": [str(reference) for reference in owed.references],
        "acknowledge": _link(told),
    }


def _link(told: Told) -> str:
    return reminding.address(reverse("recall_answer", args=[told.code]))


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
        _link(told),
        _("This message holds no name and no number. After 24 hours without your answer nobody new is passed on to you."),
    ]
