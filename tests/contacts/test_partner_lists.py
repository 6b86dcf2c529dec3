"""Lists from partners: a register by two people, a proof for each row, and whoever is not proven waits (A7, E1)."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import translation

from consent import partners
from consent.models import Consent, ConsentEvent, Evidence
from contacts import importing
from contacts.doors.importing import PROBLEMS
from contacts.importing import committing
from contacts.models import Contact, SheetImport, SheetRow
from tests import house
from tests.contacts import sheetwork
from tests.contacts.sheetwork import PARTNER, US, address, commit, said, seen_by, signed_in, standing, text
from vault import opening

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HEADER = ["姓名", "手机号", "单独同意编号", "同意时间", "同意内容(载明接收方)", "同意方式"]
WORDS = f"向{US}提供姓名与手机号"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def proven(n, **changes):
    row = {"name": "王小诺", "number": f"138{n:04d}{n:04d}", "proof": f"UC-{n:05d}", "day": "2026-02-01", "words": WORDS}
    return [*(row | changes).values(), "APP勾选"]


def bare(n):
    return proven(n, proof="", day="", words="")[:-1] + [""]


def bring(home, rows, partner, *, header=HEADER, at=house.NOON, provenance="partner"):
    told = {"data": text(rows, header), "name": "list.csv", "event": home.event, "by": home.li, "at": at}
    sheet = importing.upload(**told, provenance=provenance, partner=partner)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=at)
    return importing.check(sheet.pk, at=at)


def whys(sheet):
    return {(r.status, r.code): r.count for r in importing.reasons_of(sheet)}


def test_of_a_hundred_with_proof_for_forty_exactly_forty_come_in_and_sixty_wait_with_the_reason():
    home = house.build()
    partner = standing(home)
    sheet = bring(home, [proven(n) if n % 5 in (1, 3) else bare(n) for n in range(100)], partner)
    assert (sheet.read, sheet.ready, sheet.held, sheet.refused) == (100, 40, 60, 0)
    assert whys(sheet) == {("ready", ""): 40, ("held", "partner.proof"): 60}
    assert importing.begin(sheet=sheet, deed="commit", by=home.li, at=house.NOON)
    sheet = importing.commit(sheet.pk, at=house.NOON)
    assert (sheet.done, Contact.objects.count()) == (40, 40)
    assert set(Contact.objects.values_list("source", flat=True)) == {"partner"}
    heads = Consent.objects.values_list("purpose", "channel", "state", "grade", "source").distinct()
    assert list(heads) == [("phone_contact", "call", "asserted", "D", "partner")]
    assert Consent.objects.count() == ConsentEvent.objects.filter(method="partner", actor="staff").count() == 40
    waits = SheetRow.objects.filter(status="held")
    assert (waits.count(), waits.filter(payload__isnull=False).count(), waits.filter(proof__isnull=False).count()) == (
        60,
        60,
        0,
    )
    held = SheetRow.objects.filter(status="held").order_by("number").first()
    assert held.number == 2 and "13800000000" in json.dumps(json.loads(str(opening.open_one(held.payload))))
    assert "0000 0000" not in seen_by(home.li, sheet) and "13800000000" not in seen_by(home.li, sheet)
    importing.purge_due(by=house.BY, at=house.NOON + timedelta(hours=72))
    assert waits.filter(payload__isnull=False).count() == 0
    sheet.refresh_from_db()
    assert (sheet.read, sheet.ready, sheet.held, sheet.file) == (100, 40, 60, None)
    assert Contact.objects.count() == 40


def test_the_proof_of_each_row_is_sealed_with_the_person_and_its_number_is_nowhere_in_the_open():
    home = house.build()
    partner = standing(home)
    sheet = commit(bring(home, [proven(7)], partner))
    [proof] = Evidence.objects.filter(kind="partner")
    told = json.loads(str(opening.open_one(proof.detail)))
    said_of_it = {"number": "UC-00007", "words": WORDS, "way": "APP勾选"}
    assert told == {"sheet": str(sheet.pk), "row": 2, "signed_on": "2026-02-01", "partner": str(partner.pk)} | said_of_it
    row = SheetRow.objects.get(made=True)
    assert (len(row.proof), "UC" in row.proof) == (64, False)


@pytest.mark.parametrize("words", [f"同意向{US}提供姓名，可随时拒绝", f"I agree that {US} calls me; I may refuse at any time"])
def test_that_one_may_refuse_later_is_no_refusal(words):
    home = house.build()
    assert whys(bring(home, [proven(1, words=words)], standing(home))) == {("ready", ""): 1}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"proof": ""}, "partner.proof"),
        ({"proof": "是的同意"}, "partner.proof"),
        ({"proof": "有1"}, "partner.proof"),
        ({"proof": "----1"}, "partner.proof"),
        ({"proof": "13800070007"}, "partner.proof"),
        ({"words": "向合作机构提供个人信息"}, "partner.recipient"),
        ({"words": ""}, "partner.recipient"),
        ({"words": f"本人不同意向{US}提供姓名与手机号"}, "partner.recipient"),
        ({"words": f"同意接收短信；拒绝向{US}提供手机号"}, "partner.recipient"),
        ({"words": f"I do not agree to my data going to {US}"}, "partner.recipient"),
        ({"day": ""}, "partner.day"),
        ({"day": "2026-01-04"}, "partner.day"),
    ],
)
def test_what_proves_nothing_is_held_and_named(changes, why):
    home = house.build()
    sheet = bring(home, [proven(7, **changes), proven(8)], standing(home))
    assert whys(sheet) == {("ready", ""): 1, ("held", why): 1}


def test_a_day_to_come_is_refused_and_one_before_our_notice_is_none_of_our_notices():
    home = house.build()
    partner = standing(home, agreed_on=date(2025, 1, 2))
    sheet = bring(home, [proven(7, day="2026-03-03"), proven(8, day="2025-01-03")], partner)
    assert whys(sheet) == {("ready", ""): 1, ("refused", "date.future"): 1}


def test_one_consent_speaks_for_one_person_in_one_list_and_in_the_next():
    home = house.build()
    partner = standing(home)
    sheet = bring(home, [proven(7), proven(8, proof="uc-００００７")], partner)
    assert whys(sheet) == {("ready", ""): 1, ("held", "partner.twice"): 1}
    waiting = bring(home, [proven(9, proof="UC-00007")], partner)
    assert waiting.ready == 1  # nobody has come in by it yet
    commit(sheet)
    assert whys(bring(home, [proven(10, proof="UC-00007")], partner)) == {("held", "partner.used"): 1}
    late = commit(waiting)
    assert (late.ready, late.held, late.done, Contact.objects.count()) == (0, 1, 0, 1)
    assert whys(late) == {("held", "partner.used"): 1}
    assert whys(bring(home, [proven(11)], partner)) == {("ready", ""): 1}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("why", ["unknown", "waiting", "lapsed", "ended"])
def test_without_an_agreement_that_stands_the_whole_sheet_is_held_and_a_sentence_says_what_to_do(why, language):
    home = house.build()
    partner, at = None, house.NOON
    if why != "unknown":
        partner = partners.enter(said(valid_until=date(2026, 3, 2)), by=home.chen, at=house.NOON)
    if why in ("lapsed", "ended"):
        partners.approve(partner_id=partner.pk, by=home.zhao, at=house.NOON)
    if why == "ended":
        partner = partners.end(partner_id=partner.pk, by=home.chen, at=house.NOON)
    at += DAY if why == "lapsed" else timedelta()
    with time_machine.travel(at, tick=False):
        sheet = bring(home, [proven(7), proven(8), bare(9)], partner, at=at)
        assert whys(sheet) == {("held", f"partner.{why}"): 3}
        assert not importing.begin(sheet=sheet, deed="commit", by=home.li, at=at)
        page = signed_in(home.li).get(address(sheet), HTTP_ACCEPT_LANGUAGE=language).content.decode()
        with translation.override(language):
            sentence = str(PROBLEMS[why])
        assert (sentence in page, "commit/" in page) == (True, False)
    assert Contact.objects.count() == 0


def test_an_agreement_counts_on_its_last_day_and_not_on_the_next_even_for_a_sheet_that_was_checked():
    home = house.build()
    partner = standing(home, valid_until=date(2026, 3, 2))
    sheet = bring(home, [proven(7)], partner)
    assert sheet.ready == 1
    with time_machine.travel(house.NOON + DAY, tick=False):
        assert not importing.begin(sheet=sheet, deed="commit", by=home.li, at=house.NOON + DAY)
        told = signed_in(home.li).post(address(sheet, "commit/"), follow=True)
        assert str(PROBLEMS["lapsed"]) in [str(message) for message in told.context["messages"]]
    assert importing.begin(sheet=sheet, deed="commit", by=home.li, at=house.NOON)


def test_an_agreement_that_is_ended_in_the_middle_stops_the_saving():
    home = house.build()
    partner = standing(home)
    sheet = bring(home, [proven(n) for n in range(1, 4)], partner)
    partners.end(partner_id=partner.pk, by=home.chen, at=house.NOON)
    done = commit(sheet)
    assert (done.state, done.problem, done.done, Contact.objects.count()) == ("committed", "stopped", 0, 0)


def test_once_approved_the_same_sheet_is_checked_again_and_comes_in():
    home = house.build()
    partner = partners.enter(said(), by=home.chen, at=house.NOON)
    sheet = bring(home, [proven(7), bare(8)], partner)
    assert (sheet.ready, sheet.held) == (0, 2)
    partners.approve(partner_id=partner.pk, by=home.zhao, at=house.NOON)
    sheet = SheetImport.objects.select_related("event", "partner", "uploaded_by").get(pk=sheet.pk)
    importing.remap(sheet=sheet, roles=agreements_roles(sheet), encoding="", by=home.li, at=house.NOON)
    sheet = importing.check(sheet.pk, at=house.NOON)
    assert (sheet.ready, sheet.held) == (1, 1)


def agreements_roles(sheet):
    return {role: column for role, column in sheet.mapping.items() if role != "choices"}


def test_what_the_agreement_does_not_list_is_not_taken_and_what_the_event_does_not_ask_is_held():
    home = house.build()
    header = [*HEADER, "公司"]
    sheet = commit(bring(home, [[*proven(7), "海盛"]], standing(home), header=header))
    assert whys(sheet) == {("ready", "partner.less"): 1}
    assert Contact.objects.get().company is None
    whole = standing(home, agreement="HT-8", categories=["name", "mobile", "company"])
    commit(bring(home, [[*proven(8), "海盛"]], whole, header=header))
    assert sorted(c.company is None for c in Contact.objects.all()) == [False, True]
    beside = standing(home, agreement="HT-9", purposes=["partner_share"])
    assert whys(bring(home, [proven(9)], beside)) == {("held", "partner.purpose"): 1}


def test_a_mark_beside_the_proof_counts_and_never_more_than_the_agreement_lists():
    home = house.build()
    header, partner = [*HEADER, "同意电话联系", "同意短信联系"], standing(home)
    rows = [[*proven(7), "是", "是"], [*proven(8), "否", "是"]]
    sheet = commit(bring(home, rows, partner, header=header))
    assert whys(sheet) == {("ready", ""): 1, ("held", "proof"): 1}
    assert list(Consent.objects.values_list("channel", flat=True)) == ["call"]


def test_without_partner_the_rules_stay_and_a_proof_means_nothing():
    home = house.build()
    sheet = bring(home, [proven(7), bare(8)], None, provenance="own")
    assert whys(sheet) == {("held", "proof"): 2}


def send(home, **told):
    file = io.BytesIO(text([proven(7), bare(8)], HEADER))
    file.name = "list.csv"
    return signed_in(home.li).post("/import/", {"event": home.event.pk, "file": file, "given": "no", **told})


def test_the_page_asks_who_passed_them_on_and_offers_the_columns_of_the_proof():
    home = house.build()
    partner = standing(home)
    told = signed_in(home.li).get("/import/").context["form"]["partner"].field.choices
    assert [(code, str(label)) for code, label in told] == [
        ("", "No, people met at the event"),
        (str(partner.pk), f"{PARTNER} · HT-7"),
        ("other", "Yes, somebody who is not on this list"),
    ]
    assert send(home, partner=partner.pk).status_code == 302
    sheet = SheetImport.objects.get()
    assert (sheet.provenance, sheet.partner) == ("partner", partner)
    client = signed_in(home.li)
    page = client.get(address(sheet))
    sent = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert {role: sent[f"role_{role}"] for role in ("proof", "proof_words", "proof_way")} == {
        "proof": "2",
        "proof_words": "4",
        "proof_way": "5",
    }
    assert client.post(address(sheet), sent).status_code == 302
    sheet = importing.check(sheet.pk, at=house.NOON)
    assert (sheet.ready, sheet.held) == (1, 1)
    own = sheetwork.upload(home, text([proven(7)], HEADER))
    assert "role_proof" not in client.get(address(own)).context["form"].fields


def test_somebody_who_is_not_on_the_list_is_a_whole_sheet_that_waits_and_a_made_up_partner_is_refused():
    home = house.build()
    assert send(home, partner="other").status_code == 302
    sheet = SheetImport.objects.get()
    assert (sheet.provenance, sheet.partner) == ("partner", None)
    assert send(home, partner="x").status_code == 400
    taker = standing(home, agreement="HT-8", gives=False, takes=True, names_us="", purposes=["partner_share"])
    assert send(home, partner=taker.pk).status_code == 400
    assert SheetImport.objects.count() == 1


def test_a_list_that_was_paid_for_stops_whoever_passed_it_on():
    home = house.build()
    assert send(home, given="yes", partner=standing(home).pk).status_code == 302
    assert (SheetImport.objects.get().provenance, SheetRow.objects.count()) == ("paid", 0)


def test_taken_back_the_consent_can_speak_again():
    home = house.build()
    partner = standing(home)
    sheet = commit(bring(home, [proven(7)], partner))
    assert importing.begin(sheet=sheet, deed="undo", by=home.li, at=house.NOON)
    importing.undo(sheet.pk, at=house.NOON)
    assert Contact.objects.count() == 0
    assert bring(home, [proven(7)], partner).ready == 1


def test_the_command_takes_the_agreement_by_its_number(tmp_path):
    home = house.build()
    standing(home)
    sheet = tmp_path / "list.csv"
    sheet.write_bytes(text([proven(7), bare(8)], HEADER))
    out = io.StringIO()
    call_command("import", str(sheet), event="fair", by="li", partner="HT-7", json=True, dry_run=True, stdout=out)
    facts = json.loads(out.getvalue().splitlines()[-1])
    assert (facts["ready"], facts["held"], facts["saved"], SheetImport.objects.count()) == (1, 1, 0, 0)
    call_command("import", str(sheet), event="fair", by="li", partner="HT-7", json=True, stdout=out)
    facts = json.loads(out.getvalue().splitlines()[-1])
    assert (facts["ready"], facts["held"], facts["saved"], Contact.objects.get().source) == (1, 1, 1, "partner")
    with pytest.raises(CommandError, match="under this agreement"):
        call_command("import", str(sheet), event="fair", by="li", partner="HT-8")


@pytest.mark.parametrize(
    "written",
    ["UC–00007", "UC00007", "UC.00007", "UC-\u200d00007", "UC-0000\ufe0f7", "UC-\u316400007", "UC-٠٠٠٠٧", "u c ＃ ００００７"],
)
def test_one_consent_is_known_again_whatever_stands_between_its_letters_and_digits(written):
    home = house.build()
    partner = standing(home)
    commit(bring(home, [proven(7)], partner))
    assert whys(bring(home, [proven(9, proof=written)], partner)) == {("held", "partner.used"): 1}
    assert whys(bring(home, [proven(9, proof="UC-00009"), proven(10, proof="UC-00010")], partner)) == {("ready", ""): 2}


@pytest.mark.parametrize(
    "written",
    ["0086 138 0007 0007", "008613800070007", "13800070007-1", "013800070007", "13800070007/2026", "١٣٨٠٠٠٧٠٠٠٧", "1-00070007"],
)
def test_ones_own_number_is_no_number_of_a_consent_whatever_stands_before_or_after_it(written):
    home = house.build()
    assert whys(bring(home, [proven(7, proof=written)], standing(home))) == {("held", "partner.proof"): 1}


@pytest.mark.parametrize("name", ["海盛 财产保险", "海盛财产保险\u3000", "海\u200d盛财产保险"])
def test_a_partner_whose_name_is_written_otherwise_in_the_next_agreement_is_the_same_partner(name):
    home = house.build()
    commit(bring(home, [proven(7)], standing(home)))
    again = standing(home, agreement="HT-8", name=name)
    assert whys(bring(home, [proven(9, proof="UC-00007")], again)) == {("held", "partner.used"): 1}
    another = standing(home, agreement="HT-9", name="远洋人寿")  # whose consents have numbers of their own
    assert whys(bring(home, [proven(9, proof="UC-00007")], another)) == {("ready", ""): 1}


def test_an_agreement_that_lapses_while_rows_are_saved_stops_the_saving_at_midnight(monkeypatch):
    """
    23:59 of its last day the saving begins; the first row comes in
    00:01 the second does not
    """
    monkeypatch.setattr(committing, "BATCH", 1)
    home = house.build()
    sheet = bring(home, [proven(7), proven(8), proven(9)], standing(home, valid_until=date(2026, 3, 2)))
    SheetImport.objects.filter(pk=sheet.pk).update(state="committing")
    beats = iter([house.NOON, house.NOON + DAY])
    done = importing.commit(sheet.pk, at=house.NOON, clock=lambda: next(beats))
    assert (done.state, done.problem, done.done, Contact.objects.count()) == ("committed", "stopped", 1, 1)


def test_of_whoever_did_not_come_in_the_mark_of_the_consent_goes_with_the_row():
    home = house.build()
    partner = standing(home)
    stays, goes = commit(bring(home, [proven(7)], partner)), bring(home, [proven(8)], partner)
    assert SheetRow.objects.filter(proof__isnull=False).count() == 2
    importing.purge_due(by=house.BY, at=house.NOON + timedelta(hours=72))
    assert [row.sheet_id for row in SheetRow.objects.filter(proof__isnull=False)] == [stays.pk] != [goes.pk]


DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "partners" / "insurer-transfer.csv"


@pytest.mark.skipif(not DATA.is_file(), reason="the sheets of ../shared/data are not beside this checkout")
def test_an_insurers_list_goes_through_whole_and_only_named_consents_of_their_own_come_in():
    """165 rows have a consent that names the recipient, 21 one that names nobody, 114 none."""
    at = house.NOON + timedelta(days=268)
    with time_machine.travel(at, tick=False):
        home = house.build(at)
        partner = standing(home, at=at, names_us="本公司", agreed_on=date(2025, 1, 2))
        told = {"data": DATA.read_bytes(), "name": "list.csv", "event": home.event, "by": home.li, "at": at}
        sheet = importing.upload(**told, provenance="partner", partner=partner)
        importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=at)
        sheet = importing.check(sheet.pk, at=at)
        counted = whys(sheet)
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        named = [row for row in csv.DictReader(file) if "本公司" in row["同意内容(载明接收方)"]]
    assert (len(named), sheet.read, sheet.read == sheet.ready + sheet.held + sheet.refused) == (165, 300, True)
    assert counted == {("ready", ""): 165, ("held", "partner.recipient"): 21, ("held", "partner.proof"): 114}
