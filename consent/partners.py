"""The register of partners: who passes people on to us, to whom we pass them on, and what of it stands today (A7, E1).

One person of compliance enters an agreement, another approves it; it lapses when its last day is over, and ends before
that by a word. Nothing that was entered is changed: what is different is entered anew.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit import trail
from consent import hooks, notices, register
from consent.actions import Action
from consent.models import Consent, NoticePurpose, Partner, Recall
from consent.models.notice import Basis
from team.models import Role, User
from vault import persons

OFFICE = ZoneInfo("Asia/Shanghai")
PASSING_ON = "pass_on"
DECIDERS = frozenset({Role.COMPLIANCE, Role.ADMIN})  # the second pair of eyes sees no name and no number of anybody
NEEDED = frozenset({"name", "mobile"})  # nobody is passed on without them
PATIENCE = timedelta(hours=24)  # for the word of a recipient that it knows of a withdrawal: product default (law.md D10)
STANDINGS: dict[str, Promise] = {
    "waiting": pgettext_lazy("partner", "waits for a second person"),
    "stands": pgettext_lazy("partner", "stands"),
    "lapsed": pgettext_lazy("partner", "lapsed"),
    "ended": pgettext_lazy("partner", "ended"),
}
SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance enters and ends partners; compliance or an administrator approves."),
    "incomplete": _("Something is missing: a partner is named, reached, agreed with and assessed, for a time that has an end."),
    "purposes": _("Choose what for, of what the register of purposes lists for consent."),
    "categories": _("Choose which data, of what those purposes list; name and telephone number are among them."),
    "hook": _("A system is told at an https address of the open internet, and only where we pass people on to them."),
    "secret": _("The shared secret has 32 to 128 letters, digits or signs, and no spaces."),
    "lapsed": _("The agreement is over already; enter it with a day to come."),
    "twice": _("An agreement with this number stands already; end it first."),
    "gone": _("This has been decided already, or has ended."),
    "same_person": _("You entered it yourself; somebody else must approve."),
}


class PartnerRefused(Exception):
    """A partner that is not entered, approved or ended; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


@dataclass(frozen=True)
class Recipient:
    """Whom a consent passes its person on to: the agreement that stands for it today, and whether that one owes its word."""

    partner: Partner | None = None
    known: bool = True
    owes: bool = False


NOBODY = Recipient()  # of what passes nobody on


@dataclass(frozen=True)
class Agreement:
    """What is said of a partner when it is entered (PIPL 23): who, how to reach them, what for, how, which data, until when.

    `hook` is where its own system is told of withdrawals, `secret` what that shares with us; both or none of them (D10).
    """

    name: str
    contact: str
    gives: bool
    takes: bool
    purposes: Collection[str]
    categories: Collection[str]
    method: str
    names_us: str
    agreement: str
    agreed_on: date
    assessed_on: date
    valid_until: date
    hook: str = ""
    secret: str = field(default="", repr=False)


def purposes() -> list[str]:
    """For what partners may pass people on at all: what stands on consent, in the register's order."""
    return [row["code"] for row in register.PURPOSES if Basis.CONSENT in row["bases"]]


def categories(codes: Iterable[str]) -> list[str]:
    """Which data that may be of: what one of these purposes lists and the law does not call sensitive."""
    listed = {category for code in codes for category in register.BY_CODE[code]["categories"]}
    return [code for code, category in register.CATEGORIES.items() if code in listed and not category.sensitive]


def enter(agreement: Agreement, *, by: User, at: datetime) -> Partner:
    """Enter a partner, which stands for nothing until another person approves it. Raises PartnerRefused.

    role, incomplete, purposes, categories, hook, secret, lapsed, twice. `at` is aware, UTC.
    """
    if by.role != Role.COMPLIANCE:
        raise PartnerRefused("role")
    _check(agreement, today(at))
    told = vars(agreement) | {"purposes": sorted(agreement.purposes), "categories": sorted(agreement.categories)}
    address, secret = told.pop("hook"), told.pop("secret")
    partner = Partner(**told, entered_by=by, entered_at=at)
    if address:
        persons.make_keys([partner.pk], at=at)  # first: a crash leaves a key that nobody owns, which the sweep finds
    try:
        with transaction.atomic():
            trail.record("partner.entered", by=by, at=at, subject=partner.pk)
            partner.save(force_insert=True)
            if address:
                hooks.keep(partner, address=address, secret=secret)
    except IntegrityError:  # an agreement stands once at a time: the table says so
        raise PartnerRefused("twice") from None
    return partner


