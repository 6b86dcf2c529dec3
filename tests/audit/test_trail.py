"""How an entry is written: in the act's own transaction, or alone when the act was refused."""

from datetime import datetime
from enum import IntEnum
from uuid import UUID, uuid4

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from audit import leaf, trace, trail
from audit.models import Entry, Pending
from audit.trail import EntryDraft, Self_, System
from tests.audit.cast import AT, LI, WANG, ZHOU

pytestmark = pytest.mark.django_db(transaction=True)


def the_leaf() -> dict[str, object]:
    return leaf.read(Entry.objects.get().content)


def test_an_entry_says_who_did_what_to_whom_and_why():
    decision = uuid4()
    with transaction.atomic(), trace.begin() as request:
        eid = trail.record(
            "phone.reveal",
            by=LI,
            at=AT,
            subject=WANG,
            fields=["contacts.mobile"],
            basis=f"consent:{WANG}",
            reason="reveal_callback",
            purpose="followup",
            channel="phone",
            decision=decision,
            rule="2026-03-01",
            numbers=[3],
        )
    assert the_leaf() == {
        "v": 1,
        "id": str(eid),
        "t": 1772353800123456,
        "act": "phone.reveal",
        "actor": f"u:{LI.pk}",
        "subj": f"c:{WANG}",
        "out": "ok",
        "fields": ["contacts.mobile"],
        "basis": f"consent:{WANG}",
        "reason": "reveal_callback",
        "req": request,
        "purp": "followup",
        "chan": "phone",
        "dec": str(decision),
        "rule": "2026-03-01",
        "n": [3],
    }


def test_the_columns_repeat_the_leaf_and_the_queue_holds_it():
    with transaction.atomic():
        eid = trail.record("call.outcome", by=LI, at=AT, subject=WANG, reason="answered")
    entry = Entry.objects.get()
    assert (entry.eid, entry.at, entry.act, entry.outcome, entry.reason, entry.actor, entry.subject) == (
        eid,
        AT,
        "call.outcome",
        "ok",
        "answered",
        LI.pk,
        WANG,
    )
    assert bytes(entry.leaf_hash) == leaf.leaf_hash(entry.content)
    assert list(Pending.objects.values_list("seq", flat=True)) == [entry.seq]


def test_ids_sort_by_time_and_carry_version_seven():
    with transaction.atomic():
        eid = trail.record("user.signin", by=LI, at=AT, subject=LI.pk)
    assert (eid.version, eid.int >> 80) == (7, 1772353800123)


@pytest.mark.parametrize(
    ("by", "actor", "column", "user"),
    [
        (LI, f"u:{LI.pk}", LI.pk, LI.pk),
        (Self_(WANG), f"s:{WANG}", WANG, None),
        (System("sweep"), "sys:sweep", UUID("c40128bf-1385-53e8-b00a-cd7185067584"), None),
    ],
)
def test_three_kinds_of_actors(by, actor, column, user):
    with transaction.atomic():
        trail.record("consent.withdrawn", by=by, at=AT, subject=WANG)
    assert (the_leaf()["actor"], Entry.objects.get().actor, trail.user_pk(by)) == (actor, column, user)


@pytest.mark.parametrize("act", ["user.role", "notice.published", "event.created", "import.committed", "contact.created"])
def test_the_verb_says_what_the_subject_is(act):
    with transaction.atomic():
        trail.record(act, by=LI, at=AT, subject=ZHOU)
    letters = {"user.role": "u", "notice.published": "n", "event.created": "e", "import.committed": "i"}
    assert the_leaf()["subj"] == f"{letters.get(act, 'c')}:{ZHOU}"


def test_outside_a_transaction_no_entry_is_written():
    with pytest.raises(trail.TrailOutsideTransaction):
        trail.record("user.signin", by=LI, at=AT)
    assert Entry.objects.count() == 0


def test_an_entry_goes_with_its_act_when_that_is_taken_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        trail.record("contact.created", by=LI, at=AT, subject=WANG)
        assert Entry.objects.count() == 1
        1 / 0  # noqa: B018
    assert (Entry.objects.count(), Pending.objects.count()) == (0, 0)


