"""Links by which somebody may act never reach a log: Django's, gunicorn's, or the proxy's as we tell people to set it up (I14)."""

import logging
import re
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from gunicorn.config import Config

from crm.servers.children import Site
from crm.servers.quiet import Quiet
from tests import house
from tests.proofs.surfaces import addresses
from vault.scrub import DOTS, ScrubFilter, scrub

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOKEN, CODE, OTHER = "Zm9vYmFyYmF6cXV4MTIz_-", "abcdefghijklmnopqrstuvwx", "aGVsbG8td29ybGQtMTIzNDU2"
# Every address that holds what opens something, as the site makes it, and what a reader of a log may see of it.
SECRETS = {
    reverse("stop", args=[TOKEN]): f"/w/{DOTS}/",
    reverse("recall_answer", args=[TOKEN]): f"/w/{DOTS}/heard/",
    reverse("receipt", args=[TOKEN, "iso"]): f"/w/{DOTS}/receipt-iso.json",
    reverse("receipt_pdf", args=[TOKEN]): f"/w/{DOTS}/receipt.pdf",
    reverse("visitor_confirm", args=["fair", TOKEN]): f"/e/fair/confirm/{DOTS}/",
    reverse("visitor_separately", args=["fair", TOKEN, OTHER]): f"/e/fair/separately/{DOTS}/",
    reverse("complaint", args=[CODE]): f"/complaints/{DOTS}/",
    reverse("referral", args=["qrstuvwxyz2345"]): f"/r/{DOTS}/",
}


@pytest.fixture
def lines():
    """What the site's own handler would write."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ScrubFilter())
    loggers = [logging.getLogger(name) for name in ("django.request", "django.server", "django.security")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("path", SECRETS)
def test_the_door_stays_readable_and_what_opens_it_does_not(path):
    assert scrub(f"Not Found: {path}") == f"Not Found: {SECRETS[path]}"
    assert scrub(f'"GET {path}?new=1 HTTP/1.1" 503') == f'"GET {SECRETS[path]}?new=1 HTTP/1.1" 503'


def test_what_names_a_page_a_file_or_a_person_stays_readable():
    uuid = "0b9e4f6a-1234-4000-8000-123456789012"
    for told in (
        f"Forbidden: /contacts/{uuid}/papers/", "Not Found: /retention/rules/", "/complaints/ and /e/fair/ and /w/x/",
        'File "/srv/yunnuo/.venv/lib/python3.11/site-packages/django/core/handlers/exception.py", line 55',
    ):  # fmt: skip
        assert scrub(told) == told


@pytest.mark.django_db(databases=["default", "vault"])
def test_no_answer_of_the_site_writes_one_down(lines, settings):
    settings.DEMO = True
    home = house.build()
    _sent, receipt = house.arrive(home.event, house.WANG)
    browser, asked = Client(raise_request_exception=False), [*SECRETS, f"/w/{receipt.stop_token}/receipt-iso.json"]
    statuses = {(browser.post if path.endswith("/heard/") else browser.get)(path).status_code for path in asked}
    assert statuses == {404, 503}, "something is written down for each of them"
    written = lines.getvalue()
    assert (written.count("Not Found: /w/"), "Service Unavailable: /w/" in written) == (4, True)
    assert [secret for secret in (TOKEN, CODE, OTHER, "qrstuvwxyz2345", receipt.stop_token) if secret in written] == []


def test_gunicorn_keeps_no_access_log_and_scrubs_its_errors(capsys):
    logger = Quiet(Config())
    try:
        logger.exception("Error handling request %s %s", "GET", f"/w/{TOKEN}/?number=13800001234")
        logger.access(SimpleNamespace(), SimpleNamespace(uri=f"/w/{TOKEN}/"), {}, 0)
    finally:
        written = capsys.readouterr().err
        logging.getLogger("gunicorn.error").handlers.clear()
    assert (f"/w/{DOTS}/" in written, TOKEN in written, "138" in written) == (True, False, False)
    assert Site(8000).cfg.logger_class is Quiet
    started = (DEPLOY / "systemd" / "yunnuo-web.service").read_text(encoding="utf-8")
    assert ("--logger-class crm.servers.quiet.Quiet" in started, "access-log" in started) == (True, False)


def test_the_sample_of_the_proxy_writes_no_secret_either():
    """The regular expressions of its map and of its quiet location, read out of the file and tried on every such address."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"log_format .*", text) == [
        "log_format plain_path '$remote_addr [$time_iso8601] $request_method $told_path $status';"
    ]
    mapped = [re.compile(rule.replace("(?<", "(?P<")) for rule in re.findall(r"^    ~(\S+) /", text, re.MULTILINE)]
    [quiet] = [re.compile(rule) for rule in re.findall(r"location ~ (\S+) \{\s+error_log /dev/null crit;", text)]
    told = {path: (any(rule.search(path) for rule in mapped), bool(quiet.search(path))) for path in SECRETS}
    assert told == dict.fromkeys(SECRETS, (True, True))
    assert [any(rule.search(path) for rule in mapped) for path in ("/complaints/", "/e/fair/", "/contacts/")] == [False] * 3


def test_every_address_with_a_secret_is_in_this_list():
    """A new one is looked at here: the names of addresses whose parts open something."""
    ours = {"stop", "receipt", "receipt_pdf", "visitor_confirm", "visitor_separately", "complaint", "referral"}
    ours |= {"recall_answer"}
    assert len(ours) == len(SECRETS)
    assert ours <= set(addresses())
