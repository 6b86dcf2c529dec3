"""Text messages through the gateway: signed, logged before they go, and honest about what became of them (H6, H7)."""

import hashlib
import json
import logging
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import uuid4

import pytest
from django.test import Client

from audit.models import Entry
from consent import sms
from consent.models import SmsMessage
from consent.sms_texts import TEXTS
from tests import house
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
SECRET = "a-made-up-secret-of-the-gateway-0123456789"
LOOK_LIKE_NUMBERS = ("+8613800001234", "138-0000-1234", "86 13800001234", "m\0", "m 1", "x13800001234x")
DIGITS = phone.normalise(house.WANG).digits


@contextmanager
def carrier(*, status=200, answer=b'{"reference":"m-1"}', wait=0.0):
    """A gateway that keeps what it hears: path, headers, body."""
    heard = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(wait)
            self.send_response(status)
            self.send_header("Location", "https://elsewhere.example/")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/messages?office=1", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def wang(settings):
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    settings.DEMO, settings.SMS_SECRET, settings.SMS_SENDER = False, SECRET, "10690000"
    return subject


def deliver(subject, template="otp"):
    return sms.deliver(
        subject=subject, digits=DIGITS, template=template, words={"code": "123456"}, language="zh-hans", at=house.NOON
    )


def test_a_message_goes_out_signed_with_everything_the_carrier_needs(wang, settings):
    with carrier() as (settings.SMS_URL, heard):
        row = deliver(wang)
    (path, headers, body), told = heard[0], json.loads(heard[0][2])
    assert path == "/v1/messages?office=1"
    assert (told["to"], told["id"], told["sender"], told["template"]) == (f"+86{house.WANG}", str(row.pk), "10690000", "otp")
    assert "123456" in told["text"]
    stamp = int(headers[sms.HEADER].split(",")[0].removeprefix("t="))
    assert (headers[sms.HEADER], abs(time.time() - stamp) < 5) == (sms.signature(body, stamp), True)


def test_the_log_has_time_sender_words_outcome_and_the_carriers_name_but_no_number_and_no_text(wang, settings):
    with carrier() as (settings.SMS_URL, _heard):
        deliver(wang)
    row = SmsMessage.objects.get(gateway="http")
    assert (row.outcome, row.reference, row.sender, row.sent_at, row.body) == ("sent", "m-1", "10690000", house.NOON, None)
    sms_zh = "【允诺演示】"
    assert len(row.words_hash) == 64
    assert row.words_hash != hashlib.sha256(str(TEXTS["invite"]).encode()).hexdigest()
    assert sms_zh not in repr(vars(row)) and house.WANG not in repr(vars(row))
    assert Entry.objects.filter(act="sms.sent", subject=wang).count() == 2  # the code of the form, and this one


@pytest.mark.parametrize(
    ("how", "outcome", "reference"),
    [
        ({"status": 503}, "failed", "m-1"),
        ({"status": 302}, "failed", "m-1"),  # nobody is followed anywhere with a number in hand
        ({"answer": b"ok"}, "sent", ""),
        ({"answer": b'{"reference":13800001234}'}, "sent", ""),
        ({"answer": b'{"reference":"8613800001234"}'}, "sent", ""),
        ({"answer": b'{"reference":"' + b"x" * 5000 + b'"}'}, "sent", ""),
        ({"answer": b"[]"}, "sent", ""),
        ({"answer": b"[" * 4000}, "sent", ""),
        *(({"answer": json.dumps({"reference": name}).encode()}, "sent", "") for name in LOOK_LIKE_NUMBERS),
    ],
)
def test_what_a_carrier_may_answer(wang, settings, how, outcome, reference):
    with carrier(**how) as (settings.SMS_URL, heard):
        row = deliver(wang)
    assert (row.outcome, row.reference, len(heard)) == (outcome, reference, 1)


def test_a_carrier_that_is_silent_or_away_breaks_nothing_and_no_number_is_logged(wang, settings, monkeypatch, caplog):
    monkeypatch.setattr(sms, "SECONDS", 0.2)
    with caplog.at_level(logging.DEBUG), carrier(wait=1) as (settings.SMS_URL, _heard):
        assert deliver(wang).outcome == "failed"
    settings.SMS_URL = "http://127.0.0.1:9/"
    assert deliver(wang).outcome == "failed"
    assert ("TimeoutError" in caplog.text, house.WANG in caplog.text, "123456" in caplog.text) == (True, False, False)


