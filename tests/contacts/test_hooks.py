"""A partner's own system is told of a withdrawal by one signed message, and answers for itself (D10)."""

import json
import logging
import socket
import time
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import override_settings

from audit.models import Entry
from consent import hooks, partners, recalls
from consent.models import PartnerHook, Recall, RecallAttempt
from consent.partners import PartnerRefused
from contacts import leftovers, recalling
from tests import house
from tests.contacts.partner_system import SECRET, knows, system
from tests.contacts.sheetwork import said, signed_in, taker
from tests.refusals.test_recalls import SHARE, passed, says_no
from vault import lines, persons

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NO = house.NOON + HOUR
LETTER = "上海市浦东新区世纪大道 1 号"


@pytest.fixture
def home():
    return house.build()


def owing(home, address, number=house.WANG, **changes):
    """Somebody was passed on to a partner with a system of its own, and withdraws an hour later."""
    if not PartnerHook.objects.exists():
        with override_settings(DEBUG=True):
            taker(home, hook=address, secret=SECRET, **{"contact": LETTER} | changes)
    passing = passed(home, number)
    says_no(passing.subject_id, SHARE, at=NO)
    return Recall.objects.get(passing=passing)


def work(at):
    """What the worker does, of an office under development that is no demonstration."""
    with override_settings(DEMO=False, DEBUG=True):
        return recalling.work(at=at)


def tries():
    return list(RecallAttempt.objects.values_list("via", "outcome"))


def test_its_system_hears_the_references_alone_and_its_signed_answer_acknowledges(home):
    """
    12:00 Wang is passed on; 13:00 Wang withdraws; 13:01 the partner's system hears of it and answers
    told and acknowledged in one breath, on record, and nothing more is sent
    """
    with system() as (address, heard):
        row = owing(home, address)
        assert (work(NO + MINUTE), work(NO + HOUR), mail.outbox) == (1, 0, [])
    [(headers, body)] = heard
    told = json.loads(body)
    link = told.pop("acknowledge")
    assert told == {
        "id": str(RecallAttempt.objects.get().pk),
        "event": "withdrawn",
        "agreement": "HT-9",
        "purpose": "partner_share",
        "withdrawn_at": "2026-03-02T05:00:00+00:00",
        "references": [str(row.pk)],
    }
    assert (link.startswith("https://"), link.endswith("/heard/")) == (True, True)
    assert all(word not in body.decode() for word in ("王小诺", house.WANG, house.WANG[-4:], str(row.subject_id)))
    stamp = int(headers[lines.MARK].split(",")[0].removeprefix("t="))
    assert (headers[lines.MARK], abs(stamp - time.time()) < 60) == (lines.mark(body, secret=SECRET, now=stamp), True)
    row.refresh_from_db()
    assert (row.told_at, row.acknowledged_at, row.way, row.tries) == (NO + MINUTE, NO + MINUTE, "answer", 1)
    acts = Entry.objects.filter(subject=row.subject_id, act__startswith="recall.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["recall.sent", "recall.told", "recall.acknowledged"]


def wrong(change):
    """An answer that is nearly the signed one."""

    def answer(body):
        status, content, mark = knows(body)
        if change == "another":
            content = content.replace(b'"acknowledged": "', b'"acknowledged": "0')
            mark = lines.mark(content, secret=SECRET, now=int(time.time()))
        now = int(time.time())
        marks = {
            "unsigned": "",
            "other secret": lines.mark(content, secret="x" * 40, now=now),
            "old": lines.mark(content, secret=SECRET, now=now - lines.WINDOW - 9),
            "no time": mark.replace("t=", "t=-"),
        }
        return status, content, marks.get(change, mark)

    return answer


@pytest.mark.parametrize("change", ["unsigned", "other secret", "old", "no time", "another"])
def test_whoever_answers_without_that_signature_was_told_and_still_owes_its_word(home, change):
    with system(wrong(change)) as (address, heard):
        row = owing(home, address)
        assert (work(NO), work(NO + HOUR), len(heard)) == (1, 0, 1)
    row.refresh_from_db()
    assert (row.told_at, row.acknowledged_at, tries()) == (NO, None, [("hook", "told")])
    with time_machine.travel(NO + HOUR, tick=False):  # by the link of that message they still may
        link = json.loads(heard[0][1])["acknowledge"].split("/", 3)[3]
        assert signed_in(home.li).post(f"/{link}").status_code == 200
    row.refresh_from_db()
    assert row.way == "link"


@pytest.mark.parametrize("content", [b"", b"ok", b"[]", b"[" * 4000, b'{"acknowledged": ' + b"1" * 5000 + b"}", b"\xff\xfe"])
def test_whatever_else_it_answers_is_only_that_it_was_told(home, content):
    signed = lambda _body: (204, content, lines.mark(content, secret=SECRET, now=int(time.time())))  # noqa: E731
    with system(signed) as (address, _heard):
        row = owing(home, address)
        assert work(NO) == 1
    row.refresh_from_db()
    assert (row.told_at, row.acknowledged_at) == (NO, None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 500, 503])
