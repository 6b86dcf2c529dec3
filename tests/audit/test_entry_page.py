"""Sun opens one entry: its bytes, its proof, and the way to take its content out by two people."""

from uuid import uuid4

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import BadRequest
from django.http import Http404

from audit import redacting, views_entry
from audit.models import Entry, Redaction
from audit.offline import certificate
from tests.audit.cast import AT, SUN, WANG, Colleague
from tests.audit.test_pages import house, text

pytestmark = pytest.mark.django_db(transaction=True)
CHEN = Colleague(uuid4(), "Chen")
assert house  # the templates without the roof


@pytest.fixture
def ask(rf):
    def send(view, eid, by=SUN, **data):
        request = rf.post("/x/", data) if data else rf.get("/x/")
        request.user, request.session = by, {}
        request._messages = FallbackStorage(request)
        return view(request, eid)

    return send


def test_the_page_says_what_the_bytes_say_and_looking_is_an_act(ask, written):
    page = text(ask(views_entry.entry, written[1]))
    entry = Entry.objects.get(eid=written[1])
    assert (bytes(entry.leaf_hash).hex() in page, str(WANG) in page, "2 / 5" in page) == (True, True, True)
    assert f"&quot;id&quot;:&quot;{written[1]}&quot;" in page
    last = Entry.objects.order_by("-seq").first()
    assert (last.act, last.actor, last.subject) == ("audit.search", SUN.pk, WANG)


def test_its_proof_is_a_file_that_a_stranger_checks(ask, written, sealer):
    answer = ask(views_entry.proof, written[1])
    body, index, size = certificate.check(text(answer), sealer.signer.verifier.line())
    assert (body["id"], index, size) == (str(written[1]), 2, 5)
    waiting = Entry.objects.order_by("-seq").first().eid
    with pytest.raises(Http404):
        ask(views_entry.proof, waiting)
    assert "not sealed yet" in text(ask(views_entry.entry, waiting))


def test_sun_asks_and_chen_agrees(ask, written):
    one = written[1]
    assert "Ask a second person" in text(ask(views_entry.entry, one))
    assert ask(views_entry.take_out, one, why="value").status_code == 302
    assert ("Agree: take it out" in text(ask(views_entry.entry, one)), Redaction.objects.get().state) == (False, "asked")
    ask(views_entry.take_out, one, answer="yes")
    assert Redaction.objects.get().state == "asked", "not by herself"
    assert "Agree: take it out" in text(ask(views_entry.entry, one, by=CHEN))
    ask(views_entry.take_out, one, by=CHEN, answer="yes")
    assert (Redaction.objects.get().state, redacting.carry_out(at=AT)) == ("approved", 1)
    page = text(ask(views_entry.entry, one))
    assert (page.count(">taken out<") == 2, "Ask a second person" in page, f"&quot;id&quot;:&quot;{one}" in page) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("data", [{"why": "because"}, {"answer": "maybe"}, {"answer": "yes"}, {"x": "1"}])
def test_anything_else_changes_nothing(ask, written, data):
    with pytest.raises(BadRequest):
        ask(views_entry.take_out, written[1], **data)
    assert Redaction.objects.count() == 0


def test_what_waits_for_its_seal_is_not_asked_for_and_what_is_nowhere_is_not_found(ask, written):
    waiting = Entry.objects.order_by("-seq").first().eid
    ask(views_entry.take_out, waiting, why="order")
    with pytest.raises(Http404):
        ask(views_entry.entry, uuid4())
    assert Redaction.objects.count() == 0
