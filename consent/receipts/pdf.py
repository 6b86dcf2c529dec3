"""The receipt as pages to print: what was agreed, until when, every step, and how to stop it (C13)."""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.platypus import Flowable

from consent import promises
from consent.models.ledger import State
from consent.models.notice import Channel
from consent.receipts.record import Item, Receipt
from consent.showing import sheet
from consent.showing.sheet import heading, text


def write(receipt: Receipt, *, stop: str) -> bytes:
    """The receipt as PDF, in its own language; `stop` is the address at which everything can be stopped."""
    with translation.override("en" if receipt.language == "en" else "zh-hans"):
        story = _story(receipt, stop)
        foot = f"{receipt.receipt_id} · {receipt.principal[:8]}"
        return sheet.build(story, title=_("Receipt of a consent"), author=receipt.controller["name"], foot=foot)


def _story(receipt: Receipt, stop: str) -> list[Flowable]:
    controller = " · ".join(part for part in receipt.controller.values() if part)
    made = text(_("Made: %(time)s") % {"time": _local(receipt.created)})
    told: list[Flowable] = [
        sheet.beside([text(_("Receipt of a consent"), 16), text(controller), made], stop),
        text(_("Stop any of it, at any time, at no cost: %(address)s") % {"address": stop}),
    ]
    for item in receipt.items:
        told += [heading(f"{item.purpose_text} · {Channel(item.channel).label}"), sheet.table(_facts(item))]
        told.append(sheet.table([_step(event.time, event.state, event.grade, event.digest) for event in item.events]))
    return [
        *told,
        text(_("It names nobody. The same as a signed file can be checked by anybody, at this site."), 8.5, before=6),
    ]


def _facts(item: Item) -> list[list[str]]:
    rows = [[_("State"), str(State(item.state).label)]]
    if item.given:
        rows.append([_("Given"), _local(item.given)])
    if item.until:
        rows.append([_("Until"), _local(item.until)])
    if item.contact:
        rows.append([_("Contact promised"), promises.told(item.channel, dict(item.contact), kind="type")])
    if item.recipient:
        rows.append([_("Passed on to"), " · ".join([item.recipient, *(told for _name, told in item.abroad if told)])])
    return [*rows, [_("Notice"), f"{item.notice_url} · SHA-256 {item.notice_hash[:16]}"]]


def _step(time: str, state: str, grade: str, digest: str) -> list[str]:
    return [_local(time), str(State(state).label), _("grade %(grade)s") % {"grade": grade}, digest[:16]]


def _local(stamp: str) -> str:
    """A time of the receipt on the office's clock, to the minute."""
    return timezone.localtime(datetime.fromisoformat(stamp)).strftime("%Y-%m-%d %H:%M")
