"""《个人信息授权书》 as a form: the whole notice, a box for each purpose, lines to sign, and a code that binds it (C7, B5)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table

from consent import promises, register, services
from consent.models import NoticePurpose, NoticeVersion
from consent.showing import binding, sheet
from consent.showing.sheet import ALL, FIRST, heading, text
from consent.showing.snapshot import CODES


def of(version: NoticeVersion, ticks: list[NoticePurpose], language: str) -> bytes:
    """The form as PDF, in zh or en; the same input makes the same bytes."""
    words: dict[str, Any] = version.content[language]
    foot = f"{version.notice.code} v{version.number} · SHA-256 {version.content_hash[:32]}"
    boxes = [promises.full(tick, language) for tick in ticks]
    with translation.override(CODES[language]):
        story = _story(version, words, boxes)
        return sheet.build(story, title=words["title"], author=words["controller"]["name"], foot=foot)


def _story(version: NoticeVersion, words: dict[str, Any], boxes: list[str]) -> list[Flowable]:
    controller = words["controller"]
    told: list[Flowable] = [_head(version, words), text(words["jit"], 10.5), text(words["short"])]
    told += [heading(_("Who we are")), text(" · ".join(controller[part] for part in controller if controller[part]))]
    told += [heading(_("What is collected")), _collected(words["collect"])]
    if words.get("share"):
        told += [heading(_("Who else may receive it")), _passed_on(words["share"])]
    if words.get("sensitive"):
        told += [heading(_("Sensitive data: why it is needed and what it means for you")), _sensitive(words["sensitive"])]
    if words.get("bases"):
        told += [heading(_("What does not rest on your consent")), _bases(words["bases"])]
    if words.get("services"):
        told += [heading(_("What a service needs, and nothing else")), _services(words["services"])]
    for title, body in words["sections"]:
        told += [heading(title), text(body)]
    told += [heading(_("Your rights")), text("　".join(f"{right}{_(': ')}{how}" for right, how in words["rights"]), 8.5)]
    told += [text(words["rights_how"]), text(words["withdraw"])]
    return [*told, KeepTogether([heading(_("I agree, each by itself:")), _signing(version, boxes)])]


def _head(version: NoticeVersion, words: dict[str, Any]) -> Table:
    """The title, and beside it the code that a scan is read by."""
    day = timezone.localtime(version.published_at).strftime("%Y-%m-%d") if version.published_at else ""
    line = _("Version %(number)s, published %(day)s") % {"number": version.number, "day": day}
    return sheet.beside([text(words["title"], 16), text(line, 9)], binding.payload(version))


def _collected(rows: list[dict[str, str]]) -> Table:
    head = [_("Item"), _("What for"), _("How")]
    return sheet.table([head, *([row["item"], row["purpose"], row["method"]] for row in rows)])


def _passed_on(rows: list[dict[str, str]]) -> Table:
    head = [_("Recipient"), _("What for"), _("How"), _("Which data")]
    told = [[_recipient(row), row["purpose"], row.get("method", ""), row["categories"]] for row in rows]
    return sheet.table([head, *told])


def _recipient(row: dict[str, str]) -> str:
    """Who it is, and of one abroad where, and how one's rights are had against them (B8)."""
    told = [row["name"], row.get("country", ""), row["contact"]]
    told += [f"{_('Your rights against them')}{_(': ')}{row['rights']}"] if row.get("rights") else []
    return " · ".join(part for part in told if part)


def _sensitive(rows: list[list[str]]) -> Table:
    head = [_("Which data"), _("Why it is needed"), _("What it means for you")]
    return sheet.table([head, *([register.category_name(code), why, effect] for code, why, effect in rows)])


def _bases(rows: list[list[str]]) -> Table:
    head = [_("What for"), _("Basis"), _("In words")]
    told = [[register.purpose_name(code), register.basis_name(basis), words] for code, basis, words in rows]
    return sheet.table([head, *told])


def _services(rows: list[list[str]]) -> Table:
    head = [_("Service"), _("What for"), _("In words")]
    told = [[services.name(code), register.purpose_name(purpose), words] for code, purpose, words in rows]
    return sheet.table([head, *told])


def _signing(version: NoticeVersion, boxes: list[str]) -> Table:
    """A box for each purpose, none of them ticked, lines for the hand, and the code on the same page as the signature."""
    inner = sheet.WIDTH - sheet.CODE - 4
    rows = [[_square(), text(box, after=0)] for box in boxes]
    ticks = sheet.cells(rows, [8 * mm, inner - 8 * mm], ("VALIGN", *ALL, "MIDDLE"), ("LEFTPADDING", *FIRST, 0))
    note = text(_("Leave empty what you do not want. You may withdraw at any time, at no cost."), 8.5)
    where = f"{version.address or ''}{reverse('own')}"
    counts = _("On paper this counts once compliance has looked at it. To see or stop everything: %(address)s") % {
        "address": where
    }
    named = [[text(label, 10), ""] for label in (_("Name"), _("Mobile number"), _("Signature"), _("Date"))]
    below = ("LINEBELOW", (1, 0), (1, -1), 0.7, colors.black)
    lines = sheet.cells(named, [30 * mm, inner - 30 * mm], below, ("VALIGN", *ALL, "BOTTOM"), high=11 * mm)
    return sheet.beside([ticks, note, text(counts, 8.5), lines], binding.payload(version))


def _square() -> Drawing:
    """An empty box of 4 mm."""
    drawn = Drawing(5 * mm, 5 * mm)
    drawn.add(Rect(0.5 * mm, 0.5 * mm, 4 * mm, 4 * mm, fillColor=None, strokeColor=colors.black, strokeWidth=1))
    return drawn
