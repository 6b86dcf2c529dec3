"""What on the first page wants a second person."""

from collections import Counter
from datetime import datetime

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.models import ExportJob
from consent.models import NoticeException, NoticeVersion, Partner
from contacts import hold, minors_looks
from contacts.models import RuleChange, SweepRun
from crm.tile import Tile


def tiles(at: datetime) -> list[Tile]:
    """What wants a person's yes: sweeps that wait or rest, holds that nobody but one person stands for."""
    runs = list(SweepRun.objects.filter(state__in=["waiting", "paused"]).order_by("cutoff")[:10])
    holds = hold.unattended(at=at)
    exports = list(ExportJob.objects.filter(state="asked", expires_at__gt=at).order_by("asked_at")[:10])
    found = []
    if exports:
        url = reverse("audit_export_job", args=[exports[0].pk])
        found.append(Tile(_("Exports of the trail to decide"), len(exports), _("look, then decide"), url, "download", "warn"))
    if changes := RuleChange.objects.filter(state="proposed").count():
        url = reverse("retention_rules")
        found.append(Tile(_("Rules that wait for a decision"), changes, _("agree or refuse"), url, "scroll-text", "warn"))
    if draft := NoticeVersion.objects.filter(published_at__isnull=True, proposed_at__isnull=False).first():
        url = reverse("notice_draft", args=[draft.pk])
        found.append(Tile(_("Notices that wait for a second person"), 1, _("read, then publish"), url, "scroll-text", "warn"))
    partners, exceptions = _entered()
    if exceptions:
        url, hint = reverse("exceptions"), _("look, then approve or refuse")
        found.append(Tile(_("Exceptions from notice to decide"), exceptions, hint, url, "scroll-text", "warn"))
    if entered := partners:
        hint = _("look, then approve")
        found.append(Tile(_("Partners that wait for a second person"), entered, hint, reverse("partners"), "handshake", "warn"))
    if looks := minors_looks.waiting(at=at).count():
        hint = _("somebody asks to read the list, with a reason")
        found.append(Tile(_("Looks at the list of minors"), looks, hint, reverse("minors"), "baby", "warn"))
    if runs:
        url = reverse("sweep", args=[runs[0].pk])
        found.append(Tile(_("Sweeps that wait for people"), len(runs), _("look, then approve"), url, "timer", "bad"))
    if holds:
        url = reverse("holds")
        found.append(Tile(_("Holds that want a second person"), holds, _("approve, review or lift"), url, "lock", "warn"))
    return found


def _entered() -> tuple[int, int]:
    """Partners, and exceptions from notice, that one person entered and nobody decided; one query for both."""
    partners = Partner.objects.filter(approved_at__isnull=True, ended_at__isnull=True).order_by()
    exceptions = NoticeException.objects.filter(decision="").order_by()
    kinds = partners.values_list(Value("partner")).union(exceptions.values_list(Value("exception")), all=True)
    told = Counter(kind for (kind,) in kinds)
    return told["partner"], told["exception"]
