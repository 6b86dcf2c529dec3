"""Under which agreement a sheet was passed on, whether that counts today, and by which consents people came in (A7, E1)."""

from collections.abc import Collection
from datetime import datetime

from django.utils.crypto import salted_hmac

from consent import partners
from consent.models import NoticePurpose
from contacts.models import SheetImport, SheetRow
from contacts.sheets import upstream
from contacts.sheets.upstream import Proof, Upstream

SPOKEN_FOR = ("call", "sms")  # what asks for a step of its own nobody asserts for anybody (C2)


def is_passed_on(sheet: SheetImport) -> bool:
    """Whether its uploader said that somebody passed these people on."""
    return sheet.provenance == SheetImport.Provenance.PARTNER


def gap(sheet: SheetImport, *, at: datetime) -> str:
    """Why nothing of this sheet counts at this moment: unknown, waiting, lapsed, ended; empty for a sheet of our own."""
    if not is_passed_on(sheet):
        return ""
    if sheet.partner is None or not sheet.partner.gives:
        return "unknown"
    standing = partners.standing(sheet.partner, on=partners.today(at))
    return "" if standing == "stands" else standing


def ticks(sheet: SheetImport) -> list[NoticePurpose]:
    """To what the people of this sheet may be said to have agreed.

    What the event asks for, and of a partner's list no more than the agreement lists (E2).
    """
    rows = sheet.origin.ticks.select_related("tick")
    if is_passed_on(sheet):
        listed = sheet.partner.purposes if sheet.partner else []
        rows = rows.filter(tick__purpose__in=listed, tick__channel__in=SPOKEN_FOR)
    return [row.tick for row in rows]


def of(sheet: SheetImport, *, at: datetime) -> Upstream | None:
    """What each row must show, or None for a sheet of our own."""
    if not is_passed_on(sheet):
        return None
    why = gap(sheet, at=at) or ("" if ticks(sheet) else "purpose")
    if why or sheet.partner is None:
        return Upstream(why)
    partner = sheet.partner
    return Upstream("", partner.names_us, partner.agreed_on, frozenset(partner.categories))


def digest(sheet: SheetImport, proof: Proof) -> str | None:
    """By which a consent that this partner took is known again; keyed, so that nothing can be read back from it.

    The partner is who they are in every agreement and in every way of writing their name.
    """
    mark = upstream.mark(proof)
    if sheet.partner is None or not mark:
        return None
    whose = f"{upstream.plain(sheet.partner.name)}\0{mark}"
    return salted_hmac("contacts.partner.proof", whose, algorithm="sha256").hexdigest()


def used(digests: Collection[str | None]) -> set[str | None]:
    """Those of these consents by which somebody came in already."""
    wanted = [one for one in digests if one]
    rows = SheetRow.objects.filter(made=True, proof__in=wanted) if wanted else SheetRow.objects.none()
    return set(rows.values_list("proof", flat=True))