def test_no_redirect_is_followed_and_what_is_not_taken_is_tried_again_after_a_longer_and_longer_while(
    home, monkeypatch, status
):
    """
    13:00 not taken; 13:05 the next, 13:20 the one after that; then the system is well again -> told
    each try was on record before it went
    """
    seen, tell = [], hooks.tell

    def looked(hook, about):
        seen.append(tries()[-1])
        return tell(hook, about)

    def refuses(body):
        return (status, b"", "") if len(seen) < 3 else knows(body)

    monkeypatch.setattr(hooks, "tell", looked)
    with system(refuses) as (address, heard):
        row = owing(home, address)
        minutes = [work(NO + minute * MINUTE) for minute in (0, 4, 5, 19, 20, 30)]
    assert (minutes, len(heard), {headers["Host"] for headers, _body in heard}) == (
        [0, 0, 0, 0, 1, 0],
        3,
        {address.split("/")[2]},
    )
    assert seen == [("hook", "going")] * 3
    assert tries() == [("hook", "failed"), ("hook", "failed"), ("hook", "told")]
    row.refresh_from_db()
    assert (row.tries, row.acknowledged_at) == (3, NO + 20 * MINUTE)


def test_where_it_has_a_mailbox_too_every_second_try_goes_there(home):
    with system(lambda _body: (500, b"", "")) as (address, heard):
        owing(home, address, contact="privacy@haisheng.example")
        assert [work(NO), work(NO + 5 * MINUTE)] == [0, 1]
    assert (len(heard), len(mail.outbox), tries()) == (1, 1, [("hook", "failed"), ("mail", "told")])


def test_a_system_that_is_away_is_asked_once_in_a_round_and_holds_up_nobody(home, monkeypatch):
    """
    three withdraw; the system of their partner is away -> one try in each round, the others wait for the next
    a second partner, behind them in the queue, is told in the very first
    """
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    for number in (house.WANG, "13800001235", "13800001236"):
        owing(home, nobody, number)
    first = Recall.objects.first().partner
    partners.end(partner_id=first.pk, by=home.chen, at=NO)
    taker(home, agreement="HT-10")
    last = passed(home, house.ZHOU, home.far)
    says_no(last.subject_id, SHARE, at=NO + MINUTE)
    monkeypatch.setattr(recalling, "BATCH", 2)
    assert [work(NO + MINUTE), RecallAttempt.objects.count(), len(mail.outbox)] == [1, 2, 1]
    assert [work(NO + 2 * MINUTE), RecallAttempt.objects.count()] == [0, 3]
    assert sorted(Recall.objects.values_list("tries", flat=True)) == [0, 1, 1, 1]


