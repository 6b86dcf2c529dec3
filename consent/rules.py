"""The gate's rules: pure decisions over plain facts, most restrictive first, no by default.

Nothing here reads a clock, a database or a request. Each rule answers a reason code when it says no,
and None when it has nothing against it. Serves A2, A6, A7, A9, C2, C4, C5, C6, C12, D2, D10, H1, H3, H4; the version goes into
every decision.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from consent.facts import SPANS, Facts

__all__ = ["SPANS", "Facts", "Verdict", "decide", "tell"]
VERSION = "2026-11-8"
LIVE = frozenset({"given", "renewed"})
INVITABLE = frozenset({"requested", "asserted"})
OPENS, CLOSES = 9, 21
PER_DAY, PER_WEEK, PER_MONTH, UNANSWERED = 1, 3, 6, 3
MESSAGES = 2  # text messages in 31 days, so that no month of the calendar has a third
MIDDAY = (12, 14)  # the rest that a person may choose for themself, whatever the office does


@dataclass(frozen=True)
class Verdict:
    """The answer: whether, why, and by which version of the rules."""

    allowed: bool
    reason: str
    rule_version: str = VERSION
    facts: Facts | None = field(default=None, compare=False, repr=False)  # for the sentence that names the promise


Rule = Callable[[Facts], str | None]


def staff_is_active(facts: Facts) -> str | None:
    """Nobody acts with a closed account."""
    return None if facts.active_staff else "inactive"


def person_is_in_book(facts: Facts) -> str | None:
    """Nobody acts on a person whom they may not see."""
    return None if facts.in_book else "not_in_book"


def person_is_here(facts: Facts) -> str | None:
    """Who was erased is gone."""
    return "erased" if facts.erased else None


def person_is_not_only_stored(facts: Facts) -> str | None:
    """Beyond the promise a person is kept, if at all, and used for nothing (PIPL 47; D7)."""
    return "storage_only" if facts.storage_only else None


def person_is_of_age(facts: Facts) -> str | None:
    """Nobody who says they are under 18 is approached about money, whatever stands in the ledger (C12, 民法典 19)."""
    return "minor" if facts.minor else None


def number_is_not_suppressed(facts: Facts) -> str | None:
    """A refusal beats everything, whenever it was said (D2, D3)."""
    return "suppressed" if facts.suppressed else None


def staff_is_fit(facts: Facts) -> str | None:
    """Confidentiality signed and training passed, both unlapsed (A10, L2)."""
    return None if facts.fit_staff else "unfit"


def staff_may(facts: Facts) -> str | None:
    """The field's level allows this role this use (I5)."""
    return None if facts.may else "field_level"


def basis_is_allowed(facts: Facts) -> str | None:
    """A purpose stands on a basis that the register allows it, and on no other: no contract opens marketing (A9)."""
    return None if not facts.operation or facts.basis in facts.bases else "basis_not_allowed"


def purpose_lists_it(facts: Facts) -> str | None:
    """What the register does not list for a purpose, operation or category, is refused (A2)."""
    if not facts.operation:
        return None
    if facts.operation not in facts.operations:
        return "operation_not_listed"
    return None if facts.touches and set(facts.touches) <= set(facts.categories) else "category_not_listed"


def basis_was_declared(facts: Facts) -> str | None:
    """Another basis than consent stood in the notice beforehand; none is found after a no (A9, PIPL 13, 17)."""
    return None if facts.declared else "basis_not_declared"


def contract_runs(facts: Facts) -> str | None:
    """A contract serves whom it binds, while it does (PIPL 13.1.2; A9)."""
    return None if facts.client else "no_contract"


def consent_stands(facts: Facts) -> str | None:
    """Only a given or renewed consent opens anything; silence does not (C1, C10)."""
    if facts.state in LIVE:
        return None
    return facts.state if facts.state in CLOSED else "no_consent"


CLOSED = frozenset(
    {"requested", "deferred", "asserted", "refused", "withdrawn", "expired", "superseded"}
    | {"invalidated", "revoked", "suspended", "tombstone"}
)


def consent_is_unexpired(facts: Facts) -> str | None:
    """A consent ends when it said it would (C15)."""
    return None if facts.valid_until > facts.now else "expired"


def evidence_is_good_enough(facts: Facts) -> str | None:
    """Evidence at least of the grade the purpose asks for; A is best (C6)."""
    return None if facts.grade <= facts.minimum_grade else "grade"


FORMS = {"general": frozenset({"", "general", "separate", "written"}), "separate": frozenset({"separate", "written"})}


def form_is_the_one_asked_for(facts: Facts) -> str | None:
    """A tick is no step of its own, and neither is a signature (C2, C4); a form nobody knows is taken for the strictest."""
    if facts.given_form in FORMS.get(facts.asked_form, frozenset({"written"})):
        return None
    return "separate_form_missing" if facts.asked_form == "separate" else "written_form_missing"


def recipient_is_known(facts: Facts) -> str | None:
    """Nothing is passed on to anybody but a partner whose agreement stands today (A7)."""
    return None if facts.recipient_known else "recipient_unknown"


def recipient_has_answered(facts: Facts) -> str | None:
    """Nobody new is passed on to whoever has not said that it knows of a withdrawal (D10)."""
    return "recipient_owes" if facts.recipient_owes else None


def within_hours(facts: Facts) -> str | None:
    """Calls from 09:00 to 21:00 office time only, unless the person asked to be called (H3)."""
    if not facts.timed or OPENS <= facts.office_hour < CLOSES:
        return None
    return "quiet_hours"


