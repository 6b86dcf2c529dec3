"""Roots: what lies in the keyring file opens nothing without Transit, and whatever goes wrong there is a refusal."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from tests.vault import ring, transit
from vault import keyring, ring_text, roots
from vault.errors import DeedRefused, KeyringRefused, RootRefused

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def served(settings, monkeypatch):
    monkeypatch.setenv("YUNNUO_TRANSIT_TOKEN", transit.TOKEN)
    settings.ROOT = "vault-transit"
    with transit.server(settings) as server:
        yield server


def test_a_wrapped_keyring_holds_no_key_and_opens_with_the_root(served):
    text = keyring.generate(AT)
    entries = json.loads(text)["keys"]
    assert [sorted(entry)[-1] for entry in entries] == ["wrapped"] * 3
    assert all(entry["wrapped"].startswith("vault:v1:") for entry in entries)
    keys = ring_text.parse(text).keys
    assert [b64encode(key.material).decode() in text for key in keys] == [False] * 3
    assert [path for path, _fields in served.asked] == ["/v1/transit/encrypt/yunnuo"] * 3 + ["/v1/transit/decrypt/yunnuo"] * 3


def test_a_keyring_moves_from_its_file_to_the_root_and_back(served):
    keys = ring_text.parse(ring.FROZEN).keys
    wrapped = ring_text.render(keys, roots.named("vault-transit"))
    assert ring_text.parse(wrapped).keys == keys
    assert ring_text.parse(ring_text.render(ring_text.parse(wrapped), roots.named("file"))).keys == keys


def test_a_command_without_the_sites_settings_does_not_unwrap_the_keyring(served, settings, monkeypatch, tmp_path):
    with ring.filed(settings, monkeypatch, tmp_path, keyring.generate(AT)) as file:
        before = file.read_text()
        settings.ROOT = "file"
        with override("en"), pytest.raises(DeedRefused, match="would write it in the open"):
            keyring.replace(keyring.current())
        assert file.read_text() == before
        settings.ROOT = "vault-transit"
        keyring.replace(keyring.current())
        assert ring_text.root_of(file.read_text()) == "vault-transit"


TROUBLES = {
    "sealed": (503, {"errors": ["Vault is sealed"]}),
    "denied": (403, {"errors": []}),
    "elsewhere": (307, {}),
    "no json": (200, b"<html>"),
    "no data": (200, {"data": {}}),
    "a number": (200, {"data": {"plaintext": 5, "ciphertext": 5}}),
    "no base64": (200, {"data": {"plaintext": "*", "ciphertext": "vault:v1:*"}}),
    "nothing": (200, b""),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_root_that_does_not_answer_as_it_should_refuses_and_repeats_nothing(served, trouble):
    text = keyring.generate(AT)
    served.trouble = TROUBLES[trouble]
    for deed in (lambda: ring_text.parse(text), lambda: keyring.generate(AT)):
        with pytest.raises(RootRefused) as refused:
            deed()
        assert [word for word in (transit.TOKEN, "vault:v1:", text[-40:]) if word in str(refused.value)] == []


def test_a_root_that_is_away_refuses(served, settings):
    text = keyring.generate(AT)
    settings.TRANSIT_URL = "http://127.0.0.1:1"
    with pytest.raises(RootRefused, match="ConnectionRefusedError"):
        ring_text.parse(text)


def test_a_wrong_token_and_none_are_refused(served, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("YUNNUO_TRANSIT_TOKEN", "other")
    with pytest.raises(RootRefused, match="HTTP 403"):
        keyring.generate(AT)
    monkeypatch.delenv("YUNNUO_TRANSIT_TOKEN")
    with pytest.raises(RootRefused, match="no token"):
        keyring.generate(AT)
    settings.TRANSIT_TOKEN_FILE = str(tmp_path / "token")
    with pytest.raises(RootRefused, match="cannot be read"):
        keyring.generate(AT)
    (tmp_path / "token").write_text(transit.TOKEN + "\n")
    (tmp_path / "token").chmod(0o644)
    with pytest.raises(RootRefused, match="chmod 600"):
        keyring.generate(AT)
    (tmp_path / "token").chmod(0o400)
    assert len(ring_text.parse(keyring.generate(AT)).keys) == 3


@pytest.mark.parametrize("url", ["http://vault.example.cn:8200", "ftp://127.0.0.1", "127.0.0.1:8200", ""])
def test_keys_travel_over_tls_or_not_at_all(served, settings, url):
    settings.TRANSIT_URL = url
    with pytest.raises(RootRefused, match="https"):
        keyring.generate(AT)


def test_a_wrapped_entry_that_is_none_is_not_sent(served):
    document = json.loads(keyring.generate(AT))
    document["keys"][0]["wrapped"] = "vault:v1:\n"
    asked = len(served.asked)
    with pytest.raises(RootRefused, match="no wrapped key"):
        ring_text.parse(json.dumps(document))
    assert len(served.asked) == asked


def test_an_unknown_root_is_none():
    document = json.loads(ring.FROZEN) | {"root": "abacus"}
    with pytest.raises(KeyringRefused, match="unknown root"):
        ring_text.parse(json.dumps(document))