def test_a_refusal_is_written_alone_after_the_act_was_taken_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    trail.record_alone("phone.reveal", by=LI, at=AT, subject=WANG, outcome="denied", reason="quota")
    assert (the_leaf()["out"], the_leaf()["reason"]) == ("denied", "quota")


def test_a_refusal_refuses_to_hide_inside_another_transaction():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        trail.record_alone("phone.reveal", by=LI, at=AT, subject=WANG, outcome="denied", reason="quota")
    assert Entry.objects.count() == 0


def test_one_entry_is_one_statement():
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        trail.record("contact.created", by=LI, at=AT, subject=WANG)
    assert [query["sql"][:23] for query in queries] == ["INSERT INTO audit_entry"]


def test_a_thousand_entries_are_one_statement_in_the_order_given():
    drafts = [EntryDraft("contact.erased", by=System("sweep"), at=AT, subject=uuid4()) for _ in range(1000)]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        eids = trail.record_many(drafts)
    assert len(queries) == 1
    assert list(Entry.objects.order_by("seq").values_list("eid", flat=True)) == eids
    assert Pending.objects.count() == 1000


class Level(IntEnum):
    SHOWN = 4


class Why(models.TextChoices):
    ANSWERED = "answered"


def test_members_of_choices_are_written_as_their_plain_values():
    with transaction.atomic():
        trail.record("call.outcome", by=LI, at=AT, subject=WANG, reason=Why.ANSWERED, numbers=[Level.SHOWN])
    assert (the_leaf()["reason"], the_leaf()["n"], Entry.objects.get().reason) == (
        "answered",
        [4],
        "answered",
    )


def test_one_bad_draft_spoils_the_whole_batch():
    drafts = [EntryDraft("contact.erased", by=LI, at=AT, subject=WANG), EntryDraft("made.up", by=LI, at=AT)]
    with transaction.atomic(), pytest.raises(trail.LeafRefused, match="^act$"):
        trail.record_many(drafts)
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("act", {"act": "phone.peek"}),
        ("t", {"at": datetime(2026, 3, 1)}),
        ("t", {"at": None}),
        ("actor", {"by": None}),
        ("actor", {"by": System("Sweep 13800001234")}),
        ("subj", {"subject": "13800001234"}),
        ("out", {"outcome": "maybe"}),
        ("fields", {"fields": ["contacts.shoe_size"]}),
        ("fields", {"fields": ["contacts.note"]}),
        ("fields", {"fields": [13800001234]}),
        ("basis", {"basis": "because"}),
        ("reason", {"reason": "called 13800001234"}),
        ("reason", {"reason": ["quota"]}),
        ("purp", {"purpose": "p13800001234"}),
        ("chan", {"channel": "13800001234"}),
        ("dec", {"decision": "13800001234"}),
        ("rule", {"rule": "13800001234"}),
        ("n", {"numbers": [13800001234]}),
        ("n", {"numbers": ["13800001234"]}),
        ("n", {"numbers": [True]}),
        ("n", {"numbers": [-1]}),
        ("n", {"numbers": [1.5]}),
        ("n", {"numbers": range(17)}),
        ("prev", {"prev": "13800001234"}),
    ],
)
def test_what_does_not_belong_is_refused_without_being_repeated(key, changes):
    given = {"act": "phone.reveal", "by": LI, "at": AT, "subject": WANG} | changes
    with transaction.atomic(), pytest.raises(trail.LeafRefused) as refused:
        trail.record(given.pop("act"), **given)
    assert str(refused.value) == key
    assert Entry.objects.count() == 0


def test_the_trace_of_a_request_is_our_own_and_one_for_all_its_entries(rf):
    seen = []
    middleware = trace.TraceMiddleware(lambda request: seen.extend([trace.current(), trace.current()]))
    theirs = "13800001234138000012341380000123"
    middleware(rf.get("/", headers={"traceparent": f"00-{theirs}-1380000123413800-01"}))
    middleware(rf.get("/"))
    assert seen[0] == seen[1] != theirs
    assert len({*seen, trace.current(), trace.current()}) == 4
