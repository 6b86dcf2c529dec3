"""Receipts come in (N1): only what a trusted key signed, kept as proof, a no heard, a yes opening nothing, twice being once."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import Entry
from audit.trail import Self_
from consent import notices, states, suppression
from consent.models import Consent, ConsentEvent, Handle, KeptReceipt, Subject, Suppression
from consent.receipts import arriving, going_out, iso27560, record, signed
from consent.receipts.record import Event, Item, Receipt
from contacts import erase, receipts_in, withdrawal
from contacts.models import Contact
from tests import house
from tests.proofs.cast import enter
from tests.shared import undone
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)
SITE = "https://crm.example.cn/"
TIMES = st.datetimes(datetime(2024, 1, 1), datetime(2026, 3, 2), timezones=st.just(UTC))
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
STATES = st.sampled_from([s for s in iso27560.STATES if s != "tombstone"])
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.fixture(autouse=True)
def key(settings, tmp_path):
    """A key for receipts of this test's own."""
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    return signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())


@pytest.fixture
def home():
    """Wang agreed to calls and messages."""
    built = house.build()
    built.wang = house.arrive(built.event, house.WANG, channels=("call", "sms"))[0].subject_id
    return built


def given_now(home):
    return record.of(home.wang, language="zh-Hans", site=SITE)


def stopped(home, *, at=LATER):
    """What Wang's receipt says after stopping calls; the house itself has forgotten it, as after a restore."""
    with undone():
        scope = {("phone_contact", "call")}
        withdrawal.withdraw(subject=home.wang, scope=scope, method="link", reason="withdrawal", by=Self_(home.wang), at=at)
        return given_now(home)


def take(home, *receipts, dry=False, at=LATER, key=None):
    shown = [(f"{n}.json", paper(receipt, key)) for n, receipt in enumerate(receipts)]
    return receipts_in.take(shown, event=home.event, by=home.chen, at=at, dry=dry)


def paper(receipt, key=None):
    if isinstance(receipt, bytes):
        return receipt
    return json.dumps(signed.sign(iso27560.write(receipt), key or signing.receipts())).encode()


def codes(verdicts):
    return [(verdict.word, verdict.code, verdict.member) for verdict in verdicts]


def states_of(subject):
    return dict(Consent.objects.filter(subject=subject).values_list("channel", "state"))


def other(receipt, **more):
    return Receipt(**(vars(receipt) | more))


@st.composite
def anybodys(draw):
    """A receipt of somebody, from somewhere."""

    def stamp():
        return record.stamp(draw(TIMES))

    items = []
    for _n in range(draw(st.integers(1, 3))):
        steps = tuple(
            Event(draw(STATES), stamp(), draw(WORDS), draw(WORDS), draw(st.sampled_from("ABCD")), draw(HASHES))
            for _m in range(draw(st.integers(1, 4)))
        )
        given_at = draw(st.sampled_from(["", stamp()]))
        items.append(
            Item(
                str(uuid4()),
                draw(WORDS),
                draw(WORDS),
                draw(st.sampled_from(["call", "sms", "share"])),
                draw(st.sampled_from(["general", "separate", "written"])),
                steps[-1].state,
                draw(WORDS),
                given_at,
                stamp() if given_at else "",
                draw(st.integers(0, 3650)),
                draw(WORDS),
                SITE,
                draw(HASHES),
                tuple(draw(st.lists(WORDS, max_size=3))),
                steps,
            )  # fmt: skip
        )
    controller = {name: draw(WORDS) for name in ("name", "credit_code", "address", "contact")}
    return Receipt(
        str(uuid4()), str(uuid4()), stamp(), draw(st.sampled_from(["en", "zh-Hans"])), SITE, controller, draw(WORDS),
        draw(WORDS), tuple(items),
    )  # fmt: skip


