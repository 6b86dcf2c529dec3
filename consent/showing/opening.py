"""What a caller says first: who calls for whom, why, where the number came from, and how to refuse (B13)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consent.models import NoticePurpose, NoticeVersion
from consent.showing.snapshot import CODES


@dataclass(frozen=True)
class Came:
    """How a number came here, in the caller's language; where; and when (aware)."""

    source: str
    place: str
    at: datetime


def of(version: NoticeVersion, tick: NoticePurpose, language: str, *, caller: str, came: Came) -> list[str]:
    """The sentences in order, in zh or en, from the words that this person saw: `version`, and the box they ticked.

    `caller` is the name under which a colleague works. The true sender comes first and the way to refuse last, as in
    every message (B13).
    """
    words = version.content[language]
    controller = words["controller"]
    name = controller["name"].rstrip("。.")  # the sentence ends with a full stop of its own
    with translation.override(CODES[language]):
        day = timezone.localtime(came.at).strftime("%Y-%m-%d")
        told = {"day": day, "place": came.place, "source": came.source}
        asked = tick.tick_en if language == "en" else tick.tick_zh
        return [
            _("Good day. I am %(caller)s, calling for %(name)s.") % {"caller": caller, "name": name},
            _("You agreed to this: %(purpose)s.") % {"purpose": asked.rstrip("。.")},
            _("We have your number since %(day)s, from %(place)s: %(source)s.") % told,
            _("Whom to turn to: %(contact)s") % {"contact": controller["contact"]},
            _("You need not talk to me. Say no, and nobody of us calls you again.") + " " + words["withdraw"],
        ]
