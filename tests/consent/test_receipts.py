"""Receipts for other programs: complete, valid, the same to the byte, signed, and without a name or a digit."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import jsonschema
import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from audit.trail import Self_, System
from consent import notices
from consent.models import Consent, NoticeVersion
from consent.receipts import iso27560, kantara, pdf, record, signed
from contacts import events, withdrawal
from tests import house
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOUSE = Path(__file__).resolve().parents[2]
OURS = json.loads((HOUSE / "docs/vocabulary/receipt.schema.json").read_text())
SITE = "https://crm.example.cn/"


@pytest.fixture(autouse=True)
def key(settings, tmp_path):
    """A key for receipts of this test's own."""
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    return signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())


@pytest.fixture
def wang():
    """Wang agreed to calls and to being passed on, and stopped the second."""
    home = house.build()
    sent, receipt = house.arrive(home.event, house.WANG, channels=("call", "share"))
    scope = {("partner_share", "share")}
    withdrawal.withdraw(
        subject=sent.subject_id, scope=scope, method="link", reason="withdrawal", by=Self_(sent.subject_id), at=house.NOON
    )
    return SimpleNamespace(home=home, pk=sent.subject_id, token=receipt.stop_token)


def told(subject, form="iso", language="zh-Hans"):
    return json.loads(signed.document(record.of(subject, language=language, site=SITE), form))


