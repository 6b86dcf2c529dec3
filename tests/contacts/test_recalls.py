"""A withdrawal is passed on to whoever the person was passed on to: told once, acknowledged, and louder after a day (D10)."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings

from audit.models import Entry
from audit.trail import Self_
from consent import gate, partners, recalls, suppression
from consent.models import Consent, Partner, Recall, RecallAttempt
from contacts import erase, passed_on, recalling, replies, sweep, tasks, withdrawal
from contacts.models import Contact
from crm import today
from tests import house
from tests.contacts.sheetwork import signed_in, taker
from tests.contacts.test_passed_on import enter
from tests.refusals.test_recalls import SHARE, passed, says_no, shares
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NO = house.NOON + HOUR
LATE = NO + 24 * HOUR
MAILBOX = "privacy@haisheng.example"
LINK = re.compile(r"https://[\w.-]+(/w/[\w-]{20,}/heard/)")


@pytest.fixture
def home():
    return house.build()


def owing(home, number=house.WANG, event=None):
    """Somebody was passed on, and withdraws an hour later."""
    passing = passed(home, number, event)
    says_no(passing.subject_id, SHARE, at=NO)
    return Recall.objects.get(passing=passing)


def work(at):
    """What the worker does, of an office that is no demonstration."""
    with override_settings(DEMO=False):
        return recalling.work(at=at)


def link():
    return LINK.search(mail.outbox[-1].body)[1]


def tile(home, at, user=None):
    return [
        (t.count, t.tone) for t in today.tiles(user or home.chen, at=at) if "silent" in str(t.label) or "未确认" in str(t.label)
    ]


def stop(road, home, person, at):
    """One of the roads by which somebody says no, or leaves."""
    told = {"subject": person, "at": at}
    if road == "button":
        withdrawal.withdraw(**told, scope=None, method="link", reason="withdrawal", by=Self_(person))
    elif road == "staff":
        withdrawal.withdraw(**told, scope=SHARE, method="spoken", reason="call", by=home.li)
    elif road == "wrong number":
        withdrawal.withdraw(**told, scope=None, method="spoken", reason="wrong_number", by=home.li)
    elif road == "another book":
        other = house.arrive(home.far, house.WANG, at=at - MINUTE)[0].subject_id
        withdrawal.withdraw(subject=other, scope=None, method="link", reason="withdrawal", by=Self_(other), at=at)
    elif road == "text message":
        replies.receive(digits=phone.normalise(house.WANG).digits, text="TD", at=at)
    elif road == "own page":
        with time_machine.travel(at, tick=False):
            assert enter("en").post("/me/stop/", {"only": "partner_share/share"}).status_code == 302
    else:
        erase.one(person, by=home.chen, at=at)


@pytest.mark.parametrize("road", ["button", "staff", "wrong number", "another book", "text message", "own page", "erased"])
def test_by_whatever_road_somebody_goes_the_recipient_is_told_by_the_reference_alone(home, road):
    """
    12:00 Wang is passed on -> nobody is told of anything
    13:00 Wang says no, or leaves
    13:01 the recipient has a message: the reference, and neither name nor number
    """
    passing = passed(home)
    assert (work(NO - MINUTE), mail.outbox) == (0, [])
    stop(road, home, passing.subject_id, NO)
    assert work(NO + MINUTE) == 1
    [message] = mail.outbox
    assert (message.to, str(passing.pk) in message.body) == ([MAILBOX], True)
    assert all(word not in message.body for word in ("王小诺", house.WANG, house.WANG[-4:], str(passing.subject_id)))
    assert ("同意已撤回，请确认" in message.subject, "please acknowledge" in message.subject) == (True, True)
    assert len(set(LINK.findall(message.body))) == 1
    row = Recall.objects.get()
    assert (row.told_at, row.tries, row.acknowledged_at) == (NO + MINUTE, 1, None)
    assert work(NO + 30 * HOUR) == 0  # told once, however long they are silent
    assert len(mail.outbox) == 1
    acts = Entry.objects.filter(subject=passing.subject_id, act__startswith="recall.").order_by("seq")
    assert list(acts.values_list("act", flat=True)) == ["recall.sent", "recall.told"]


def test_whom_the_sweep_takes_when_their_time_is_over_is_a_word_too(home):
    """
    2026-03-02 Wang is passed on, and never says a word again
    a year later every yes is over: while Wang is here nothing is owed; the night after, the sweep takes Wang
    """
    passing = passed(home)
    end = Contact.objects.get(pk=passing.subject_id).delete_on
    assert sweep.run(by=house.BY, at=end - HOUR).deleted == 0
    assert Recall.objects.count() == 0
    assert sweep.run(by=house.BY, at=end + HOUR).deleted == 1
    assert list(Recall.objects.values_list("passing", "why", "opened_at")) == [(passing.pk, "tombstone", end + HOUR)]


def test_a_try_is_on_record_before_it_goes_and_another_follows_after_a_while(home, monkeypatch):
    """
    13:00 the mail server is away -> on record as failed; at 13:04 nothing, at 13:05 the next try
    13:05 it is there -> told, and no third
    """
    row = owing(home)
    seen = []

    def away(_message):
        seen.append(list(RecallAttempt.objects.values_list("outcome", "at")))
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", away)
        assert work(NO) == 0
    assert seen == [[("going", NO)]]
    assert list(RecallAttempt.objects.values_list("via", "outcome", "ended_at")) == [("mail", "failed", NO)]
    assert (work(NO + 4 * MINUTE), work(NO + 5 * MINUTE), work(NO + HOUR)) == (0, 1, 0)
    row.refresh_from_db()
    assert (row.tries, row.told_at) == (2, NO + 5 * MINUTE)
    assert [str(pause) for pause in recalls.PAUSES] == [
        "0:05:00",
        "0:15:00",
        "1:00:00",
        "4:00:00",
        "12:00:00",
        "1 day, 0:00:00",
    ]


def test_a_worker_that_dies_on_the_way_leaves_a_try_without_an_end_and_the_next_is_not_lost(home):
    row = owing(home)
    assert recalls.claim("mail", recall=row.pk, at=NO) is not None  # and there it dies
    assert recalls.claim("mail", recall=row.pk, at=NO) is None  # nobody else takes it meanwhile
    assert work(NO + 5 * MINUTE) == 1
    assert list(RecallAttempt.objects.values_list("outcome", flat=True)) == ["going", "told"]


def test_however_many_there_are_each_is_told_and_none_is_left_out_of_sight(home, monkeypatch):
    """
    a round tells two at most, a page lists two; five withdraw within an hour
    13:00, 13:01, 13:02 -> two, two and one are told, and nobody twice
    the page lists the oldest two and says that three more wait; of whoever is acknowledged the next takes the place
    """
    monkeypatch.setattr(recalling, "BATCH", 2)
    monkeypatch.setattr(recalls, "MOST", 2)
    rows = [owing(home, f"1380000{number}") for number in (1234, 1235, 1236, 1237, 1238)]
    assert [work(NO + minute * MINUTE) for minute in range(4)] == [2, 2, 1, 0]
    told = [message.body for message in mail.outbox]
    assert [sum(str(row.pk) in body for body in told) for row in rows] == [1] * 5
    oldest, chen = list(Recall.objects.order_by("opened_at", "passing").values_list("pk", flat=True)), signed_in(home.chen)

    def listed():
        page = chen.get(f"/partners/{rows[0].partner_id}/")
        waits = re.search(r"(\d) more waits?\.", page.content.decode())
        open_ = [owed.recall.pk for owed in page.context["recalls"] if owed.recall.acknowledged_at is None]
        return open_, int(waits[1]) if waits else 0

    for done in range(4):
        assert listed() == (oldest[done : done + 2], max(3 - done, 0))
        recalls.note(recall=oldest[done], way="mail", said_on=NO.date(), by=home.chen, at=NO + HOUR)
    assert listed() == (oldest[4:], 0)


def test_the_clock_of_the_tasks_tells_them(home):
    owing(home)
    with time_machine.travel(NO + MINUTE, tick=False):
        tasks.tell_recipients()
    assert Recall.objects.get().told_at == NO + MINUTE


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["确认撤回", "对方", "谢谢", "链接无效"]),
        ("en", ["Acknowledge a withdrawal", "", "Thank you", "opens nothing"]),
    ],
)
def test_one_tap_on_the_link_acknowledges_once_and_a_look_does_not(home, language, words):
    row = owing(home)
    work(NO)
    visitor = Client(HTTP_ACCEPT_LANGUAGE=language)
    asked, guessed = visitor.get(link()), visitor.get("/w/guess-guess-guess-guess/heard/")
    row.refresh_from_db()
    assert (asked.status_code, words[0] in asked.content.decode(), row.acknowledged_at) == (200, True, None)
    strip = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|/w/[\w-]+/heard/')
    assert strip.sub("", asked.content.decode()) == strip.sub("", guessed.content.decode())
    with time_machine.travel(NO + HOUR, tick=False):
        heard = visitor.post(link())
    assert (heard.status_code, words[2] in heard.content.decode()) == (200, True)
    row.refresh_from_db()
    assert (row.way, row.acknowledged_at) == ("link", NO + HOUR)
    again, unknown = visitor.post(link()), visitor.post("/w/guess-guess-guess-guess/heard/")
    assert (again.status_code, unknown.status_code, words[3] in again.content.decode()) == (404, 404, True)
    assert strip.sub("", again.content.decode()) == strip.sub("", unknown.content.decode())
    acts = list(Entry.objects.filter(act="recall.acknowledged").values_list("subject", flat=True))
    assert acts == [row.subject_id]


def test_the_link_of_every_message_opens_and_no_code_is_kept(home):
    owing(home)
    work(NO)
    code = link().split("/")[2]
    assert code not in repr(list(RecallAttempt.objects.values())) + repr(list(Entry.objects.values_list("leaf")))
    assert code not in repr(recalls.Told(Recall.objects.get(), RecallAttempt.objects.get(), code))


def test_after_a_day_of_silence_it_stands_first_and_red_and_nobody_new_goes_there(home):
    """
    13:00 Wang withdraws; until 13:00 the next day the recipient may still be silent
    then it is red on compliance's first page, first in the register, and Zhou is not passed on to it
    the recipient taps -> quiet, and Zhou is
    """
    owing(home)
    work(NO)
    zhou = house.arrive(home.far, house.ZHOU, channels=("call", "share"))[0].subject_id
    assert (tile(home, LATE - MINUTE), tile(home, LATE)) == ([], [(1, "bad")])
    assert [tile(home, LATE, user) for user in (home.li, home.zhao, home.sun)] == [[], [], []]
    counts = {zhou: gate.Usage()}
    early, late = (gate.peek_many([zhou], "share", by=home.he, at=at, usage=counts)[zhou] for at in (LATE - MINUTE, LATE))
    assert (early.reason, late.reason) == ("allowed", "recipient_owes")
    refused = shares(home, zhou, at=LATE)
    assert (refused.allowed, refused.reason, refused.partner, gate.explain(refused.pk).agrees) == (
        False, "recipient_owes", None, True,
    )  # fmt: skip
    taker(home, agreement="HT-99")  # a new agreement with the same partner frees nobody
    assert shares(home, zhou, at=LATE).reason == "recipient_owes"
    with time_machine.travel(LATE, tick=False):
        page = signed_in(home.chen).get("/partners/")
        assert [(p.agreement, p.owes) for p, _s, _b in page.context["partners"]] == [("HT-9", True), ("HT-99", False)]
        assert "owes its word about a withdrawal" in page.content.decode()
        assert Client().post(link()).status_code == 200
    assert (tile(home, LATE), shares(home, zhou, at=LATE).allowed) == ([], True)


def test_compliance_reads_each_try_and_enters_by_hand_what_they_said(home):
    row = owing(home)
    work(NO)
    address = f"/partners/withdrawals/{row.pk}/"
    with time_machine.travel(LATE + HOUR, tick=False):
        chen = signed_in(home.chen)
        page = chen.get(f"/partners/{row.partner_id}/")
        assert (str(row.pk)[:8] in page.content.decode(), address in page.content.decode()) == (True, True)
        assert [(owed.recall, owed.late, owed.references) for owed in page.context["recalls"]] == [(row, True, [row.pk])]
        page = chen.get(address).content.decode()
        assert ("handed over" in page, "王小诺" in page, "1234" in page) == (True, False, False)
        for wrong in (
            {"way": "", "said_on": "2026-03-03"}, {"way": "link", "said_on": "2026-03-03"}, {"way": "mail", "said_on": ""},
            {"way": "mail", "said_on": "2026-03-01"}, {"way": "mail", "said_on": "2026-03-04"}, {},
        ):  # fmt: skip
            answer = chen.post(address, wrong)
            assert (answer.status_code, answer.context["form"].data.get("way")) == (400, wrong.get("way"))
        assert chen.post(address, {"way": "telephone", "said_on": "2026-03-03"}).status_code == 302
        row.refresh_from_db()
        assert (row.way, row.said_on.isoformat(), row.noted_by) == ("telephone", "2026-03-03", home.chen)
        assert chen.post(address, {"way": "mail", "said_on": "2026-03-03"}).status_code == 400  # once
        assert "by telephone" in chen.get(address).content.decode()
        assert Client().post(link()).status_code == 404
    entry = Entry.objects.get(act="recall.acknowledged")
    assert (entry.actor, entry.subject) == (home.chen.pk, row.subject_id)
    assert tile(home, LATE + HOUR) == []


@pytest.mark.parametrize("name", ["li", "wu", "zhao", "sun"])
def test_nobody_but_compliance_looks_or_notes(home, name):
    row, user = owing(home), getattr(home, name)
    address = f"/partners/withdrawals/{row.pk}/"
    client = signed_in(user)
    assert (client.get(address).status_code, client.post(address, {"way": "mail"}).status_code) == (403, 403)
    with pytest.raises(recalls.RecallRefused, match="role"):
        recalls.note(recall=row.pk, way="mail", said_on=NO.date(), by=user, at=NO)
    assert address not in signed_in(home.zhao).get(f"/partners/{row.partner_id}/").content.decode()
    for code, told in (("way", {"way": "link"}), ("day", {"said_on": LATE.date()})):
        with pytest.raises(recalls.RecallRefused, match=code):
            recalls.note(recall=row.pk, **{"way": "mail", "said_on": NO.date()} | told, by=home.chen, at=NO)


def test_whom_no_program_reaches_is_told_by_hand_and_the_page_says_so(home):
    taker(home, contact="上海市浦东新区世纪大道 1 号")
    row = owing(home)
    assert (work(NO), mail.outbox) == (0, [])
    assert list(RecallAttempt.objects.values_list("via", "outcome")) == [("nowhere", "failed")]
    page = signed_in(home.chen).get(f"/partners/withdrawals/{row.pk}/").content.decode()
    assert "No program can reach them: tell them by hand." in page
    recalls.note(recall=row.pk, way="letter", said_on=NO.date(), by=home.chen, at=NO + HOUR)
    assert work(LATE) == 0
    assert RecallAttempt.objects.count() == 1


def test_an_agreement_that_ended_since_is_told_all_the_same(home):
    passing = passed(home)
    partners.end(partner_id=passing.partner_id, by=home.chen, at=house.NOON)
    says_no(passing.subject_id, SHARE, at=NO)
    assert (work(NO), Partner.objects.get().ended_at is None) == (1, False)


def test_in_the_demonstration_nothing_leaves_the_house(home):
    owing(home)
    assert (recalling.work(at=NO), mail.outbox, Recall.objects.get().told_at) == (1, [], NO)


def test_who_has_answered_before_our_message_went_out_is_not_said_to_be_untold(home):
    passing = passed(home)
    says_no(passing.subject_id, SHARE, at=NO)
    recalls.note(recall=passing.pk, way="mail", said_on=NO.date(), by=home.chen, at=NO + MINUTE)
    with time_machine.travel(NO + 2 * MINUTE, tick=True):
        phone = enter("zh-hans")
        pages = [phone.get(path).content.decode() for path in ("/me/", "/me/copy/")]
    assert [("尚未告知" in page, "对方已确认" in page) for page in pages] == [(False, True)] * 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "not told yet that you withdrew",
                "told that you withdrew",
                "they have not acknowledged it yet",
                "they know of it",
            ),
        ),
        ("zh-hans", ("尚未告知其您已撤回", "已告知其您已撤回", "对方尚未确认", "对方已确认")),
    ],
)
def test_the_person_reads_whether_they_were_told_and_have_answered(home, language, words):
    passing = passed(home)
    with time_machine.travel(house.NOON + MINUTE, tick=False):
        page = enter(language).get("/me/").content.decode()
    assert all(word not in page for word in words)
    says_no(passing.subject_id, SHARE, at=NO)

    def shown(at):
        with time_machine.travel(at, tick=True):
            phone = enter(language)
            page, copy = phone.get("/me/").content.decode(), phone.get("/me/copy/").content.decode()
            [record] = phone.get("/me/copy.json").json()["records"]
        told = [[word in text.replace(words[0], "-") for word in words[1:]] for text in (page, copy)]
        assert (told[0], words[0] in page) == (told[1], words[0] in copy)
        return [words[0] in page, *told[0]], record["passed_to"][0]["withdrawal"]

    assert shown(NO + MINUTE) == ([True, False, True, False], {"told": "", "acknowledged": ""})
    work(NO + MINUTE)
    assert shown(NO + 20 * MINUTE)[0] == [False, True, True, False]
    recalls.note(recall=passing.pk, way="mail", said_on=NO.date(), by=home.chen, at=NO + 21 * MINUTE)
    assert shown(NO + 40 * MINUTE) == (
        [False, True, False, True], {"told": "2026-03-02T05:01:00Z", "acknowledged": "2026-03-02T05:21:00Z"},
    )  # fmt: skip


def test_it_outlives_the_person_without_a_word_about_them(home):
    row = owing(home)
    erase.one(row.subject_id, by=home.chen, at=NO + HOUR)
    assert not Contact.objects.filter(pk=row.subject_id).exists()
    assert (work(NO + HOUR), Client().post(link()).status_code) == (1, 200)
    row.refresh_from_db()
    assert (row.way, suppression.standing_of(row.subject_id)[0]) == ("link", False)


def test_how_many_questions_the_pages_and_the_gate_ask(home, django_assert_num_queries):
    row = owing(home)
    second = shares(home, house.arrive(home.far, house.ZHOU, channels=("call", "share"))[0].subject_id)
    with time_machine.travel(NO, tick=False):
        chen = signed_in(home.chen)
        for address, count in ((f"/partners/{row.partner_id}/", 7), (f"/partners/withdrawals/{row.pk}/", 5), ("/partners/", 4)):
            chen.get(address)
            with django_assert_num_queries(count, info=address):
                chen.get(address)
    heads = list(Consent.objects.filter(pk=second.consent_id).select_related("notice_version"))
    with django_assert_num_queries(2):
        [gone] = passed_on.to_whom([second], heads)
    assert gone.recall is None