@given(receipts=st.lists(anybodys(), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_a_hundred_receipts_leave_an_empty_office_as_they_came(receipts, tmp_path_factory):
    """N1: exported, taken in where nobody is, exported again: byte for byte the same but for who signed."""
    elsewhere = signing.create(tmp_path_factory.mktemp("key") / "other.key", "other.example/receipts")
    with undone(), pytest.MonkeyPatch.context() as patch:
        home = house.build()
        patch.setattr("django.conf.settings.TRUSTED_RECEIPT_KEYS", [elsewhere.verifier.line()])
        papers = {receipt.receipt_id: paper(receipt, elsewhere) for receipt in receipts}
        assert {verdict.code for verdict in take(home, *papers.values())} == {"kept"}
        out = dict(going_out.files(form="iso", language="en", site=SITE, by=home.chen, at=LATER))
        assert set(out) == {f"{name}-iso.json" for name in papers}
        for name, came in papers.items():
            before, after = json.loads(came), json.loads(out[f"{name}-iso.json"])
            proofs = before.pop("proof"), after.pop("proof")
            assert (signed.canonical(before), proofs[0]["key"] == proofs[1]["key"]) == (signed.canonical(after), False)


def test_what_was_forgotten_in_a_restore_is_heard_from_the_persons_own_receipt(home):
    receipt = stopped(home)
    assert (states_of(home.wang), given_now(home) == receipt) == ({"call": "given", "sms": "given"}, False)
    assert codes(take(home, receipt, dry=True)) == [("ready", "heard", "")]
    assert (states_of(home.wang), KeptReceipt.objects.count()) == ({"call": "given", "sms": "given"}, 0)
    assert codes(take(home, receipt)) == [("ready", "heard", "")]
    assert states_of(home.wang) == {"call": "withdrawn", "sms": "given"}
    last = ConsentEvent.objects.filter(consent__subject=home.wang).latest("recorded_at")
    assert (last.after, last.method, last.recorded_by) == ("withdrawn", "receipt", home.chen)
    assert [row.act for row in Entry.objects.filter(act="receipt.taken")] == ["receipt.taken"]


def test_taken_in_twice_is_once_in_one_import_and_in_two(home):
    receipt = stopped(home)
    assert codes(take(home, receipt, receipt)) == [("ready", "heard", ""), ("ready", "twice", "")]
    steps = ConsentEvent.objects.count()
    kantara = signed.document(receipt, "kantara")
    assert codes(take(home, receipt, kantara)) == [("ready", "known", ""), ("ready", "twice", "")]
    assert (ConsentEvent.objects.count(), KeptReceipt.objects.count()) == (steps, 1)


def test_what_the_ledger_has_already_is_not_kept_a_second_time(home):
    assert codes(take(home, given_now(home))) == [("ready", "known", "")]
    assert KeptReceipt.objects.count() == 0


def test_a_yes_opens_nothing_and_lifts_no_refusal(home):
    """Wang agreed, then refused everything; somebody brings the receipt of the yes."""
    yes = given_now(home)
    withdrawal.withdraw(subject=home.wang, scope=None, method="link", reason="withdrawal", by=Self_(home.wang), at=LATER)
    before = states_of(home.wang), Suppression.objects.filter(lifted_at__isnull=True).count()
    newer = other(yes, receipt_id=str(uuid4()), items=tuple(again(item, LATER + timedelta(hours=1)) for item in yes.items))
    assert codes(take(home, yes, newer, at=LATER + timedelta(hours=2))) == [("ready", "known", ""), ("ready", "kept", "")]
    assert before == ({"call": "withdrawn", "sms": "withdrawn"}, 1)
    assert (states_of(home.wang), Suppression.objects.filter(lifted_at__isnull=True).count()) == before
    assert suppression.subjects_suppressed([home.wang]) == {home.wang}


def again(item, at, state="given"):
    """The same record with one more step."""
    step = Event(state, record.stamp(at), "subject", "link", "A", "e" * 64)
    return Item(**(vars(item) | {"state": state, "events": (*item.events, step)}))


def test_an_older_no_does_not_undo_a_later_yes_and_one_as_new_does(home):
    """Wang said no before agreeing here: their later act counts. A no of the same moment: the more restrictive counts."""
    yes = given_now(home)
    at = Consent.objects.get(subject=home.wang, channel="call").given_at
    early, tie = (
        other(yes, receipt_id=str(uuid4()), items=tuple(again(item, moment, "withdrawn") for item in yes.items))
        for moment in (at - timedelta(seconds=1), at)
    )
    assert codes(take(home, early)) == [("ready", "kept", "")]
    assert set(states_of(home.wang).values()) == {"given"}
    assert codes(take(home, tie)) == [("ready", "heard", "")]
    assert set(states_of(home.wang).values()) == {"withdrawn"}


@given(
    before=st.sampled_from(sorted(states.TABLE)),
    told=st.sampled_from(sorted(iso27560.STATES)),
    yes_at=st.none() | TIMES,
    told_at=TIMES,
)
def test_the_merge_rule_never_opens_anything(before, told, yes_at, told_at):
    """For every state here and every state told: a step of the table, never a yes, never past a later yes (N1)."""
    after = states.heard(before, yes_at, told, told_at)
    assert after == "" or after in states.TELLING & states.TABLE[before]
    if yes_at is not None and told_at < yes_at:
        assert after == ""
    if before in {"given", "renewed"} and told in states.NOES and (yes_at is None or told_at >= yes_at):
        assert after == "withdrawn"


def test_a_no_to_something_that_is_not_here_yet_is_remembered_so_that_nobody_asks(home):
    zhou = house.arrive(home.event, house.ZHOU, channels=("call", "sms"))[0].subject_id
    receipt = record.of(zhou, language="en", site=SITE)
    theirs = other(receipt, principal=str(home.wang), items=tuple(again(i, LATER, "withdrawn") for i in receipt.items))
    share = tuple(Item(**(vars(i) | {"purpose": "partner_share", "channel": "share"})) for i in theirs.items[:1])
    unknown = tuple(Item(**(vars(i) | {"notice_hash": "f" * 64})) for i in share)
    assert codes(take(home, other(theirs, items=unknown))) == [("held", "notice", "records[0].notice_hash")]
    assert (states_of(home.wang), KeptReceipt.objects.count()) == ({"call": "given", "sms": "given"}, 0)
    assert codes(take(home, other(theirs, items=share))) == [("ready", "heard", "")]
    assert states_of(home.wang) == {"call": "given", "sms": "given", "share": "withdrawn"}


def test_of_people_not_here_a_pseudonym_is_kept_and_no_contact(home):
    stranger = other(stopped(home), principal=str(uuid4()))
    counts = [model.objects.count() for model in (Subject, Contact, Handle, Consent, Suppression)]
    assert codes(take(home, stranger)) == [("ready", "kept", "")]
    assert [model.objects.count() for model in (Subject, Contact, Handle, Consent, Suppression)] == counts
    kept = KeptReceipt.objects.get()
    assert (str(kept.principal), kept.event_code, kept.taken_by) == (stranger.principal, "fair", home.chen)


def test_what_was_said_to_another_office_is_no_word_to_this_one(home):
    receipt = stopped(home)
    elsewhere = other(receipt, controller=receipt.controller | {"credit_code": "91310000OTHER0001X"})
    assert codes(take(home, elsewhere)) == [("ready", "kept", "")]
    assert set(states_of(home.wang).values()) == {"given"}
    assert notices.current().content["zh"]["controller"]["credit_code"] == receipt.controller["credit_code"]


def test_who_was_erased_here_does_not_come_back_by_a_receipt(home):
    receipt = stopped(home)
    erase.one(home.wang, by=house.BY, at=LATER)
    assert codes(take(home, receipt)) == [("held", "erased", "pii_principal_id")]
    assert KeptReceipt.objects.count() == 0


def test_who_left_has_no_receipt_any_more_not_even_one_that_was_kept(home):
    take(home, stopped(home))

    def out():
        return len(list(going_out.files(form="iso", language="en", site=SITE, by=home.chen, at=LATER)))

    assert (out(), KeptReceipt.objects.count()) == (2, 1)
    erase.one(home.wang, by=house.BY, at=LATER)
    assert (out(), KeptReceipt.objects.count()) == (0, 1)


def test_only_what_a_trusted_key_signed_and_only_as_it_signed_it(home, settings, tmp_path):
    elsewhere = signing.create(tmp_path / "other.key", "other.example/receipts")
    receipt = other(stopped(home), principal=str(uuid4()))
    document = json.loads(paper(receipt))
    changed = json.dumps(document | {"title": "更大的授权"}).encode()
    shown = [paper(receipt, elsewhere), changed, b"{}", b"\xff", b"x" * 300_000, b'{"proof": {"key": "k", "value": "v"}}']
    assert codes(take(home, *shown)) == [
        ("refused", "elsewhere", "proof.key"), ("refused", "changed", "proof.value"), ("refused", "none", "proof"),
        ("refused", "none", "proof"), ("refused", "large", ""), ("refused", "none", "proof"),
    ]  # fmt: skip
    settings.TRUSTED_RECEIPT_KEYS = [elsewhere.verifier.line(), "not a key"]
    assert codes(take(home, shown[0])) == [("ready", "kept", "")]
    assert (arriving.trusted(), KeptReceipt.objects.get().signed_by) == (
        [signing.receipts().verifier.line(), elsewhere.verifier.line()], elsewhere.verifier.line(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "member"),
    [
        (("pii_principal_id",), "13800001234", "pii_principal_id"),
        (("receipt_id",), {}, "receipt_id"),
        (("created_at",), "2026-03-02", "created_at"),
        (("schema_version",), "x", "schema_version"),
        (("extra",), 1, "extra"),
        (("records",), [], "records"),
        (("records", 0, "state"), "dpv:Nonsense", "state"),
        (("records", 0, "state"), "dpv:ConsentGiven", "records[0].events"),
        (("records", 0, "channels"), ["pigeon"], "records[0].channels"),
        (("records", 0, "notice_hash"), [], "records[0].notice_hash"),
        (("records", 0, "events", 1, "event_time"), "noon", "records[0].events[1].event_time"),
        (("records", 0, "events", 1, "evidence_grade"), "A+", "records[0].events[1].evidence_grade"),
        (("records", 0, "events", 1, "event_hash"), [], "records[0].events[1].event_hash"),
        (("records", 0, "retention_period"), "P1Y", "records"),
        (("records", 0, "lawful_basis"), "pipl:Article13-1-2", "records"),
        (("title",), "a\x00b", "form"),
        (("created_at",), "2036-03-02T04:00:00.000000Z", "created_at"),
    ],
)
def test_what_is_wrong_is_named_by_its_member_and_never_by_its_value(home, path, value, member):
    document = iso27560.write(stopped(home))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    [verdict] = take(home, json.dumps(signed.sign(document, signing.receipts())).encode())
    assert (verdict.word in ("refused", "held"), verdict.member) == (True, member)
    assert KeptReceipt.objects.count() == 0


def test_half_a_surrogate_is_a_changed_receipt_and_no_mishap(home):
    document = json.loads(paper(stopped(home)))
    shown = json.dumps(document | {"title": "\ud800"}).encode()
    assert signed.check(shown).word == "changed"
    assert Client().post("/receipt/check/", {"text": shown.decode()}).status_code == 200


def test_compliance_looks_first_and_then_takes_in(home):
    receipt = stopped(home)

    def sent(**more):
        return {"event": str(home.event.pk), "receipt": SimpleUploadedFile("w.json", paper(receipt)), **more}

    with time_machine.travel(LATER, tick=False):
        chen = enter(home.chen)
        looked = chen.post("/receipts/", sent(check="1")).content.decode()
        assert ("其中的拒绝在此生效" in looked, states_of(home.wang)["call"], KeptReceipt.objects.count()) == (True, "given", 0)
        taken = chen.post("/receipts/", sent(take="1"))
        assert (taken.status_code, states_of(home.wang)["call"]) == (200, "withdrawn")
        assert str(home.wang)[:8] in chen.get("/receipts/").content.decode()
        assert chen.post("/receipts/", {"event": "x"}).status_code == 400
        assert [enter(user).get("/receipts/").status_code for user in (home.li, home.sun, home.zhao)] == [403, 403, 403]


def test_from_the_command_line_out_and_in_again(home, tmp_path, capsys):
    folder = tmp_path / "out"
    call_command("receipts", out=folder)
    [file] = folder.iterdir()
    assert signed.check(file.read_bytes()).word == "genuine"
    with pytest.raises(CommandError, match="not empty|不是空的"):
        call_command("receipts", out=folder)
    (folder / "no.json").write_text("{}")
    (folder / "stopped.json").write_bytes(paper(stopped(home)))
    (folder / "erased.json").write_bytes(
        paper(other(stopped(home), receipt_id=str(uuid4()), created="2036-01-01T00:00:00.000000Z"))
    )
    capsys.readouterr()
    call_command("receipts-import", folder, event="fair", dry_run=True, json=True)
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[-1]) == {"read": 4, "ready": 2, "held": 1, "refused": 1}
    assert (len(lines), KeptReceipt.objects.count(), [line for line in lines if "no.json: refused" in line and "proof" in line] != []) == (
        5, 0, True,
    )  # fmt: skip
    call_command("receipts-import", folder, event="fair", by="chen", json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ready"] == 2
    assert (KeptReceipt.objects.get().taken_by, states_of(home.wang)["call"]) == (home.chen, "withdrawn")
    for wrong in ({"event": "nowhere"}, {"event": "fair", "by": "li"}):
        with pytest.raises(CommandError):
            call_command("receipts-import", folder, **wrong)
    with pytest.raises(CommandError):
        call_command("receipts-import", tmp_path / "nowhere.json", event="fair")


def test_without_a_key_of_ones_own_nothing_is_trusted(home, settings, tmp_path):
    shown = paper(stopped(home))
    settings.RECEIPT_KEY_FILE = tmp_path / "nowhere.key"
    assert (arriving.trusted(), codes(take(home, shown))) == ([], [("refused", "elsewhere", "proof.key")])
