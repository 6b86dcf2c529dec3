"""What waits for each role today: numbers with a way to act on each."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit import watch
from audit.models import Entry, ExportJob, Redaction
from consent import exempting, leading, partners, working_days
from consent.models import Consent, RightsRequest, Suppression
from contacts import calling, canaries, freshness, leaving_page, review_queue, sweep, visibility
from contacts.models import CallAttempt, Contact, LegalHold, PaidListCase, RefusalDebt, SweepRun
from contacts.nights import OFFICE
from crm import second_eyes
from crm.tile import Tile
from team.models import Book, Pledge, Role, User


def tiles(user: User, *, at: datetime) -> list[Tile]:
    """The tiles of this user's home page; each role has its own."""
    makers = {
        "advisor": _selling,
        "lead": _selling,
        "compliance": _compliance,
        "admin": _admin,
        "auditor": _auditor,
    }
    return makers[user.role](user, at)


def _selling(user: User, at: datetime) -> list[Tile]:
    mine = visibility.visible(user, at=at)
    call = Consent.objects.filter(subject=OuterRef("pk"), purpose="phone_contact", channel="call")
    open_calls = CallAttempt.objects.filter(user=user, outcome="").count()
    url = reverse("contacts")
    return [
        Tile(
            _("May be called"),
            mine.filter(Exists(call.filter(state="given", valid_until__gt=at))).count(),
            _("with a confirmed consent"),
            f"{url}?state=given",
            "phone",
            "ok",
        ),
        Tile(
            _("Asserted, not confirmed"),
            mine.filter(Exists(call.filter(state="asserted"))).count(),
            _("invite them before they leave"),
            f"{url}?state=asserted",
            "hourglass",
            "warn",
        ),
        Tile(
            _("Calls without an outcome"),
            open_calls,
            _("note what came of them"),
            reverse("calls"),
            "phone-missed",
            "warn",
        ),
        Tile(
            _("Asked to be called by today"),
            calling.promised_today(user, at=at),
            _("they named the day"),
            reverse("calls"),
            "phone-forwarded",
            "warn",
        ),
        *_returned(user),
        *_stale(mine, at),
        Tile(
            _("Leave within 7 days"),
            mine.filter(delete_on__lte=at + timedelta(days=7)).count(),
            _("renew in time or let go"),
            f"{url}?leaving=7",
            "timer",
            "",
        ),
    ]


def _stale(mine: QuerySet[Contact], at: datetime) -> list[Tile]:
    """Numbers of which nobody has seen for long that they are still their person's (A5)."""
    asked = mine.filter(freshness.among(at=at)).count()
    url = f"{reverse('contacts')}?stale=1"
    return (
        [Tile(_("Numbers not confirmed lately"), asked, _("ask first whom you talk to"), url, "phone-missed", "")]
        if asked
        else []
    )


def _returned(user: User) -> list[Tile]:
    """Papers that compliance sent back: the first of them, and how many."""
    rows = list(review_queue.returned_to(user).select_related("consent")[:20])
    if not rows:
        return []
    url = reverse("papers", args=[rows[0].consent.subject_id])
    return [Tile(_("Papers sent back"), len(rows), rows[0].get_reason_display(), url, "undo-2", "warn")]


def _compliance(user: User, at: datetime) -> list[Tile]:
    tonight = leaving_page.leaving(leaving_page.horizon("tonight", at=at)).count()
    held = LegalHold.objects.filter(lifted_at__isnull=True).count()
    overdue = sweep.due_now(at - timedelta(days=1)).count()
    here = visibility.visible(user, at=at).values("pk")
    asserted = Consent.objects.filter(state="asserted", subject__in=here).values("subject_id").distinct().count()
    return [
        *_canaries(),
        *_silence(at),
        *_paid_lists(),
        *_owed(at),
        *_no_lead(),
        _to_review(at),
        Tile(_("Leaving tonight"), tonight, _("see each person and why"), reverse("retention"), "timer", ""),
        Tile(
            _("Overdue for more than a day"),
            overdue,
            _("must be zero: run the sweep") if overdue else _("as it must be"),
            reverse("retention"),
            "triangle-alert",
            "bad" if overdue else "ok",
        ),
        Tile(_("Legal holds"), held, _("review by their date"), reverse("holds"), "lock", ""),
        *second_eyes.tiles(at),
        *_no_calendar(user, at),
        *_to_be_taken_out(user),
        Tile(
            _("Asserted without proof"),
            asserted,
            _("leave within 7 days unless confirmed"),
            f"{reverse('contacts')}?state=asserted",
            "file-question-mark",
            "warn",
        ),
        Tile(
            _("On the do-not-contact list"),
            Suppression.objects.filter(lifted_at__isnull=True).count(),
            _("refusals that outlive the name"),
            reverse("suppression"),
            "phone-off",
            "",
        ),
        *(tile for tile in [_seal(at)] if tile.count),
    ]