def _check(said: Agreement, day: date) -> None:
    words = (said.name, said.contact, said.method, said.agreement, said.names_us or not said.gives)
    if not all(words) or not (said.gives or said.takes) or said.agreed_on >= said.valid_until:
        raise PartnerRefused("incomplete")
    if said.agreed_on > day or said.assessed_on > day:
        raise PartnerRefused("incomplete")
    if not said.purposes or set(said.purposes) - set(purposes()):
        raise PartnerRefused("purposes")
    if not NEEDED <= set(said.categories) <= set(categories(said.purposes)):
        raise PartnerRefused("categories")
    if said.hook and not (said.takes and hooks.fits(said.hook)):
        raise PartnerRefused("hook")
    if bool(said.secret) != bool(said.hook) or (said.secret and not hooks.strong(said.secret)):
        raise PartnerRefused("secret")
    if said.valid_until < day:
        raise PartnerRefused("lapsed")


def approve(*, partner_id: UUID, by: User, at: datetime) -> Partner:
    """A second person stands for it: from now on it counts. Raises PartnerRefused: role, gone, same_person, lapsed."""
    if by.role not in DECIDERS:
        raise PartnerRefused("role")
    with transaction.atomic():
        partner = _locked(partner_id)
        if partner is None or partner.approved_at is not None:
            raise PartnerRefused("gone")
        if partner.entered_by_id == by.pk:
            raise PartnerRefused("same_person")
        if standing(partner, on=today(at)) == "lapsed":
            raise PartnerRefused("lapsed")
        trail.record("partner.approved", by=by, at=at, subject=partner.pk)
        partner.approved_by, partner.approved_at = by, at
        partner.save(update_fields=["approved_by", "approved_at"])
    return partner


def end(*, partner_id: UUID, by: User, at: datetime) -> Partner:
    """It counts no more, from this moment and for good, approved or not. Raises PartnerRefused: role, gone."""
    if by.role != Role.COMPLIANCE:
        raise PartnerRefused("role")
    with transaction.atomic():
        partner = _locked(partner_id)
        if partner is None:
            raise PartnerRefused("gone")
        trail.record("partner.ended", by=by, at=at, subject=partner.pk)
        partner.ended_by, partner.ended_at = by, at
        partner.save(update_fields=["ended_by", "ended_at"])
    return partner


def _locked(partner_id: UUID) -> Partner | None:
    return Partner.objects.select_for_update().filter(pk=partner_id, ended_at__isnull=True).first()


def standing(partner: Partner, *, on: date) -> str:
    """What an agreement is on this day: ended, lapsed, waiting, or it stands; its last day is still one of its days."""
    if partner.ended_at is not None:
        return "ended"
    if partner.valid_until < on:
        return "lapsed"
    return "waiting" if partner.approved_at is None else "stands"


def sources() -> QuerySet[Partner]:
    """Who passes people on to us and has not ended, whether it stands or not: whoever has a list must be able to name them."""
    return Partner.objects.filter(gives=True, ended_at__isnull=True).order_by("name", "-entered_at")


def recipients(heads: Iterable[Consent], known: Action, *, at: datetime) -> dict[UUID, Recipient]:
    """To whom these consents pass their people on, by the consent's id (A7, D10).

    For what passes nothing on nobody, and no query. The register knows a recipient by one of the names that the notice
    gives it, in either language; it owes its word under whichever of them, and under whichever agreement, ended or not.
    """
    rows = list(heads) if known.operation == PASSING_ON else []
    if not rows:
        return {}
    stands = Partner.objects.filter(takes=True, approved_at__isnull=False, ended_at__isnull=True, valid_until__gte=today(at))
    listed = {partner.name: partner for partner in reversed(stands) if known.purpose in partner.purposes}
    late = set(overdue(at=at).values_list("partner__name", flat=True))
    asked = NoticePurpose.objects.filter(version__in={head.notice_version_id for head in rows}, purpose=known.purpose)
    found = asked.filter(channel=known.channel).select_related("version")
    named = {tick.version_id: _names(tick) for tick in found}
    return {head.pk: _recipient(named.get(head.notice_version_id, set()), listed, late) for head in rows}


def _recipient(names: set[str], listed: dict[str, Partner], late: set[str]) -> Recipient:
    partner = next((listed[name] for name in sorted(names) if name in listed), None)
    return Recipient(partner, known=partner is not None, owes=bool(names & late))


def overdue(*, at: datetime) -> QuerySet[Recall]:
    """The words that recipients owe for longer than they may, the oldest first; by the clock on the wall (D10)."""
    return Recall.objects.filter(acknowledged_at__isnull=True, opened_at__lte=at - PATIENCE)


def _names(tick: NoticePurpose) -> set[str]:
    """What the notice calls the recipient of this tick, in either language."""
    told = (notices.recipient(tick, language=language) for language in notices.LANGUAGES)
    return {tick.recipient, *(row["name"] for row in told if row)} - {""}


def today(at: datetime) -> date:
    """The office's date."""
    return at.astimezone(OFFICE).date()
