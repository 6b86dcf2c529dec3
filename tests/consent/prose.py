"""Stories of the gate as a compliance officer writes them: one step a line, a day first, an answer after the arrow.

    2026-03-01 10:00 agrees to phone until 2026-09-01
    2026-03-04 asks phone -> allowed

What happens is folded into the facts of one person, one caller and one number, as the floors above would find
them; `asks` hands those facts to consent.rules and compares the reason. Without an hour it is noon.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from consent import rules, working_days
from consent.actions import ACTIONS

OFFICE = ZoneInfo("Asia/Shanghai")
STEP = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?: (?P<hour>\d\d:\d\d))? (?P<words>.+)")
WAYS = {
    "phone": "call",
    "to see the number for a call": "reveal_call_by_hand",
    "to see the number for a call back": "reveal_callback",
    "to check the number": "reveal_check",
    "sms": "sms",
    "to pass on": "share",
    "to publish": "publish",
    "to query the credit report": "query_credit",
    "to invite": "invite",
    "to call about the contract": "service_call",
    "to sell": "sell",
}


class Story:
    """One person as the gate sees them, told step by step."""

    def __init__(self):
        """A stranger without a consent; an advisor who may do everything."""
        self.facts = rules.Facts(
            "call", True, 0, 12, suppressed=False, erased=False, active_staff=True, fit_staff=True, may=True, in_book=True
        )
        self.calls, self.messages = [], []
        self.steps = (
            (r"agrees to \w+ until (\S+)(?: with grade ([ABCD]))?(?: (by itself|in writing))?", self.agrees),
            (r"the purpose asks for (a step of its own|a signature|no form anybody knows)", self.asks_for),
            (r"says they are (under 18)", self.is_young),
            (r"renews until (\S+)", self.renews),
            (r"is (requested|deferred|asserted|expired|superseded|invalidated|revoked|suspended)", self.stands),
            (r"(withdraws|refuses)(?: by another road)?", self.says_no),
            (r"the number is on the list of refusals", self.listed),
            (r"is erased", self.erased),
            (r"the promised time is over", self.over),
            (r"the agreement with the recipient (stands|lapses|ends)", self.agreement),
            (r"the recipient (is silent about|acknowledges) a withdrawal", self.recipient),
            (r"the purpose asks for grade ([ABCD])", self.minimum),
            (r"the advisor (.+)", self.advisor),
            (r"is called and (answers|does not answer)", self.called),
            (r"is invited", self.called),
            (r"is written to", self.written),
            (r"the register lists (\w+) of (\w+) on (\w+)", self.lists),
            (r"(becomes|is no longer) a client", self.client),
            (r"was told of the contract", self.told),
            (r"is promised at most (\d) a (day|week|month)", self.promised),
            (r"is promised the hours from (\d+) to (\d+)", self.promised_hours),
            (r"the office rests from (\d+) to (\d+)", self.rests),
            (r"the office calls on working days only", self.working_days),
            (r"chooses from (\d+) to (\d+)( at midday too)?( on every day)?", self.chooses),
            (r"takes the choice back", self.chooses_nothing),
            (r"asks (.+) -> (\w+)", self.asks),
        )

    def tell(self, text):
        """Take every line; a line nobody understands fails, and so does a story that asks nothing."""
        lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
        assert any("->" in line for line in lines), "a story asks something"
        for line in lines:
            found = STEP.fullmatch(line)
            assert found, f"no step: {line}"
            at = datetime.fromisoformat(f"{found['day']} {found['hour'] or '12:00'}").replace(tzinfo=OFFICE)
            self.step(found["words"], at, line)

    def step(self, words, at, line):
        """The first pattern that fits the whole line acts."""
        for pattern, act in self.steps:
            if hit := re.fullmatch(pattern, words):
                act(*(group for group in hit.groups()), at=at, line=line)
                return
        raise AssertionError(f"nobody understands: {line}")

    def become(self, **facts):
        self.facts = replace(self.facts, **facts)

    def agrees(self, until, grade, how, *, at, line):
        end = datetime.fromisoformat(until).replace(tzinfo=OFFICE)
        form = {None: "general", "by itself": "separate", "in writing": "written"}[how]
        self.become(state="given", valid_until=int(end.timestamp()), grade=grade or "A", minimum_grade="C", given_form=form)

    def asks_for(self, what, *, at, line):
        self.become(asked_form={"a step of its own": "separate", "a signature": "written"}.get(what, "unknown"))

    def is_young(self, _how, *, at, line):
        self.become(minor=True)

    def renews(self, until, *, at, line):
        self.become(state="renewed", valid_until=int(datetime.fromisoformat(until).replace(tzinfo=OFFICE).timestamp()))

    def stands(self, state, *, at, line):
        self.become(state=state)

    def says_no(self, how, *, at, line):
        self.become(state={"withdraws": "withdrawn", "refuses": "refused"}[how])

    def listed(self, *, at, line):
        self.become(suppressed=True)

    def erased(self, *, at, line):
        self.become(erased=True)

    def over(self, *, at, line):
        self.become(storage_only=True)

    def agreement(self, how, *, at, line):
        self.become(recipient_known=how == "stands")

    def recipient(self, how, *, at, line):
        self.become(recipient_owes=how == "is silent about")

    def minimum(self, grade, *, at, line):
        self.become(minimum_grade=grade)

    def advisor(self, what, *, at, line):
        changes = {
            "leaves": {"active_staff": False},
            "may not see this book": {"in_book": False},
            "lets the training lapse": {"fit_staff": False},
            "loses the level": {"may": False},
        }
        self.become(**changes[what])

    def called(self, how="answers", *, at, line):
        self.calls.append(at)
        self.become(unanswered_in_row=self.facts.unanswered_in_row + 1 if how == "does not answer" else 0)

    def written(self, *, at, line):
        self.messages.append(at)

    def lists(self, operation, category, basis, *, at, line):
        self.become(operations=[operation], categories=[category], bases=[basis])

    def client(self, how, *, at, line):
        self.become(client=how == "becomes")

    def told(self, *, at, line):
        self.become(declared=True)

    def promised(self, most, span, *, at, line):
        self.become(**{f"per_{span}": int(most)})

    def promised_hours(self, opens, closes, *, at, line):
        self.become(hour_from=int(opens), hour_to=int(closes))

    def rests(self, opens, closes, *, at, line):
        self.become(rest_from=int(opens), rest_to=int(closes))

    def working_days(self, *, at, line):
        self.become(working_days_only=True)

    def chooses(self, opens, closes, midday, every_day, *, at, line):
        self.become(own_from=int(opens), own_to=int(closes), own_midday=bool(midday), own_every_day=bool(every_day))

    def chooses_nothing(self, *, at, line):
        self.become(own_from=None, own_to=None, own_midday=False, own_every_day=False)

    def asks(self, way, answer, *, at, line):
        action = WAYS[way]
        known = ACTIONS.get(action)
        reached = self.messages if action == "sms" else self.calls
        since = {days: sum(call > at - timedelta(days=days) for call in reached) for days in (1, 7, 30, 31)}
        facts = self.facts
        if known and facts.bases:  # from then on the register is asked
            facts = replace(facts, operation=known.operation, touches=known.touches, basis=known.basis)
        if known and known.channel != "call":  # the office rests from calls, not from messages
            facts = replace(facts, rest_from=0, rest_to=0, working_days_only=False)
        asked = replace(
            facts,
            action=action,
            timed=known.timed if known else True,
            now=int(at.timestamp()),
            office_hour=at.hour,
            attempts_today=since[1],
            attempts_week=since[7],
            attempts_month=since[30],
            attempts_long_month=since[31],
            day=working_days.for_calls(at.date()),
        )
        verdict = rules.decide(asked)
        assert verdict.reason == answer, f"{line}: the gate says {verdict.reason}"
        assert verdict.allowed is (answer == "allowed")
