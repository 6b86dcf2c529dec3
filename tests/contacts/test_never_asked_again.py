"""After a no nobody asks again, by no road and on no day; only the person begins anew, by their own form and code (C11).

The law would let an office ask once more after 180 days, by another channel. This house holds the stricter rule.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.trail import Self_
from consent import ledger, states
from consent.ledger import Ask
from consent.models import Consent, Handle, SmsMessage
from contacts import asking_later, erase, reminding, telling, withdrawal
from contacts.intake import asserting, inviting, visiting
from contacts.models import Contact
from contacts.offline import asking
from tests import house
from tests.contacts import sheetwork
from tests.contacts.tablet import Tablet
from tests.contacts.test_reminding import meet
from tests.shared import undone
from vault import index, phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = house.NOON + HOUR
CALL = {("phone_contact", "call")}
NOES = {  # how the person said it: to everything, in a call, or to the one purpose they had agreed to
    "stop everything": {"scope": None, "method": "link", "reason": "withdrawal"},
    "in a call": {"scope": None, "method": "spoken", "reason": "call"},
    "one purpose": {"scope": CALL, "method": "own_page", "reason": "withdrawal"},
}


@pytest.fixture
def home(settings):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*", "crm.example.cn"]
    return house.build()


def say_no(home, how, *, gone, at):
    """Wang agrees to calls, then says no; and is perhaps erased the moment after."""
    subject = house.arrive(home.event, house.WANG, at=at - HOUR)[0].subject_id
    withdrawal.withdraw(subject=subject, **NOES[how], by=Self_(subject), at=at)
    if gone:
        erase.one(subject, by=home.chen, at=at)
    return subject


def invite(contact, *, by, at):
    try:
        inviting.invite(contact=contact, link="https://crm.example.cn/e/fair/", by=by, at=at)
    except inviting.InviteRefused:
        return


def note(home, number, at):
    """Li notes the number and invites."""
    contact, _new = asserting.quick(event=home.event, name="王小诺", number=phone.normalise(number), by=home.li, at=at)
    invite(contact, by=home.li, at=at)


def note_elsewhere(home, number, at):
    """He, in another team, notes the number and invites."""
    contact, _new = asserting.quick(event=home.far, name="王小诺", number=phone.normalise(number), by=home.he, at=at)
    invite(contact, by=home.he, at=at)


def sheet(home, number, at):
    """A sheet says they agreed, and whoever it brought in is invited."""
    before = set(Contact.objects.values_list("pk", flat=True))
    sheetwork.commit(sheetwork.bring(home, sheetwork.text([["王小诺", number, "是"]]), at=at), at=at)
    for contact in Contact.objects.select_related("event").exclude(pk__in=before):
        invite(contact, by=home.li, at=at)


def offline(home, number, at):
    """Somebody types the number into a prepared tablet, and it hands in."""
    tablet = Tablet(home, at=at - 2 * HOUR)
    tablet.hand_in(tablet.fill(number, at=at - HOUR), at=at)
    asking.work(at=at)


def staff_ask(home, number, at):
    """Li asks anew on the record itself, and invites."""
    for head in Consent.objects.filter(subject__in=_known(number)).exclude(state="tombstone"):
        tick = home.event.ticks.get(tick__purpose=head.purpose_id, tick__channel=head.channel).tick
        ledger.request([Ask(head.subject_id, tick, "quick")], language="zh", by=home.li, at=at)
        if head.state in states.NOES:
            with pytest.raises(states.TransitionRefused), transaction.atomic():
                ledger.apply([ledger.Step(head, "requested", "form", head.grade)], by=home.li, at=at)
    for contact in Contact.objects.select_related("event").filter(pk__in=_known(number)):
        invite(contact, by=home.li, at=at)


def _known(number):
    rows = Handle.objects.filter(fingerprint=index.fingerprint(str(phone.normalise(number).digits)))
    return list(rows.values_list("subject", flat=True))


def clocks(home, number, at):
    """Everything that writes by itself."""
    for work in (reminding.work, asking_later.work, asking.work, telling.work):
        work(at=at)


ASKS = {"note": note, "elsewhere": note_elsewhere, "sheet": sheet, "offline": offline}  # each reaches a stranger once
ROADS = ASKS | {"staff": staff_ask, "clocks": clocks}


def messages():
    return SmsMessage.objects.count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    how=st.sampled_from(sorted(NOES)),
    road=st.sampled_from(sorted(ROADS)),
    gone=st.booleans(),
    day=st.integers(1, 179),
    hour=st.integers(0, 7),
)
def test_from_day_1_to_day_179_no_road_asks_whoever_said_no(home, how, road, gone, day, hour):
    """However they said it, whatever the road, erased or kept: nothing goes out, and the no stands (C11)."""
    with undone():
        subject = say_no(home, how, gone=gone, at=house.NOON)
        at, before = house.NOON + day * DAY + hour * HOUR, messages()
        ROADS[road](home, house.WANG, at)
        state = "tombstone" if gone else "withdrawn"
        assert (messages() - before, Consent.objects.get(subject=subject).state) == (0, state)


@pytest.mark.parametrize("road", ASKS)
def test_the_same_roads_do_ask_somebody_who_never_said_no(home, road):
    """So that silence above is the no's doing: Qian gets the one invitation by each of them (C8, C11)."""
    ASKS[road](home, house.QIAN, house.NOON + 179 * DAY)
    assert list(SmsMessage.objects.values_list("template", flat=True)) == ["invite"]