def _canaries() -> list[Tile]:
    """Touches of canaries that nobody looked at: first of all, and red."""
    touched = canaries.unseen()
    if not touched:
        return []
    return [Tile(_("Canaries touched"), len(touched), _("look who, and ask why"), reverse("canaries"), "bird", "bad")]


def _silence(at: datetime) -> list[Tile]:
    """What reached somebody after their no (D9), and partners silent about a withdrawal (D10); one query for both."""
    reached = RefusalDebt.objects.filter(closed_at__isnull=True).order_by().values_list(Value("debt"), "pk")
    silent = partners.overdue(at=at).order_by().values_list(Value("partner"), "partner")
    told = Counter(kind for kind, _pk in reached.union(silent))
    found, hint = [], _("take it, find out why, close it")
    if count := told["debt"]:
        found.append(Tile(_("Reached after a no"), count, hint, reverse("debts"), "message-square-warning", "bad"))
    if count := told["partner"]:
        hint = _("a day is over: ask them, and note what they say")
        found.append(Tile(_("Partners silent about a withdrawal"), count, hint, reverse("partners"), "handshake", "bad"))
    return found


def _paid_lists() -> list[Tile]:
    """Lists that colleagues said were paid for, and nobody looked into (E3)."""
    standing = PaidListCase.objects.filter(closed_at__isnull=True).count()
    hint = _("nothing was stored: ask who, and close the case")
    return [Tile(_("Lists that were paid for"), standing, hint, reverse("partners"), "hand-coins", "bad")] if standing else []


def _no_lead() -> list[Tile]:
    """Whoever answers for the list of refusals is named, or it stands here (H8)."""
    label, hint = _("Nobody answers for the do-not-contact list"), _("name somebody of compliance")
    return [] if leading.current() else [Tile(label, 1, hint, reverse("list_lead"), "phone-off", "warn")]


def _owed(at: datetime) -> list[Tile]:
    """Days by which people are answered, or told of what an emergency put off; one query for both (K3, B10)."""
    asked = RightsRequest.objects.filter(state="open").order_by().values_list(Value("asked"), "due_on")
    rows = list(asked.union(exempting.owed().order_by().values_list(Value("told"), "due_on"), all=True))
    today = at.astimezone(OFFICE).date()
    overdue = sum(kind == "told" and day < today for kind, day in rows)
    hint, url = _("tell them now, and note how"), reverse("exceptions")
    late = [Tile(_("Notices owed since an emergency"), overdue, hint, url, "triangle-alert", "bad")] if overdue else []
    return [*late, _requests([day for kind, day in rows if kind == "asked"], today)]


def _requests(days: list[date], today: date) -> Tile:
    """What people asked and nobody answered yet; red once one is late."""
    late = sum(day < today for day in days)
    hint = _("some are overdue: answer them first") if late else _("answer within 15 working days")
    return Tile(
        _("Requests of people"), len(days), hint, reverse("requests"), "inbox", "bad" if late else "warn" if days else ""
    )


def _to_review(at: datetime) -> Tile:
    """Consents whose evidence wants a look."""
    waiting, sample = len(review_queue.waiting(at)), len(review_queue.sample(at))
    hint, tone = _("on paper, recorded, and a sample of the week"), "warn" if waiting else ""
    return Tile(_("Consents to look at"), waiting + sample, hint, reverse("review"), "clipboard-check", tone)


