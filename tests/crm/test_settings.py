"""Settings: a misspelt, missing or dangerous one ends the start with a sentence that names it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm import env

HOUSE = Path(__file__).resolve().parents[2]
SECRET = "a made-up key, long enough, of many different letters 0123"
ASK = "import json; from crm import settings; print(json.dumps([{}], default=str))"


STORE = {
    "YUNNUO_EVIDENCE_STORE": "s3://papers/a/b",
    "YUNNUO_EVIDENCE_ENDPOINT": "https://s3.example.cn",
    "YUNNUO_EVIDENCE_KEY_ID": "made-up",
    "YUNNUO_EVIDENCE_SECRET": "made-up-secret",
}
HOST_ALONE = "YUNNUO_EVIDENCE_ENDPOINT must begin with https://, or with http:// on this machine, and name a host alone"


def start(var: Path, ask: str = "1", **named: str) -> "subprocess.CompletedProcess[str]":
    """Load the settings in a process of their own and print what `ask` says about them."""
    bare = {"PATH": os.environ["PATH"], "YUNNUO_VAR": str(var), "YUNNUO_ENV_FILE": os.devnull}
    command = [sys.executable, "-c", ASK.format(ask)]
    return subprocess.run(command, cwd=HOUSE, env=bare | named, capture_output=True, text=True)


def production(var: Path, **changed: str) -> dict[str, str]:
    """Everything production needs; `changed` replaces, and an empty text takes away."""
    (var / "keyring.json").write_text("{}")
    (var / "keyring.json").chmod(0o400)
    whole = {
        "YUNNUO_ENV": "production",
        "YUNNUO_SECRET_KEY": SECRET,
        "YUNNUO_HOSTS": "crm.example.cn",
        "DATABASE_URL": "postgres://li:hush@db.example.cn/crm",
    }
    return {name: value for name, value in (whole | changed).items() if value}


def test_a_bare_machine_starts_in_development_on_sqlite_and_files(tmp_path):
    ended = start(tmp_path, "settings.PRODUCTION, settings.DATABASES['default']['ENGINE'], settings.CELERY_BROKER_URL")
    assert (ended.returncode, json.loads(ended.stdout)) == (0, [False, "audit.sqlite", "filesystem://localhost"])


def test_production_starts_with_what_it_needs_and_the_vault_lies_beside(tmp_path):
    ended = start(tmp_path, "settings.DATABASES['vault']['NAME'], settings.DEMO", **production(tmp_path))
    assert (ended.stderr, json.loads(ended.stdout)) == ("", ["crm_vault", False])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"YUNNUO_SECRET_KEY": ""}, "YUNNUO_SECRET_KEY must be set; see .env.example"),
        ({"YUNNUO_SECRET_KEY": "short"}, "YUNNUO_SECRET_KEY must have at least 50 characters"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must name a PostgreSQL database in production"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must look like postgres://user:password@host:5432/name"),
        ({"YUNNUO_DEMO": "1"}, "production runs without YUNNUO_DEBUG and YUNNUO_DEMO"),
        ({"YUNNUO_DEBUG": "1"}, "production runs without YUNNUO_DEBUG and YUNNUO_DEMO"),
        ({"YUNNUO_DEBUG": "yes"}, "YUNNUO_DEBUG must be 1 or 0"),
        ({"YUNNUO_HOSTS": ""}, "YUNNUO_HOSTS must name the site in production"),
        ({"YUNNUO_HOSTS": " , "}, "YUNNUO_HOSTS must name the site in production"),
        ({"VAULT_DATABASE_URL": "mysql://x"}, "VAULT_DATABASE_URL must look like postgres://user:password@host:5432/name"),
        ({"YUNNUO_ENV": "prod"}, "YUNNUO_ENV must be one of: development, production"),
        ({"YUNNUO_SUITE": "des"}, "YUNNUO_SUITE must be one of: aes-256-gcm, sm4-gcm, aes-256-gcm-siv"),
        ({"YUNNUO_ROOT": "abacus"}, "YUNNUO_ROOT must be one of: file, env, vault-transit"),
        ({"YUNNUO_EVIDENCE_STORE": "papers"}, "YUNNUO_EVIDENCE_STORE must look like s3://bucket/prefix"),
        ({"YUNNUO_EVIDENCE_STORE": "s3://papers"}, "YUNNUO_EVIDENCE_ENDPOINT must be set; see .env.example"),
        (STORE | {"YUNNUO_EVIDENCE_ENDPOINT": "http://s3.example.cn"}, HOST_ALONE),
        (STORE | {"YUNNUO_EVIDENCE_ENDPOINT": "https://s3.example.cn/papers"}, HOST_ALONE),
        (STORE | {"YUNNUO_EVIDENCE_KEY_ID": ""}, "YUNNUO_EVIDENCE_KEY_ID must be set; see .env.example"),
        (STORE | {"YUNNUO_EVIDENCE_SECRET": ""}, "YUNNUO_EVIDENCE_SECRET_FILE must be set; see .env.example"),
        (
            STORE | {"YUNNUO_EVIDENCE_SECRET": "", "YUNNUO_EVIDENCE_SECRET_FILE": "/nowhere"},
            "the file of YUNNUO_EVIDENCE_SECRET_FILE cannot be read",
        ),
        ({"YUNNUO_DEBGU": "1"}, "unknown setting: YUNNUO_DEBGU; see .env.example"),
        (
            {"YUNNUO_KEYRING_FILE": "/nowhere"},
            "production needs a keyring: set YUNNUO_KEYRING or YUNNUO_KEYRING_FILE",
        ),
    ],
)
def test_production_refuses(tmp_path, changed, sentence):
    ended = start(tmp_path, **production(tmp_path, **changed))
    assert (ended.returncode, ended.stderr.strip()) == (1, sentence)


def test_a_secret_stands_in_a_file_that_its_owner_alone_reads(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    secret.chmod(0o400)
    told = STORE | {"YUNNUO_EVIDENCE_SECRET": "", "YUNNUO_EVIDENCE_SECRET_FILE": str(secret)}
    ask = "settings.EVIDENCE_BUCKET, settings.EVIDENCE_PREFIX, settings.EVIDENCE_SECRET"
    assert json.loads(start(tmp_path, ask, **production(tmp_path, **told)).stdout) == ["papers", "a/b", "hush"]
    secret.chmod(0o440)
    ended = start(tmp_path, **production(tmp_path, **told))
    sentence = "the file of YUNNUO_EVIDENCE_SECRET_FILE must be readable by its owner alone: chmod 600 it"
    assert (ended.returncode, ended.stderr.strip()) == (1, sentence)


def test_a_keyring_that_others_may_read_is_refused(tmp_path):
    told = production(tmp_path)
    (tmp_path / "keyring.json").chmod(0o644)
    ended = start(tmp_path, **told)
    sentence = "the keyring file must be readable by its owner alone: chmod 600 it"
    assert (ended.returncode, ended.stderr.strip()) == (1, sentence)


def test_production_takes_sqlite_only_when_told(tmp_path):
    told = production(tmp_path, DATABASE_URL="", YUNNUO_ALLOW_SQLITE="1")
    assert start(tmp_path, **told).returncode == 0


def test_production_passes_the_deployment_check(tmp_path):
    told = production(tmp_path) | {"YUNNUO_VAR": str(tmp_path), "YUNNUO_ENV_FILE": os.devnull}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    told |= {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "crm.settings"}
    ended = subprocess.run(command, cwd=HOUSE, env=told, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_file_fills_what_is_not_set_and_overrides_nothing(tmp_path):
    (tmp_path / "env").write_text("# ours\n\nYUNNUO_HOSTS='a.example.cn'\nYUNNUO_DEMO=1\n")
    ended = start(
        tmp_path,
        "settings.ALLOWED_HOSTS, settings.DEMO",
        YUNNUO_ENV_FILE=str(tmp_path / "env"),
        YUNNUO_DEMO="0",
    )
    assert json.loads(ended.stdout) == [["a.example.cn"], False]


def test_a_line_of_the_file_that_says_nothing_is_named_without_its_words(tmp_path):
    (tmp_path / "env").write_text("YUNNUO_DEMO=0\n13800001234\n")
    ended = start(tmp_path, YUNNUO_ENV_FILE=str(tmp_path / "env"))
    assert (ended.returncode, ended.stderr.strip()) == (1, "env, line 2: expected NAME=value")


@pytest.mark.parametrize(
    ("main", "vault"),
    [
        ("", ""),
        ("postgres://li@db/crm", "postgres://li@db/crm_vault"),
        ("postgres://li@db/crm?sslmode=require", "postgres://li@db/crm_vault?sslmode=require"),
        ("postgres://li@%2Ftmp%2Fpg/crm", "postgres://li@%2Ftmp%2Fpg/crm_vault"),
    ],
)
def test_the_vault_lies_beside_the_main_side(main, vault):
    assert env.beside(main) == vault


def test_every_known_setting_stands_in_the_example_and_nothing_else():
    lines = (HOUSE / ".env.example").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    assert {name for name in named if name.startswith("YUNNUO_")} == env.KNOWN - {"YUNNUO_ENV_FILE"}