@pytest.mark.parametrize("how", [None, *NOES])
def test_a_wish_to_be_asked_later_ends_with_a_no_through_another_book(home, how):
    """They put it off in one book, and said no in another before the day: nobody asks; without the no, once (C11)."""
    at = house.NOON + 3 * DAY
    sent, _none = house.arrive(home.far, house.WANG, confirm=False)
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    assert visiting.put_off(submission=sent, code=code, ask_on=at, language="zh-hans", at=house.NOON)
    if how:
        say_no(home, how, gone=False, at=at - DAY)
    before = messages()
    assert (asking_later.work(at=at), messages() - before) == ((0, 0) if how else (1, 1))


def test_who_decides_later_in_one_book_is_not_invited_by_another(home):
    """The day is theirs: nobody else asks before it (C11)."""
    sent, _none = house.arrive(home.event, house.WANG, confirm=False)
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    assert visiting.put_off(submission=sent, code=code, ask_on=None, language="zh-hans", at=house.NOON)
    before = messages()
    note_elsewhere(home, house.WANG, house.NOON + DAY)
    assert messages() == before


def test_a_no_to_text_messages_alone_is_a_no_to_asking_by_text_message(home):
    """The invitation is a text message itself, whatever it asks for (C11)."""
    subject = house.arrive(home.event, house.WANG, channels=("sms",))[0].subject_id
    withdrawal.withdraw(subject=subject, scope={("sms_info", "sms")}, method="link", reason="x", by=Self_(subject), at=LATER)
    before = messages()
    note_elsewhere(home, house.WANG, LATER + DAY)
    assert messages() == before


@pytest.mark.parametrize("no", [False, True])
def test_nobody_is_reminded_of_what_they_refused_through_another_book(home, no):
    """Two books, a yes in each; a no to one purpose in the one stops the reminder of the other (C10, C11)."""
    wang = meet(home, house.WANG)
    far = house.arrive(home.far, house.WANG)[0].subject_id
    if no:
        withdrawal.withdraw(subject=far, scope=CALL, method="link", reason="withdrawal", by=Self_(far), at=LATER)
    end, before = Consent.objects.get(subject=wang, channel="call").valid_until, messages()
    assert (reminding.work(at=end - 10 * DAY), messages() - before) == ((0, 0) if no else (1, 1))


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("how", NOES)
def test_their_own_form_and_code_begin_anew(home, how, gone):
    """On day 10 they come by themselves: given, and from then on others may ask as they may ask anybody (C11, H8)."""
    say_no(home, how, gone=gone, at=house.NOON)
    sent, receipt = house.arrive(home.event, house.WANG, at=house.NOON + 10 * DAY)
    assert (receipt is not None, Consent.objects.get(subject=sent.subject_id).state) == (True, "given")
    before = messages()
    note_elsewhere(home, house.WANG, house.NOON + 11 * DAY)
    assert messages() - before == 1


def test_a_form_typed_by_somebody_else_begins_nothing(home):
    """Without the code from their phone the no stands, and so does the silence (C11)."""
    say_no(home, "one purpose", gone=True, at=house.NOON)
    house.arrive(home.event, house.WANG, confirm=False, at=house.NOON + 10 * DAY)
    before = messages()
    staff_ask(home, house.WANG, house.NOON + 11 * DAY)
    note_elsewhere(home, house.WANG, house.NOON + 11 * DAY)
    assert messages() == before


@pytest.mark.parametrize("how", NOES)
def test_whoever_invites_hears_the_same_whether_or_not_there_was_a_no(home, how):
    """The answer to the invitation and what is kept of it for staff do not differ (C11; design, rule 6)."""
    say_no(home, how, gone=True, at=house.NOON)
    at, heard = house.NOON + DAY, []
    for number in (house.WANG, house.QIAN):
        contact, new = asserting.quick(event=home.far, name="x", number=phone.normalise(number), by=home.he, at=at)
        invite(contact, by=home.he, at=at)
        heard.append((new, inviting.invited([contact.pk]) == {contact.pk}))
    assert heard == [(True, True)] * 2