def _admin(user: User, at: datetime) -> list[Tile]:
    open_accounts = User.objects.filter(is_active=True)
    soon = at + timedelta(days=14)
    valid = Pledge.objects.filter(user=OuterRef("pk"), valid_until__gt=soon).values("user")
    both = valid.annotate(kinds=Count("kind", distinct=True)).filter(kinds=len(Pledge.Kind.values))
    swept = SweepRun.objects.filter(state="done", started_at__gt=at - timedelta(days=7)).count()
    orphans = Book.objects.filter(closed_at__isnull=True).exclude(owner__is_active=True).count()
    team = reverse("team")
    return [
        Tile(_("Accounts open"), open_accounts.count(), _("people who work here"), team, "users", ""),
        Tile(
            _("Pledges lapsed or about to"),
            open_accounts.exclude(Exists(both)).count(),
            _("without both, they see masks only"),
            team,
            "file-question-mark",
            "warn",
        ),
        Tile(
            _("Books nobody works"),
            orphans,
            _("hand them to a colleague"),
            reverse("books"),
            "book-user",
            "bad" if orphans else "",
        ),
        *_no_lead(),
        *second_eyes.tiles(at),
        *_no_calendar(user, at),
        Tile(_("Sweeps in the last 7 days"), swept, _("one a night is right"), "", "timer", "" if swept else "bad"),
        _seal(at),
    ]


def _no_calendar(user: User, at: datetime) -> list[Tile]:
    """Days of the next month that no calendar knows: nobody is called on them, until the package that brings it is renewed."""
    if settings.CALL_DAYS != "working":
        return []
    days = (at.astimezone(OFFICE).date() + timedelta(days=n) for n in range(31))
    unknown = sum(working_days.for_calls(day) == "unknown" for day in days)
    ask, renew = _("nobody is called then: ask whoever runs the system for the new calendar"), _("renew it: deploy/README.md")
    hint = renew if user.role == Role.ADMIN else ask
    return [Tile(_("Days that no calendar knows"), unknown, hint, "", "calendar-x", "warn")] if unknown else []


def _to_be_taken_out(user: User) -> list[Tile]:
    """Entries whose content a colleague wants gone, and this user may agree."""
    waiting = list(Redaction.objects.filter(state="asked").exclude(asked_by=user.pk).order_by("asked_at")[:10])
    if not waiting:
        return []
    url = reverse("audit_entry", args=[Entry.objects.values_list("eid", flat=True).get(seq=waiting[0].seq)])
    return [Tile(_("Entries to be taken out"), len(waiting), _("agree or refuse"), url, "file-question-mark", "warn")]


def _auditor(user: User, at: datetime) -> list[Tile]:
    since = int((at - timedelta(days=1)).timestamp() * 1_000_000)
    mine = ExportJob.objects.filter(asked_by=user.pk, state="ready", expires_at__gt=at).count()
    recent = dict(Entry.objects.filter(at_us__gt=since).values_list("act").annotate(Count("seq")))
    url = reverse("audit")
    return [
        Tile(_("Entries in 24 hours"), sum(recent.values()), _("every act leaves one"), url, "list-checks", ""),
        Tile(_("Numbers revealed"), recent.get("phone.reveal", 0), _("allowed and refused"), url, "eye", "warn"),
        Tile(
            _("Pages refused"),
            recent.get("door.denied", 0),
            _("look at who and where"),
            url,
            "door-closed",
            "",
        ),
        *_to_be_taken_out(user),
        Tile(_("Exports to fetch"), mine, _("they run out after a day"), reverse("audit_export"), "download", ""),
        _seal(at, url=url),
    ]


def _seal(at: datetime, *, url: str = "") -> Tile:
    """What the watchers of the trail say; none of them silent, none of them with a word, is right."""
    alarms = len(watch.alarms(at=at))
    hint = _("run: manage.py audit verify") if alarms else _("sealed, and whole")
    return Tile(_("Alarms of the trail"), alarms, hint, url, "shield-check", "bad" if alarms else "ok")