@pytest.mark.parametrize("url", ["http://sms.example.cn/", "ftp://127.0.0.1/", "sms.example.cn"])
def test_no_number_travels_in_the_clear(wang, settings, url):
    settings.SMS_URL = url
    assert deliver(wang).outcome == "failed"


def test_production_without_a_gateway_claims_nothing(wang, settings):
    settings.SMS_URL = ""
    assert (deliver(wang).gateway, SmsMessage.objects.get(gateway="console").outcome) == ("console", "sent")
    settings.PRODUCTION = True
    assert (deliver(wang).outcome, SmsMessage.objects.filter(gateway="none").count()) == ("failed", 1)


def test_who_dies_on_the_way_leaves_sending_behind(wang, settings, monkeypatch):
    def die(*_args, **_how):
        raise KeyboardInterrupt

    monkeypatch.setattr(sms.ConsoleGateway, "send", die)
    settings.SMS_URL = ""
    with pytest.raises(KeyboardInterrupt):
        deliver(wang)
    assert SmsMessage.objects.get(gateway="console").outcome == "sending"


def report(told, *, secret=SECRET):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signed = sms.signature(body, int(time.time()))
    if secret != SECRET:
        signed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
    return Client().post("/api/sms/report/", body, "application/json", headers={sms.HEADER: signed}).status_code


def test_the_carrier_tells_what_became_of_a_message_once(wang, settings):
    settings.SMS_URL = ""
    row = deliver(wang)
    assert report({"id": str(row.pk), "reached": True}, secret="another") == 403
    row.refresh_from_db()
    assert row.delivered_at is None
    assert [report({"id": str(row.pk), "reached": reached}) for reached in (True, False)] == [204, 204]
    row.refresh_from_db()
    assert (row.outcome, row.delivered_at is not None) == ("delivered", True)
    other = deliver(wang)
    assert report({"id": str(other.pk), "reached": False}) == 204
    other.refresh_from_db()
    assert other.outcome == "undelivered"


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b"{}", b"null", {"id": "x", "reached": True}, {"id": str(uuid4()), "reached": "yes"}, {"id": 1}, b"\xff"],
)
def test_what_is_no_report_gets_four_hundred(wang, told):
    assert report(told) == 400


def test_a_report_of_a_message_that_we_never_sent_changes_nothing(wang):
    before = list(SmsMessage.objects.values_list("pk", "outcome", "delivered_at"))
    assert report({"id": str(uuid4()), "reached": True}) == 204
    assert list(SmsMessage.objects.values_list("pk", "outcome", "delivered_at")) == before


@pytest.mark.parametrize("door", ["/api/sms/", "/api/sms/report/"])
@pytest.mark.parametrize("stamp", ["1" * 400, "1" * 5000, "", "-1", "1.5"])
def test_a_signature_of_no_time_is_refused(wang, door, stamp):
    answer = Client().post(door, b"{}", "application/json", headers={sms.HEADER: f"t={stamp},v1=00"})
    assert answer.status_code == 403


@pytest.mark.parametrize("door", ["/api/sms/", "/api/sms/report/"])
def test_a_signed_body_without_an_end_is_no_message(wang, door):
    body = b"[" * 4000
    signed = sms.signature(body, int(time.time()))
    assert Client().post(door, body, "application/json", headers={sms.HEADER: signed}).status_code == 400


def test_a_report_may_be_quicker_than_the_answer(wang, settings, monkeypatch):
    def quick(self, *, message, digits, template, body):
        sms.delivered(message_id=message, reached=False, at=house.NOON)
        return sms.Sent(taken=True, reference="m-1")

    monkeypatch.setattr(sms.ConsoleGateway, "send", quick)
    settings.SMS_URL = ""
    row = SmsMessage.objects.get(pk=deliver(wang).pk)
    assert (row.outcome, row.reference, row.delivered_at) == ("undelivered", "m-1", house.NOON)