def test_whoever_talks_slowly_is_cut_off_in_the_end(home, monkeypatch):
    monkeypatch.setattr(hooks, "WHOLE", 0.3)

    def drips(_body):
        return 200, (b"x" if not time.sleep(0.05) else b"" for _letter in range(100)), ""

    with system(drips) as (address, _heard):
        owing(home, address)
        began = time.monotonic()
        work(NO)
    assert time.monotonic() - began < 3


def test_in_the_demonstration_nothing_leaves_the_house(home):
    with system() as (address, heard):
        owing(home, address)
        assert (recalling.work(at=NO), heard) == (1, [])
    assert Recall.objects.get().acknowledged_at is None


@pytest.mark.parametrize(
    "address",
    [
        "http://partner.example/in", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.8/in", "https://192.168.1.1/",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://224.0.0.1/", "https://[::1]/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/", "https://2130706433/", "https://0x7f.1/",
        "https://127.1/", "https://intranet/", "https://me:pass@partner.example/", "https://partner.example/#part",
        "https://partner.example:0/", "https://partner.example:99999/", "https://[::1/", "https:///in", "ftp://partner.example/",
        "https://partner.example/a b", "https://partner.example\\@10.0.0.1/", "https://пример.example/", "partner.example", "//x",
        "https://partner.example/" + "x" * 200,
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_the_open_internet_is_not_entered(home, address):
    told = {"gives": False, "takes": True, "names_us": "", "purposes": ["partner_share"], "secret": SECRET}
    with pytest.raises(PartnerRefused, match="hook"):
        partners.enter(said(**told, hook=address), by=home.chen, at=house.NOON)
    assert PartnerHook.objects.count() == 0


@pytest.mark.parametrize("address", ["https://partner.example/in?a=1", "https://partner.example:8443/", "https://8.8.8.8/"])
def test_any_other_is(home, address):
    assert taker(home, hook=address, secret=SECRET).hook.address == address


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": ""}, "secret"), ({"secret": "x" * 31}, "secret"), ({"secret": "x" * 129}, "secret"),
        ({"secret": "x" * 32 + " "}, "secret"), ({"secret": "密" * 40}, "secret"), ({"hook": ""}, "secret"),
        ({"takes": False, "gives": True, "names_us": "允诺", "purposes": ["phone_contact"]}, "hook"),
    ],
)  # fmt: skip
def test_address_and_secret_go_together_and_only_where_people_are_passed_on(home, changes, code):
    told = {"gives": False, "takes": True, "names_us": "", "purposes": ["partner_share"], "secret": SECRET}
    with pytest.raises(PartnerRefused, match=code):
        partners.enter(said(**{"hook": "https://partner.example/"} | told | changes), by=home.chen, at=house.NOON)


@pytest.mark.parametrize("found", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.5", "fd00::1"])
def test_a_name_that_leads_inside_later_is_called_by_nobody(home, monkeypatch, caplog, found):
    """The name was looked at when it was entered, and leads elsewhere now: it is looked up once, and that is what counts."""
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    inside = (socket.AF_INET6 if ":" in found else socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, 443))
    called = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: [public, inside])
    monkeypatch.setattr(socket.socket, "connect", lambda _line, where: called.append(where))
    hook = taker(home, hook="https://partner.example/", secret=SECRET).hook
    with caplog.at_level(logging.ERROR):
        assert hooks.tell(hook, {"id": "1"}) == hooks.Heard(taken=False)
    assert (called, caplog.messages) == ([], ["a recipient was not told: NotPublic"])


def test_what_was_looked_up_is_what_is_called(monkeypatch):
    """No second look: what the name leads to a moment later does not matter."""
    asked, called = [], []

    def lookup(*place, **_more):
        asked.append(place)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 8443))]

    def call(_line, where):
        called.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", call)
    with pytest.raises(ConnectionRefusedError):
        lines.connect_outside("https://partner.example:8443/in", seconds=1).connect()
    assert (asked, called) == ([("partner.example", 8443)], [("93.184.216.34", 8443)])


