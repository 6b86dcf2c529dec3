"""What is read out to a person whose spoken yes is recorded: the words of a version, one box after the other (C6)."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent import promises
from consent.models import NoticePurpose, NoticeVersion
from consent.showing.snapshot import CODES


def of(version: NoticeVersion, ticks: Sequence[NoticePurpose], language: str) -> list[str]:
    """The paragraphs in order; `language` is zh or en. Nothing is asked in one breath with anything else.

    Who asks and how to reach them, whether one is of age (C12), what of
    the person and only for what, for how long, how to stop it (PIPL 17).
    """
    words = version.content[language]
    with translation.override(CODES[language]):
        opening = _("This is recorded, as proof of what you agree to and of nothing else. May I go on?")
        age = _("Are you 18 or older?")
        ending = _("You may stop any of it at any time; I will tell you how.")
        asking = _("We are %(name)s. %(contact)s") % {key: words["controller"][key] for key in ("name", "contact")}
        return [opening, asking, age, words["jit"], *(_asked(tick, language) for tick in ticks), ending]


def _asked(tick: NoticePurpose, language: str) -> str:
    told = promises.full(tick, language)
    days = ngettext("for %(days)s day", "for %(days)s days", tick.valid_days) % {"days": tick.valid_days}
    return _("%(purpose)s, %(days)s. Do you agree to this? Please say yes or no.") % {"purpose": told, "days": days}
