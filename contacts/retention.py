"""The end date of every person, computed at every event and kept beside the name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q

from audit import trail
from consent import guardians
from consent.models import Consent
from consent.models.subject import Age
from contacts import contracts, keeps, retention_rules
from contacts.keeps import Kept
from contacts.models import CallAttempt, Contact, Phone, RetentionRule, RuleChange
from contacts.retention_rules import Due, Standing
from team.models import User

VAIN = frozenset({"unanswered", "out_of_service"})
VAIN_CALLS = 3
BATCH = 500
CLOCKS = ("delete_on", "delete_rule", "narrow_on", "narrow_rule")


def table() -> dict[str, int]:
    """The office's days per rule; a rule without a row keeps its default (law.md §4.1)."""
    return retention_rules.DEFAULT_DAYS | dict(RetentionRule.objects.values_list("code", "days"))


def first_due(
    state: str, created_at: datetime, valid_until: datetime | None, *, days: dict[str, int] | None = None
) -> tuple[datetime, str]:
    """The end date of a person who has just come in with one consent state; serves J1."""
    standing = Standing(state, created_at, created_at if valid_until else None, valid_until)
    answer = retention_rules.due([standing], created_at=created_at, contacted=False, days=table() if days is None else days)
    return answer.on, answer.rule


def refresh(subject_ids: Iterable[UUID], *, at: datetime) -> int:
    """Recompute the end dates of these people inside the caller's transaction; returns how many moved.

    The caller has already recorded the act that moved them. `at` is the moment of the act (UTC). Serves J1.
    """
    ids = list(subject_ids)
    contacts = list(
        Contact.objects.filter(pk__in=ids).only(
            "subject_id", "created_at", *CLOCKS, "client_since", "client_until", "narrowed_at"
        )
    )
    facts = _Facts(ids)
    bound = profile() if any(contact.client_since for contact in contacts) else ""
    served = contracts.served(contacts, at=at)
    ends = {contact.pk: facts.due(contact, served=contact.pk in served) for contact in contacts}
    moved = [contact for contact in contacts if _apply(contact, ends[contact.pk], _kept(contact, bound))]
    for start in range(0, len(moved), BATCH):
        _save(moved[start : start + BATCH])
    again = [contact.pk for contact in moved if contact.narrowed_at and contact.narrow_on and contact.narrow_on > at]
    if again:  # a new yes of somebody who was only stored: in use again, and narrowed again at the end of it
        Contact.objects.filter(pk__in=again).update(narrowed_at=None)
    return len(moved)


def _save(moved: list[Contact]) -> None:
    """Both clocks of these people, each with their own days: one statement, or one for each where the database is a file.

    Django's `bulk_update` says the same with a CASE for every person and column, at thirty times the cost.
    """
    fields = [field for field in Contact._meta.concrete_fields if field.name in CLOCKS]
    rows = [[f.get_db_prep_value(getattr(c, f.attname), connection) for f in (*fields, Contact._meta.pk)] for c in moved]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            words = ", ".join(f"{f.name} = %s" for f in fields)
            cursor.executemany(f"UPDATE contacts_contact SET {words} WHERE subject_id = %s", rows)
            return
        one = f"({', '.join(['%s'] * len(rows[0]))})"
        words = ", ".join(f"{f.name} = CAST(m.{f.name} AS {f.db_type(connection)})" for f in fields)
        cursor.execute(
            f"WITH m ({', '.join(f.name for f in fields)}, pk) AS (VALUES {', '.join([one] * len(rows))}) "
            f"UPDATE contacts_contact AS c SET {words} FROM m WHERE c.subject_id = m.pk",
            [value for row in rows for value in row],
        )


def profile() -> str:
    """The licence profile that applies: the last one two people agreed on; unlicensed, the shortest, until then."""
    agreed = RuleChange.objects.filter(code="profile", state=RuleChange.State.APPROVED).order_by("-version")
    return agreed.values_list("value", flat=True).first() or "unlicensed"