def test_outside_development_this_machine_is_nobody_who_is_told(home):
    with system() as (address, heard):
        row = owing(home, address)
        with override_settings(DEMO=False, DEBUG=False):
            assert recalling.work(at=NO) == 0
    row.refresh_from_db()
    assert (heard, row.told_at, tries()) == ([], None, [("hook", "failed")])


SENT = {
    "name": "示范合作保险经纪有限公司", "contact": "privacy@haisheng.example", "ways": ["takes"], "purposes": ["partner_share"],
    "categories": ["name", "mobile"], "method": "加密传输", "agreement": "HT-9", "agreed_on": "2026-01-05",
    "assessed_on": "2026-01-04", "valid_until": "2026-12-31", "hook": "https://partner.example/in", "secret": SECRET,
}  # fmt: skip


def test_one_enters_it_with_the_partner_another_approves_and_no_page_shows_the_secret(home):
    with time_machine.travel(house.NOON, tick=False):
        chen, zhao = signed_in(home.chen), signed_in(home.zhao)
        answer = chen.post("/partners/new/", SENT)
        assert answer.status_code == 302
        pages = [client.get(answer["Location"]).content.decode() for client in (chen, zhao)]
        assert [("https://partner.example/in" in page, SECRET in page) for page in pages] == [(True, False)] * 2
        pk = PartnerHook.objects.get().pk
        assert (zhao.post(f"/partners/{pk}/approve/").status_code, recalling.road(PartnerHook.objects.get().partner)) == (
            302,
            "hook",
        )
    hook = PartnerHook.objects.get()
    assert (SECRET.encode() in bytes(hook.secret.blob), SECRET in repr(vars(hook)), persons.alive([pk])) == (False, False, {pk})
    assert SECRET not in str(list(Entry.objects.values())) + repr(said(secret=SECRET, hook="https://partner.example/"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"hook": "https://10.0.0.1/"}, "hook", "of the open internet"),
        ({"ways": ["gives"], "names_us": "允诺", "purposes": ["phone_contact"]}, "hook", "only where we pass people on"),
        ({"secret": ""}, "secret", "fill in both, or neither"),
        ({"hook": ""}, "hook", "fill in both, or neither"),
        ({"secret": "short"}, "secret", "32 to 128 letters, digits or signs, and no spaces"),
        ({"secret": "x" * 129}, "secret", "too long"),
        ({"hook": f"https://partner.example/{house.WANG}"}, "hook", "leave phone numbers out"),
    ],
)
def test_what_is_wrong_gets_a_sentence_at_its_field_and_nothing_is_kept_or_sent_back_of_the_secret(home, changes, field, words):
    with time_machine.travel(house.NOON, tick=False):
        answer = signed_in(home.chen).post("/partners/new/", SENT | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    page = answer.content.decode()
    assert (words in page, SECRET in page, PartnerHook.objects.count()) == (True, False, 0)


def test_its_key_is_nobodys_only_where_the_partner_was_not_entered(home):
    pk = taker(home, hook="https://partner.example/", secret=SECRET).pk
    with pytest.raises(PartnerRefused, match="twice"):
        taker(home, hook="https://partner.example/", secret=SECRET)
    later = house.NOON + 2 * HOUR
    with time_machine.travel(later, tick=False):
        assert leftovers.clear(by=house.BY, at=later) == 1
    assert persons.alive([pk]) == {pk}


def test_a_secret_that_does_not_open_is_a_try_that_failed(home):
    with system() as (address, heard):
        owing(home, address)
        persons.destroy_keys([PartnerHook.objects.get().pk])
        assert (work(NO), heard, tries()) == (0, [], [("hook", "failed")])
    recalls.note(recall=Recall.objects.get().pk, way="letter", said_on=NO.date(), by=home.chen, at=NO)
    assert Recall.objects.get().way == "letter"
