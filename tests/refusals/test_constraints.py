"""What no table takes twice, or takes at all."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit import trail
from consent import sms
from consent.models import Consent, ConsentEvent, Handle, Notice, NoticePurpose, NoticeVersion, Purpose, Suppression
from contacts.models import Event, EventStaff, EventTick, Phone, RetentionRule, SavedView, SheetImport, SheetRow
from team.models import Team, User
from tests import house
from tests.refusals.naming import AT, BY, POSTGRESQL, plain, proves, wang
from vault.models import BlindIndex


@pytest.fixture
def home(db):
    return house.build()


def refused(name, *columns):
    """The next statement is refused, and by this constraint: PostgreSQL names it, SQLite its columns."""
    match = name if POSTGRESQL or not columns else r"UNIQUE constraint failed: .*" + columns[-1]
    return pytest.raises(IntegrityError, match=match)


def twice(row, name, *columns):
    """A second row like this one is refused; with `columns` changed it would have been taken."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk = None if isinstance(row.pk, int) else uuid4()
    copy._state.adding = True
    before = type(row).objects.count()
    with refused(name, *columns), transaction.atomic():
        copy.save(force_insert=True)
    assert type(row).objects.count() == before > 0


def tick_of(home):
    return NoticePurpose.objects.filter(version=home.event.notice_version).first()


@proves("one_post_per_event")
@plain
def test_nobody_is_posted_twice_at_one_event(home):
    row = EventStaff.objects.filter(event=home.event).first() or EventStaff.objects.create(event=home.event, user=home.li)
    twice(row, "one_post_per_event", "user_id")


@proves("one_tick_per_event")
@plain
def test_no_tick_stands_twice_on_one_form(home):
    twice(EventTick.objects.filter(event=home.event).first(), "one_tick_per_event", "tick_id")


@proves("contacts.Event.code", "team.Team.name", "team.User.username", "consent.Notice.code")
@pytest.mark.parametrize(
    ("model", "column", "index"),
    [(Event, "code", "code"), (Team, "name", "name"), (User, "username", "username"), (Notice, "code", "code")],
)
@plain
def test_a_name_that_people_go_by_stands_for_one_thing(home, model, column, index):
    twice(model.objects.first(), index, column)


@proves("one_view_per_name")
@plain
def test_a_saved_view_has_its_own_name(home):
    row = SavedView.objects.create(user=home.li, name="mine", query="", created_at=AT)
    twice(row, "one_view_per_name", "name")


@proves("retention_has_an_end")
@plain
def test_no_rule_keeps_anybody_longer_than_ten_years(home):
    rule = RetentionRule.objects.filter(code="promise")
    assert rule.update(days=3650) == 1
    with refused("retention_has_an_end"), transaction.atomic():
        rule.update(days=3651)


@proves("sheet_rows_add_up", "one_verdict_per_row")
@plain
def test_no_row_of_a_sheet_is_lost_or_counted_twice(home):
    facts = {"event": home.event, "uploaded_by": home.li, "uploaded_at": AT, "purge_on": AT}
    sheet = SheetImport.objects.create(state="checked", read=3, ready=1, held=1, refused=1, **facts)
    with refused("sheet_rows_add_up"), transaction.atomic():
        SheetImport.objects.filter(pk=sheet.pk).update(refused=0)
    with refused("sheet_rows_add_up"), transaction.atomic():
        SheetImport.objects.create(state="committed", read=3, ready=1, held=1, refused=2, **facts)
    twice(SheetRow.objects.create(sheet=sheet, number=1, status="ready"), "one_verdict_per_row", "number")


@proves("one_consent_head", "given_consent_has_an_end")
@plain
def test_one_head_for_one_person_purpose_and_channel_and_every_yes_ends(home):
    subject = wang(home)
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    head = Consent.objects.get(subject=subject)
    twice(head, "one_consent_head", "channel")
    for column, state in product(("given_at", "valid_until"), ("given", "renewed")):
        with refused("given_consent_has_an_end"), transaction.atomic():
            Consent.objects.filter(pk=head.pk).update(state=state, **{column: None})
    assert Consent.objects.filter(pk=head.pk).update(state="withdrawn", valid_until=None) == 1