def within_chosen_hours(facts: Facts) -> str | None:
    """The window that the person chose, else the hours that they were told; neither is wider than the office's (C5, H3)."""
    own = facts.own_from is not None
    opens, closes = (facts.own_from, facts.own_to) if own else (facts.hour_from, facts.hour_to)
    if not facts.timed or opens is None or closes is None or opens <= facts.office_hour < closes:
        return None
    return "own_window" if own else "consented_hours"


def rests_at_midday(facts: Facts) -> str | None:
    """Who chose a window said what is to be at midday; with everybody else the office rests (H3)."""
    own = facts.own_from is not None
    rest = ((0, 0) if facts.own_midday else MIDDAY) if own else (facts.rest_from, facts.rest_to)
    if not facts.timed or not rest[0] <= facts.office_hour < rest[1]:
        return None
    return "own_window" if own else "midday_rest"


def on_a_day_for_it(facts: Facts) -> str | None:
    """Days off are the person's, unless they said otherwise; a day that no calendar knows is none for calls (H3)."""
    own = facts.own_from is not None
    any_day = facts.own_every_day if own else not facts.working_days_only
    if not facts.timed or any_day or facts.day == "working":
        return None
    return "calendar_unknown" if facts.day != "off" else "own_window" if own else "day_off"


def within_promise(facts: Facts) -> str | None:
    """Never more often than the person was told, in the version that they agreed to (C5, H4)."""
    over = any(facts.used[span] >= most for span, most in facts.promised.items())
    return "consented_frequency_exceeded" if facts.timed and over else None


def within_limits(facts: Facts) -> str | None:
    """Calls once a day, three times a week, six times a month; two messages a month (H4)."""
    if facts.action == "sms":
        return "messages" if facts.timed and facts.used["month"] >= MESSAGES else None
    counts = (facts.attempts_today, facts.attempts_week, facts.attempts_month)
    over = any(n >= most for n, most in zip(counts, (PER_DAY, PER_WEEK, PER_MONTH), strict=True))
    return "attempts" if facts.timed and over else None


def was_answered_lately(facts: Facts) -> str | None:
    """Three calls in a row without an answer are enough (H4, J6)."""
    return "unanswered" if facts.timed and facts.unanswered_in_row >= UNANSWERED else None


def asked_by_day(facts: Facts) -> str | None:
    """A message that nobody asked for goes out from 09:00 to 21:00 office time, as calls do (H3); a code is asked for."""
    return None if OPENS <= facts.office_hour < CLOSES else "invite_hours"


def may_still_be_invited(facts: Facts) -> str | None:
    """Only somebody who is asked or asserted, and only once, may be asked (C8, C11)."""
    if facts.state not in INVITABLE:
        return "no_invitation"
    return "invited" if facts.attempts_month else None


BASE: tuple[Rule, ...] = (
    staff_is_active,
    person_is_in_book,
    person_is_here,
    number_is_not_suppressed,
    person_is_of_age,
    person_is_not_only_stored,
    staff_is_fit,
    staff_may,
)
TIMES: tuple[Rule, ...] = (
    within_hours,
    within_chosen_hours,
    rests_at_midday,
    on_a_day_for_it,
    was_answered_lately,
    within_promise,
    within_limits,
)
USE: tuple[Rule, ...] = (
    *BASE,
    consent_stands,
    basis_is_allowed,
    purpose_lists_it,
    consent_is_unexpired,
    form_is_the_one_asked_for,
    evidence_is_good_enough,
    recipient_is_known,
    recipient_has_answered,
    *TIMES,
)
INVITE: tuple[Rule, ...] = (*BASE, may_still_be_invited, basis_is_allowed, purpose_lists_it, asked_by_day)
SERVICE: tuple[Rule, ...] = (*BASE, basis_is_allowed, purpose_lists_it, contract_runs, basis_was_declared, *TIMES)
RULES: dict[str, tuple[Rule, ...]] = {
    "call": USE,
    "reveal_call_by_hand": USE,
    "reveal_callback": USE,
    "reveal_check": USE,
    "sms": USE,
    "share": USE,
    "publish": USE,
    "query_credit": USE,
    "invite": INVITE,
    "service_call": SERVICE,
}


# A no of these mends itself with time, or concerns who asks: the person's own door is open.
PASSING = frozenset(
    {"quiet_hours", "consented_hours", "own_window", "midday_rest", "day_off", "calendar_unknown", "unanswered"}
    | {"consented_frequency_exceeded", "attempts", "messages", "inactive", "unfit", "field_level"}
)


def another_day(verdict: Verdict) -> bool:
    """Whether what was asked may be possible later without any act of the person: a yes, or a no that passes."""
    return verdict.allowed or verdict.reason in PASSING


def decide(facts: Facts) -> Verdict:
    """The first rule that says no decides; an unknown action is refused."""
    rules = RULES.get(facts.action)
    if rules is None:
        return Verdict(False, "unknown")
    for rule in rules:
        reason = rule(facts)
        if reason is not None:
            return Verdict(False, reason, facts=facts)
    return Verdict(True, "allowed", facts=facts)


def tell(facts: Facts) -> Verdict:
    """The answer as staff may hear it; what is done follows `decide`.

    While the person has not acted on this record themself, a refusal that came by another road has no
    influence on what is said: else typing a number in would read the list of refusals (design, rule 6).
    """
    unmet = facts.state in INVITABLE or (facts.basis != "consent" and not facts.declared)
    hush = facts.suppressed and unmet
    return decide(replace(facts, suppressed=False)) if hush else decide(facts)
