"""What a tick promises of contact: what kind, how often, at which hours; in words, in a hash, and what it may not say (C5)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from consent import rules
from consent.rules import SPANS

CODES = {"zh": "zh-hans", "en": "en"}
CAPS = {span: f"per_{span}" for span in SPANS}
FIELDS = ("type_zh", "type_en", *CAPS.values(), "hour_from", "hour_to")
# The most that the office itself allows, by span; passing on is no contact and promises none.
OFFICE: dict[str, dict[str, int]] = {
    "call": dict(zip(SPANS, (rules.PER_DAY, rules.PER_WEEK, rules.PER_MONTH), strict=True)),
    "sms": dict.fromkeys(SPANS, rules.MESSAGES),
}
MOST: dict[tuple[str, str], Any] = {
    ("call", "day"): ngettext_lazy("at most %(n)s call a day", "at most %(n)s calls a day", "n"),
    ("call", "week"): ngettext_lazy("at most %(n)s call a week", "at most %(n)s calls a week", "n"),
    ("call", "month"): ngettext_lazy("at most %(n)s call a month", "at most %(n)s calls a month", "n"),
    ("sms", "day"): ngettext_lazy("at most %(n)s message a day", "at most %(n)s messages a day", "n"),
    ("sms", "week"): ngettext_lazy("at most %(n)s message a week", "at most %(n)s messages a week", "n"),
    ("sms", "month"): ngettext_lazy("at most %(n)s message a month", "at most %(n)s messages a month", "n"),
}


class Tick(Protocol):
    """A tick as its promise is read."""

    purpose_id: str
    channel: str
    tick_zh: str
    tick_en: str
    type_zh: str | None
    type_en: str | None
    per_day: int | None
    per_week: int | None
    per_month: int | None
    hour_from: int | None
    hour_to: int | None


def of(tick: Tick) -> dict[str, Any]:
    """What this tick says of contact, by field; empty where it leaves all to the office's rule."""
    return {name: value for name in FIELDS if (value := getattr(tick, name)) not in (None, "")}


def hashed(ticks: Iterable[Tick]) -> list[dict[str, Any]]:
    """What the hash of a version covered of its promises before it covered its ticks; empty where it made none."""
    return [{"purpose": tick.purpose_id, "channel": tick.channel, **told} for tick in ticks if (told := of(tick))]


def gaps(ticks: Sequence[Tick]) -> list[str]:
    """What may not be published so: wider than the office's rule, half said, or a tick for messages that says too little.

    Messages state their kind and how often at most; their period every tick has (C5).
    """
    found = []
    for tick in ticks:
        told, key = of(tick), f"tick_{tick.purpose_id}_{tick.channel}"
        caps = {span: told[name] for span, name in CAPS.items() if name in told}
        office = OFFICE.get(tick.channel)
        wider = bool(told) if office is None else any(not 1 <= most <= office[span] for span, most in caps.items())
        opens, closes = told.get("hour_from", rules.OPENS), told.get("hour_to", rules.CLOSES)
        if wider or not rules.OPENS <= opens < closes <= rules.CLOSES or ("hour_from" in told) != ("hour_to" in told):
            found.append(f"{key}_office")
        if ("type_zh" in told) != ("type_en" in told) or (tick.channel == "sms" and "type_zh" not in told):
            found.append(f"{key}_type")
        if tick.channel == "sms" and not caps:
            found.append(f"{key}_frequency")
    return found


def most(channel: str, span: str, count: int) -> str:
    """One limit in words of the language that is active: at most 2 messages a month."""
    return str(MOST[channel, span] % {"n": count})


def hours(opens: int, closes: int) -> str:
    """Two whole hours in words."""
    return _("from %(opens)s to %(closes)s") % {"opens": f"{opens:02}:00", "closes": f"{closes:02}:00"}


def window(opens: int, closes: int, *, rest: tuple[int, int], every_day: bool) -> str:
    """A window in words: its hours, the rest that lies in it, and on which days."""
    parts = [hours(opens, closes)]
    if rest[0] < rest[1] and opens < rest[1] and closes > rest[0]:
        parts.append(_("not %(hours)s") % {"hours": hours(*rest)})
    return " · ".join([*parts, _("on every day") if every_day else _("on working days only")])


def chosen(opens: int, closes: int, *, midday: bool, every_day: bool) -> str:
    """A window that somebody chose for themself, in words."""
    return window(opens, closes, rest=(0, 0) if midday else rules.MIDDAY, every_day=every_day)


def words(tick: Tick, language: str) -> str:
    """The promise of a tick in zh or en, as the person reads it; empty where there is none."""
    with translation.override(CODES[language]):
        return told(tick.channel, of(tick), kind=f"type_{language}")


def told(channel: str, promise: Mapping[str, Any], *, kind: str) -> str:
    """A promise by its fields, in words of the language that is active; `kind` names the field of what it is about."""
    parts = [promise[kind]] if kind in promise else []
    parts += [most(channel, span, promise[name]) for span, name in CAPS.items() if name in promise]
    if "hour_from" in promise:
        parts.append(hours(promise["hour_from"], promise["hour_to"]))
    return " · ".join(parts)


def standing(tick: Tick | None, channel: str, language: str) -> str:
    """What holds for this person, in zh or en: the promise they saw, or the office's own rule; empty for passing on (H4)."""
    if (tick is not None and of(tick)) or channel not in OFFICE:
        return words(tick, language) if tick is not None else ""
    spans = ("month",) if channel == "sms" else SPANS
    with translation.override(CODES[language]):
        limits = {CAPS[span]: OFFICE[channel][span] for span in spans}
        return told(channel, limits | {"hour_from": rules.OPENS, "hour_to": rules.CLOSES}, kind="type")


def full(tick: Tick, language: str) -> str:
    """The words of a tick with its promise, in zh or en: what stands beside a box."""
    text, promise = (tick.tick_en if language == "en" else tick.tick_zh), words(tick, language)
    if not promise:
        return text
    with translation.override(CODES[language]):
        return _("%(words)s (%(promise)s)") % {"words": text, "promise": promise}


def spoken(tick: Tick) -> str:
    """The same in the reader's language."""
    return full(tick, "en" if (translation.get_language() or "").startswith("en") else "zh")