@proves("one_event_number")
@plain
def test_events_of_a_consent_count_up(home):
    wang(home)
    twice(ConsentEvent.objects.first(), "one_event_number", "number")


@proves("one_notice_version_number", "published_notice_has_hash")
@plain
def test_a_version_has_its_number_and_when_published_its_hash(home):
    published = home.event.notice_version
    draft = NoticeVersion.objects.create(notice=published.notice, number=2, content={}, created_at=AT)
    twice(draft, "one_notice_version_number", "number")
    with refused("published_notice_has_hash"), transaction.atomic():
        NoticeVersion.objects.filter(pk=draft.pk).update(published_at=AT)


@proves("one_tick_per_purpose", "tick_has_an_end")
@pytest.mark.parametrize("days", [0, 3651])
@plain
def test_a_purpose_stands_once_on_a_notice_and_its_promise_ends(home, days):
    version = NoticeVersion.objects.create(notice=home.event.notice_version.notice, number=2, content={}, created_at=AT)
    facts = {
        "version": version,
        "purpose": Purpose.objects.get(pk="phone_contact"),
        "channel": "call",
        "order": 0,
        "tick_zh": "x",
        "tick_en": "x",
    }
    with refused("tick_has_an_end"), transaction.atomic():
        NoticePurpose.objects.create(valid_days=days, **facts)
    twice(NoticePurpose.objects.create(valid_days=3650, **facts), "one_tick_per_purpose", "channel")


@proves("one_handle_per_number", "one_standing_suppression")
@plain
def test_a_number_is_remembered_once_and_refused_once(home):
    wang(home)
    handle = Handle.objects.first()
    twice(handle, "one_handle_per_number", "fingerprint")
    no = Suppression.objects.create(fingerprint=handle.fingerprint, source="call", since=AT)
    twice(no, "one_standing_suppression", "fingerprint")
    with transaction.atomic():
        trail.record("suppression.lifted", by=BY, at=AT, subject=handle.subject_id)
        Suppression.objects.filter(pk=no.pk).update(lifted_at=AT)
    Suppression.objects.create(fingerprint=handle.fingerprint, source="call", since=AT)


@proves("closed_account_has_a_date")
@plain
def test_a_closed_account_says_since_when(home):
    with refused("closed_account_has_a_date"), transaction.atomic():
        User.objects.filter(pk=home.li.pk).update(is_active=False)
    assert User.objects.filter(pk=home.li.pk).update(is_active=False, deactivated_at=AT) == 1


@proves("one_tag_per_row")
@plain
def test_a_tag_stands_once_per_row(home):
    wang(home)
    row = BlindIndex.objects.first()
    copy = BlindIndex(owner=row.owner, row=row.row, kind=row.kind, generation=row.generation, scope=row.scope, tag=row.tag)
    with refused("one_tag_per_row", "row"), transaction.atomic(using="vault"):
        copy.save()


@plain
def test_a_number_without_a_basis_cannot_be_stored(home):
    subject = wang(home)
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    with pytest.raises(IntegrityError, match=r"(?i)not.null.*basis|basis.*not.null"), transaction.atomic():
        Phone.objects.filter(contact_id=subject).update(basis=None)
    assert Phone.objects.filter(basis__isnull=False).count() == 1


@proves("one_word_after_a_refusal")
@plain
def test_nobody_is_told_twice_that_a_no_was_heard(home):
    with transaction.atomic():
        told = {"subject": wang(home), "template": "refusal_ack", "words": {"link": "x"}, "language": "en", "at": AT}
        row = sms.log(**told).row
    twice(row, "one_word_after_a_refusal", "subject_id")
