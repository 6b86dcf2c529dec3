"""Sun audits: searches the trail by fixed criteria, page by page, and takes it out of the house."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.html import escape

from audit import actors, reading, search, trail, views, views_export
from audit.forms import day_start
from audit.models import Entry, ExportJob
from audit.search import Criteria
from audit.trail import EntryDraft, Self_, System
from tests.audit import cleaning
from tests.audit.cast import AT, LI, SUN, WANG, ZHOU, run, stored

pytestmark = pytest.mark.django_db(transaction=True)
TEMPLATES = Path(views.__file__).parent.parent / "templates"
BASE = "".join(f"{{% block {name} %}}{{% endblock %}}" for name in ("title", "heading", "actions", "content"))


@pytest.fixture(autouse=True)
def house(settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.audit.addresses"
    loaders = [
        ("django.template.loaders.locmem.Loader", {"base.html": BASE}),
        ("django.template.loaders.filesystem.Loader", [str(TEMPLATES)]),
    ]
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}]
    people = {person.pk: person.name for person in (LI, SUN)}
    monkeypatch.setattr(actors, "_resolver", lambda keys: {key: people[key] for key in keys if key in people})
    monkeypatch.setattr(actors, "_listing", lambda: list(people.items()))
    with translation.override("en"):
        yield


@pytest.fixture
def look(rf):
    def open_page(**query):
        request = rf.get("/audit/", query)
        request.user = SUN
        return views.search(request)

    return open_page


def write(act, *, by=LI, at=AT, **rest):
    with transaction.atomic():
        return trail.record(act, by=by, at=at, **rest)


def text(response):
    return response.content.decode()


def test_sun_reads_in_words_who_did_what(look):
    write(
        "phone.reveal",
        subject=WANG,
        fields=["contacts.mobile"],
        reason="reveal_callback",
        basis=f"consent:{uuid4()}",
    )
    write("consent.withdrawn", by=Self_(ZHOU), subject=ZHOU, outcome="ok", reason="stop_link")
    write("sweep.finished", by=System("sweep"), numbers=[12, 3])
    page = text(look())
    for words in (
        "<bdi>Li</bdi></a></strong> revealed a phone number",
        "mobile number",
        "to return a call",
        "by consent",
        "<bdi>the person themself</bdi></a></strong> recorded a withdrawal",
        "<bdi>the system (sweep)</bdi></a></strong> finished a sweep",
        "12, 3",
    ):
        assert words in page


def test_looking_leaves_an_entry_that_names_the_person_looked_for(look):
    look(subject=str(WANG))
    entry = Entry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == ("audit.search", SUN.pk, WANG)


def test_each_criterion_finds_its_own(look):
    late = AT.replace(month=5)
    found = {
        "actor": write("user.signin", by=SUN, subject=SUN.pk),
        "subject": write("contact.created", subject=WANG),
        "act": write("notice.published"),
        "outcome": write("phone.call", outcome="denied"),
        "reason": write("contact.erased", reason="expired"),
        "since": write("user.signout", at=late),
    }
    chosen = {
        "actor": Criteria(actor=SUN.pk),
        "subject": Criteria(subject=WANG),
        "act": Criteria(act="notice.published"),
        "outcome": Criteria(outcome="denied"),
        "reason": Criteria(reason="expired"),
        "since": Criteria(since=late),
    }
    told = {key: [entry.content.decode() for entry in search.page(criteria).entries] for key, criteria in chosen.items()}
    assert {key: (len(leaves), str(found[key]) in leaves[0]) for key, leaves in told.items()} == dict.fromkeys(found, (1, True))
    assert len(search.page(Criteria(until=late)).entries) == 5


@pytest.mark.parametrize(
    "query",
    [
        {"actor": "nobody"},
        {"subject": "13800001234"},
        {"act": "made.up"},
        {"outcome": "perhaps"},
        {"reason": "' OR 1=1"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"before": "0"},
        {"before": "-1"},
        {"before": "99999999999999999999"},
        {"act__startswith": "u"},
        {"leaf__contains": "x"},
    ],
)
def test_a_bad_criterion_is_answered_with_a_sentence_and_finds_nothing(look, query):
    write("contact.created", subject=WANG)
    response = look(**query)
    assert (response.status_code, 'class="error"' in text(response)) == (400, True)
    assert "<tbody>" not in text(response)
    assert Entry.objects.count() == 1


def test_what_was_typed_comes_back_escaped(look):
    typed = '"><script>alert(1)</script>'
    page = text(look(since=typed))
    assert (typed in page, escape(typed) in page) == (False, True)


def test_pages_follow_one_another_without_gap_or_repetition(look):
    with transaction.atomic():
        drafts = [EntryDraft("contact.created", by=LI, at=AT, subject=uuid4()) for _ in range(120)]
        written = trail.record_many(drafts)
    seen, before, sizes = [], None, []
    while True:
        page = search.page(Criteria(act="contact.created"), before=before)
        seen += [trail_id(entry) for entry in page.entries]
        sizes.append(len(page.entries))
        if page.older is None:
            break
        before = page.older
    assert (sizes, seen) == ([50, 50, 20], [str(eid) for eid in reversed(written)])
    first = text(look(act="contact.created"))
    assert f"act=contact.created&amp;before={search.page(Criteria(act='contact.created')).older}" in first


def trail_id(entry):
    return entry.content.decode().split('"')[5]


def test_a_full_page_costs_as_many_queries_as_an_empty_one(look):
    with CaptureQueriesContext(connection) as empty:
        look(act="contact.created")
    with transaction.atomic():
        trail.record_many([EntryDraft("contact.created", by=LI, at=AT, subject=uuid4()) for _ in range(60)])
    with CaptureQueriesContext(connection) as full:
        assert text(look(act="contact.created")).count("<tr id=") == 50
    assert len(full) == len(empty)
    assert not any("COUNT(" in query["sql"] or "OFFSET" in query["sql"] for query in full)


def test_an_unknown_colleague_is_shown_by_the_start_of_their_key(look):
    stranger = type(LI)(uuid4(), "gone")
    write("user.role", by=stranger, subject=LI.pk)
    page = text(look())
    assert f"user {str(stranger.pk)[:8]}" in page
    assert f'title="{LI.pk}"><bdi>Li</bdi>' in page


def test_somebody_who_has_left_is_still_found_and_stays_chosen(look):
    stranger = type(LI)(uuid4(), "gone")
    write("user.role", by=stranger, subject=LI.pk)
    page = text(look(actor=str(stranger.pk)))
    assert (page.count("<tr id="), f'value="{stranger.pk}" selected' in page) == (1, True)


def test_a_damaged_entry_is_shown_as_such_and_hides_nothing_else(look):
    write("contact.created", subject=WANG)
    damaged = write("hold.placed", subject=WANG)
    with cleaning.lifted(connection):
        wrong = "leaf = CAST('xx' AS blob)"
        if connection.vendor == "postgresql":
            wrong = "leaf = 'xx', leaf_hash = sha256('\\x00'::bytea || 'xx')"
        run(f"UPDATE audit_entry SET {wrong} WHERE eid = %s", stored(damaged))
    page = text(look())
    assert ("this entry has been damaged" in page, "added a contact" in page) == (True, True)


def test_the_days_asked_for_are_days_of_the_office(look):
    midnight = timezone.make_aware(AT.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0))
    write("contact.created", at=midnight)
    assert "added a contact" in text(look(since="2026-03-01", until="2026-03-01")).split("rowgroup")[1]
    assert "rowgroup" not in text(look(until="2026-02-28"))


def test_export_page_asks_first_and_refuses_nonsense(rf):
    wish = {"purpose": "audit"}
    for request, status in (
        (rf.get("/audit/export/"), 200),
        (rf.post("/audit/export/", wish | {"since": "x"}), 400),
        (rf.post("/audit/export/", {}), 400),
        (rf.post("/audit/export/", wish | {"case_ref": "13800001234"}), 400),
    ):
        request.user = SUN
        assert views_export.ask(request).status_code == status
    assert (Entry.objects.count(), ExportJob.objects.count()) == (0, 0)


def test_before_the_first_seal_the_page_says_so_and_nothing_is_recorded(rf):
    write("contact.created", subject=WANG)
    request = rf.post("/audit/export/", {"purpose": "audit"})
    request.user = SUN
    with translation.override("en"):
        response = views_export.ask(request)
    assert (response.status_code, b"Nothing is sealed yet" in response.content) == (409, True)
    assert (Entry.objects.count(), ExportJob.objects.count()) == (1, 0)


def test_a_search_groups_its_lines_by_day(look):
    for days in (0, 0, 1, 40):
        write("contact.created", at=AT - timedelta(days=days))
    drawn = text(look(until=AT.date().isoformat()))
    assert [drawn.count(f'rowgroup">{AT.date() - timedelta(days=n)}<') for n in (0, 1, 2)] == [1, 1, 0]


def test_the_days_of_a_search_are_drawn_on_a_page_of_their_own(rf):
    for days in (0, 0, 1, 40):
        write("contact.created", at=AT - timedelta(days=days))
    request = rf.get("/audit/days/", {"until": AT.date().isoformat(), "act": "contact.created"})
    request.user = SUN
    drawn = views.days(request).content.decode()
    assert drawn.count('<th scope="row">2026-03-01</th><td class="num">2</td>') == 1
    assert list(Entry.objects.filter(act="audit.search").values_list("actor", flat=True)) == [SUN.pk]
    found = search.per_day(Criteria(act="contact.created", until=day_start(AT.date() + timedelta(days=1))), at=AT)
    assert ([count for _day, count in found][-2:], sum(count for _day, count in found), len(found)) == ([1, 2], 3, 31)
    bad = rf.get("/audit/days/", {"since": "x"})
    bad.user = SUN
    assert views.days(bad).status_code == 400


def test_every_part_of_the_house_that_acts_of_itself_has_a_name_in_both_languages():
    """What stands in the trail as system:notices is no English word on a Chinese page."""
    floors = [
        Path(reading.__file__).parent.parent / floor for floor in ("audit", "team", "consent", "contacts", "crm", "vault")
    ]
    named = {
        job for floor in floors for file in floor.rglob("*.py") for job in re.findall(r'System\("(\w+)"\)', file.read_text())
    }
    assert named - set(reading.JOBS) == set()
    with translation.override("zh-hans"):
        assert [job for job, word in reading.JOBS.items() if str(word).isascii()] == []