def kantara_schema():
    """The public schema, without its comments, where this machine has it."""
    path = HOUSE.parent / "shared/data/standards/kantara-consent-receipt-v1.1.schema.json"
    if not path.exists():
        pytest.skip("the public schema is not on this machine")
    return json.loads(re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_receipt_tells_every_consent_every_step_and_nobody(wang, language):
    document = told(wang.pk, language=language)
    jsonschema.Draft202012Validator(OURS).validate(document)
    records = {row["purposes"][0]["code"]: row for row in document["records"]}
    assert {code: row["state"] for code, row in records.items()} == {
        "phone_contact": "dpv:ConsentGiven",
        "partner_share": "dpv:ConsentWithdrawn",
    }
    assert [event["event_state"][4:] for event in records["partner_share"]["events"]] == [
        "ConsentRequested",
        "ConsentGiven",
        "ConsentWithdrawn",
    ]
    assert (records["partner_share"]["consent_form"], records["partner_share"]["recipient_third_parties"] != []) == (
        "pipl:SeparateConsent",
        True,
    )
    whole = json.dumps(document, ensure_ascii=False)
    assert [
        word for word in (house.WANG, "1234", "王小诺", wang.token) if word in re.sub(r"[0-9a-f-]{32,}|\d{6}Z", "", whole)
    ] == []


def test_of_a_recipient_abroad_a_receipt_says_where_and_how_rights_are_had_against_it():
    """B8: from the version that the person saw, in each form and back; within the mainland there is no such member."""
    home = house.build()
    old = notices.current()
    newer = NoticeVersion.objects.create(notice=old.notice, number=2, content=old.content, created_at=house.NOON)
    for words, country in ((newer.content["zh"], "新加坡"), (newer.content["en"], "Singapore")):
        words["share"][0] |= {"country": country, "rights": "rights@abroad.example"}
    newer.save()
    for tick in old.purposes.all():
        tick.pk, tick.version, tick._state.adding = None, newer, True
        tick.save()
    here, _receipt = house.arrive(home.event, house.ZHOU, channels=("call", "share"))
    notices.publish(version=newer, by=System("test"), at=house.NOON)
    book, day = home.event.book, house.NOON.date()
    event = events.create(name="new", place="Hall", held_on=day, book=book, by=home.li, at=house.NOON, code="new")
    there, _receipt = house.arrive(event, house.WANG, channels=("call", "share"))
    for language, country in (("zh-Hans", "新加坡"), ("en", "Singapore")):
        facts = {"country": country, "contact": "partner@insurer.example", "rights_against_recipient": "rights@abroad.example"}
        document = told(there.subject_id, language=language)
        jsonschema.Draft202012Validator(OURS).validate(document)
        assert [row.get("recipient_abroad") for row in document["records"]] == [facts, None]
        receipt = record.of(there.subject_id, language=language, site=SITE)
        assert iso27560.read(document) == kantara.read(told(there.subject_id, "kantara", language)) == receipt
        sheet = pypdfium2.PdfDocument(pdf.write(receipt, stop=SITE))
        assert country in "".join(page.get_textpage().get_text_bounded() for page in sheet)
    assert [row.get("recipient_abroad") for row in told(here.subject_id)["records"]] == [None, None]


def test_the_same_ledger_gives_the_same_bytes_and_a_step_gives_another_receipt(wang):
    first, again = told(wang.pk), told(wang.pk)
    everything = {"scope": None, "method": "link", "reason": "withdrawal", "by": Self_(wang.pk), "at": house.NOON}
    withdrawal.withdraw(subject=wang.pk, **everything)
    assert (first == again, told(wang.pk)["receipt_id"] == first["receipt_id"]) == (True, False)


def test_it_costs_three_queries_however_many_consents(wang, django_assert_num_queries):
    with django_assert_num_queries(3):
        record.of(wang.pk, language="en", site=SITE)


def test_a_hundred_receipts_are_valid_by_the_public_schema_and_come_back_whole(wang):
    """N3: the Kantara form, and both ways back without a loss."""
    check = jsonschema.Draft4Validator(kantara_schema())
    base = record.of(wang.pk, language="en", site=SITE)
    for n in range(100):
        items = tuple(
            record.Item(**(vars(item) | {"record_id": str(uuid4()), "days": n + 1, "recipient": "X" * (n % 3)}))
            for item in base.items
        )
        one = record.Receipt(**(vars(base) | {"receipt_id": str(uuid4()), "items": items[: 1 + n % 2]}))
        document = json.loads(signed.document(one, "kantara"))
        check.validate(document)
        assert signed.check(json.dumps(document).encode()) == signed.Checked("genuine", one)
        assert signed.check(signed.document(one, "iso")) == signed.Checked("genuine", one)


def test_the_public_schema_would_find_a_receipt_that_lacks_something(wang):
    check, document = jsonschema.Draft4Validator(kantara_schema()), told(wang.pk, "kantara")
    for member in ("version", "piiControllers", "services", "spiCat"):
        with pytest.raises(jsonschema.ValidationError):
            check.validate({key: value for key, value in document.items() if key != member})


def test_the_json_ld_expands_into_terms_of_dpv_and_ours_and_loses_no_member(wang):
    document = told(wang.pk)
    [whole] = jsonld.expand(document)
    assert whole["@type"] == ["https://w3id.org/dpv#ConsentReceipt"]
    unknown = {name for name in members(document) if name not in iso27560.CONTEXT and not name.startswith("@")}
    assert unknown == set(), "a member without a meaning would be dropped silently"
    text = json.dumps(whole)
    assert ("https://w3id.org/dpv#ConsentWithdrawn" in text, "https://w3id.org/yunnuo/pipl#evidenceGrade" in text) == (
        True,
        True,
    )
    defined = (HOUSE / "docs/vocabulary/pipl.md").read_text()
    used = set(re.findall(r"pipl:[A-Za-z0-9-]+", json.dumps(document["@context"]) + json.dumps([*iso27560.STATES.values()])))
    assert {term for term in used if f"`{term}`" not in defined} == set()


def members(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name != "@context":
                yield from members(inner)
    if isinstance(value, list):
        for inner in value:
            yield from members(inner)


@given(data=st.data())
def test_a_byte_that_was_flipped_anywhere_is_found(data):
    file = SAMPLE()
    place = data.draw(st.integers(0, len(file) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = file[:place] + bytes([file[place] ^ (1 << bit)]) + file[place + 1 :]
    try:
        same = json.loads(flipped) == json.loads(file)  # blanks between members say nothing
    except ValueError:
        same = False
    assert same or signed.check(flipped).word != "genuine"


def SAMPLE():
    event = record.Event("given", "2026-03-02T04:00:00.000000Z", "subject", "otp", "A", "0" * 64)
    item = record.Item(
        str(uuid4()), "phone_contact", "电话", "call", "general", "given", "event", event.time, event.time, 365, "", SITE, "0" * 64,
        ("name",), (event,),
    )  # fmt: skip
    controller = dict.fromkeys(("name", "credit_code", "address", "contact"), "示范")
    return signed.document(
        record.Receipt(str(uuid4()), str(uuid4()), event.time, "en", SITE, controller, "授权书", "deleted", (item,)), "iso"
    )


def test_whoever_changes_a_word_or_signs_with_another_key_is_told_so(wang, tmp_path):
    document = told(wang.pk)
    other = signing.create(tmp_path / "other.key", "other.example/receipts")
    body = {key: value for key, value in document.items() if key != "proof"}
    shown = {
        "genuine": document,
        "changed": document | {"title": "更大的授权"},
        "elsewhere": signed.sign(body, other),
        "none": body,
    }
    assert {word: signed.check(json.dumps(one).encode()).word for word, one in shown.items()} == {word: word for word in shown}
    whose = document | {"proof": document["proof"] | {"value": signed.sign(body, other)["proof"]["value"]}}
    assert signed.check(json.dumps(whose).encode()).word == "changed"
    halves = told(wang.pk, "kantara") | {"policyUrl": "https://elsewhere.example/"}
    assert signed.check(json.dumps(halves).encode()).word == "changed"


@pytest.mark.parametrize("form", ["iso", "kantara"])
def test_a_byte_that_spoils_the_form_of_a_receipt_is_a_change_as_well(wang, form):
    whole = json.dumps(told(wang.pk, form), ensure_ascii=False, indent=2).encode()
    assert signed.check(whole).word == "genuine"
    key = whole.index(signing.receipts().verifier.line().encode())
    spoilt = [place for place in range(key - 1) if whole[place : place + 1] in (b'"', b"{", b"}", b":", b",")]
    words = {signed.check(whole[:place] + b"~" + whole[place + 1 :]).word for place in (*spoilt[::7], 0, key - 3)}
    assert (len(spoilt) > 100, words) == (True, {"changed"})
    assert signed.check(whole[: key - 10]) == signed.Checked("none")  # half of one, which names nobody's key


@pytest.mark.parametrize(
    "shown",
    [b"", b"{}", b"[]", b"null", b"\xff", b"{" * 5000, b'{"proof":1}', b'{"proof":{"key":"x","value":"y"}}', b"1" * 300_000]
    + [b'{"proof":{},"proof":{}}', "{“}".encode()],
)
def test_nonsense_is_none(shown):
    assert signed.check(shown) == signed.Checked("none")


def test_from_the_page_to_the_checker(wang):
    browser = Client(headers={"accept-language": "en"})
    page = browser.get(f"/w/{wang.token}/").content.decode()
    assert f"/w/{wang.token}/receipt-iso.json" in page
    for form in ("iso", "kantara"):
        answer = browser.get(f"/w/{wang.token}/receipt-{form}.json")
        assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("application/json; charset=utf-8", True)
        pasted = browser.post("/receipt/check/", {"text": answer.content.decode()})
        sent = browser.post("/receipt/check/", {"file": SimpleUploadedFile("r.json", answer.content)})
        assert [("Genuine and unchanged" in shown.content.decode(), shown.status_code) for shown in (pasted, sent)] == [
            (True, 200)
        ] * 2
    changed = browser.post("/receipt/check/", {"text": answer.content.decode().replace("P365D", "P999D")}).content.decode()
    assert "not what the office signed" in changed
    assert browser.post("/receipt/check/", {"text": "hello"}).status_code == 400
    assert browser.post("/receipt/check/", {}).status_code == 400
    assert [browser.get(path).status_code for path in (f"/w/{wang.token}/receipt-xml.json", "/w/guess/receipt-iso.json")] == [
        404,
        404,
    ]
    assert browser.get("/receipt/key/").content.decode().strip() == signing.receipts().verifier.line()


def test_without_a_key_nothing_is_signed_and_the_pages_say_so(wang, settings, tmp_path):
    settings.RECEIPT_KEY_FILE = tmp_path / "nowhere.key"
    browser = Client()
    assert browser.get(f"/w/{wang.token}/receipt-iso.json").status_code == 503
    assert browser.get("/receipt/key/").status_code == 404
    assert browser.get("/receipt/check/").status_code == 200
    assert browser.post("/receipt/check/", {"text": "{}"}).status_code == 400


def test_whoever_left_has_no_receipt_any_more(wang):
    Consent.objects.filter(subject_id=wang.pk).update(state="tombstone")
    with pytest.raises(record.NothingToShow):
        record.of(wang.pk, language="en", site=SITE)
    assert Client().get(f"/w/{wang.token}/receipt-iso.json").status_code == 404


def test_from_the_command_line(wang, tmp_path, settings, capsys):
    file = tmp_path / "r.json"
    file.write_bytes(signed.document(record.of(wang.pk, language="en", site=SITE), "kantara"))
    call_command("receipts", file)
    file.write_text(file.read_text().replace('"jurisdiction": "CN"', '"jurisdiction": "XX"'))
    with pytest.raises(CommandError, match="changed"):
        call_command("receipts", file)
    with pytest.raises(CommandError, match=r"receipt\.key"):
        call_command("receipts", new_key=True)
    settings.RECEIPT_KEY_FILE = tmp_path / "fresh.key"
    call_command("receipts", new_key=True)
    assert capsys.readouterr().out.splitlines()[1] == signing.receipts().verifier.line()
    assert kantara.VERSION == "KI-CR-v1.1.0"


def test_the_receipt_is_printed_in_both_languages_with_the_address_that_stops_it(wang):
    for language, word in (("zh-Hans", "同意回执"), ("en", "Receipt of a consent")):
        made = pdf.write(record.of(wang.pk, language=language, site="https://crm.example/"), stop="https://crm.example/w/x/")
        with pypdfium2.PdfDocument(made) as read:
            told = read[0].get_textpage().get_text_range()
            picture = read[0].render(scale=2).to_pil()
        assert (word in told, "王小诺" in told, house.WANG in told) == (True, False, False)
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["https://crm.example/w/x/"]
