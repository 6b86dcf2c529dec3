"""The dead man's switch of deletion: a mail to people when nobody is deleted although somebody should be.

The second question catches a sweep that runs and deletes nobody. A bell that hangs on the same clock as the sweep
would fall silent with it, so `manage.py sweep --alarm` asks the same from any other clock (deploy/).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts import nights, sweep
from contacts.models import SweepAlarm, SweepRun

OVERDUE = timedelta(days=1)  # nobody may stay longer than this beyond their date
SILENCE = timedelta(days=2)  # two nights
SENTENCES: dict[str, Promise] = {
    "silent": _("No sweep has ended for two nights. Is the clock of the tasks running? Run: manage.py sweep"),
    "overdue": _("Somebody should have left more than a day ago and is still here. Run: manage.py sweep"),
    "waiting": _("A sweep waits until somebody has looked at it and approved it, on the page Retention and deletion."),
    "paused": _("A sweep was paused and nobody let it go on; see the page Retention and deletion."),
}


def words(*, at: datetime) -> list[str]:
    """What is wrong with deletion now, worst first; nothing when all is well."""
    ended = SweepRun.objects.filter(state=SweepRun.State.DONE, finished_at__gt=at - SILENCE).exists()
    begun = SweepRun.objects.exists()
    states = set(SweepRun.objects.filter(cutoff__lte=at, state__in=["waiting", "paused"]).values_list("state", flat=True))
    found = {
        "silent": begun and not ended,
        "overdue": sweep.due_now(at - OVERDUE).exists(),
        "waiting": "waiting" in states,
        "paused": "paused" in states,
    }
    return [word for word, wrong in found.items() if wrong]


def ring(*, at: datetime) -> list[str]:
    """Mail each new alarm of the office's day once; returns what is wrong now. Without addresses it only tells."""
    wrong = words(at=at)
    for word in wrong:
        if settings.ALARM_MAIL:
            _once(word, at=at)
    return wrong


def _once(word: str, *, at: datetime) -> None:
    """The row and the mail stand or fall together: a mail that does not leave is tried again at the next bell."""
    try:
        with transaction.atomic():
            SweepAlarm.objects.create(day=at.astimezone(nights.OFFICE).date(), word=word, at=at)
            with translation.override(settings.LANGUAGE_CODE):
                subject, body = str(_("Deletion needs you")), str(SENTENCES[word])
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, list(settings.ALARM_MAIL)).send()
    except IntegrityError:  # rung today
        return