def move_all(*, by: User, at: datetime) -> int:
    """Recompute everybody's end dates, batch by batch, each with its entry; returns how many moved."""
    moved, after = 0, None
    while True:
        rows = Contact.objects.order_by("subject_id")
        page = list((rows.filter(subject_id__gt=after) if after else rows).values_list("pk", flat=True)[:500])
        if not page:
            return moved
        with transaction.atomic():
            trail.record_many(
                [trail.EntryDraft("contact.changed", by=by, at=at, subject=pk, reason="retention") for pk in page]
            )
            moved += refresh(page, at=at)
        after = page[-1]


def _kept(contact: Contact, bound: str) -> Kept | None:
    return keeps.until(bound, client_since=contact.client_since, client_until=contact.client_until)


def _apply(contact: Contact, answer: Due, kept: Kept | None) -> bool:
    """Set both clocks; the promise alone where no statute keeps the person longer."""
    longer = kept is not None and kept.on > answer.on
    leaving = (kept.on, kept.rule) if longer and kept else (answer.on, answer.rule)
    narrowing = (answer.on, answer.rule) if longer else (None, None)
    before = (contact.delete_on, contact.delete_rule), (contact.narrow_on, contact.narrow_rule)
    if before == (leaving, narrowing):
        return False
    contact.delete_on, contact.delete_rule = leaving
    contact.narrow_on, contact.narrow_rule = narrowing
    return True


class _Facts:
    """What retention needs to know of a batch of people, read in a fixed number of queries."""

    def __init__(self, ids: list[UUID]) -> None:
        self.days = table()
        self.standings: dict[UUID, list[Standing]] = defaultdict(list)
        children = set()
        fields = ("subject_id", "subject__age", "state", "changed_at", "given_at", "valid_until")
        for subject, age, *told in Consent.objects.filter(subject_id__in=ids).values_list(*fields):
            self.standings[subject].append(Standing(*told))
            children |= {subject} if age == Age.CHILD else set()
        self.guarded = guardians.ends(children) if children else {}
        answered = CallAttempt.objects.filter(subject_id__in=ids, outcome__in=["answered", "later"])
        self.contacted = set(answered.values_list("subject_id", flat=True))
        self.unreachable = _unreachable(ids)
        right = Count("id", filter=Q(wrong_at__isnull=True))
        counts = Phone.objects.filter(contact_id__in=ids).order_by().values_list("contact_id").annotate(right=right)
        self.wrong = {contact for contact, remaining in counts if remaining == 0}

    def due(self, contact: Contact, *, served: bool = False) -> Due:
        """As the table has it; a child no longer than a guardian has agreed to (C12).

        Who took everything back and is served under a contract stays until it ends (D6).
        """
        answer = self._due(contact)
        if served and answer.rule == "withdrawn":
            answer = Due(contracts.ends(contact), "contract")
        until = self.guarded.get(contact.pk)
        return answer if until is None or answer.on <= until else Due(until, "guardian")

    def _due(self, contact: Contact) -> Due:
        return retention_rules.due(
            self.standings[contact.pk],
            created_at=contact.created_at,
            contacted=contact.pk in self.contacted,
            days=self.days,
            all_wrong=contact.pk in self.wrong,
            unreachable_since=self.unreachable.get(contact.pk),
        )


def _unreachable(ids: list[UUID]) -> dict[UUID, datetime]:
    """Who was called three times in a row without being reached, and since when (J6); one query."""
    noted = CallAttempt.objects.filter(subject_id__in=ids).exclude(outcome="").order_by("-at")
    last: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for subject, word, at in noted.values_list("subject_id", "outcome", "at"):
        if len(last[subject]) < VAIN_CALLS:
            last[subject].append((word, at))
    return {s: calls[0][1] for s, calls in last.items() if len(calls) == VAIN_CALLS and all(w in VAIN for w, _at in calls)}
