"""Every command of the house: help that a stranger understands, and one plain sentence for what it cannot do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
OURS = sorted(
    file.stem for file in HOUSE.glob("*/management/commands/*.py") if file.stem != "__init__" and ".venv" not in file.parts
)


@pytest.fixture(scope="module")
def var(tmp_path_factory, migrated):
    """A small demo office, so that a command fails for its own reason; it makes its own keyring."""
    folder = Path(shutil.copytree(migrated, tmp_path_factory.mktemp("var") / "office"))
    made = said(folder, "demo", "--people", "1")
    assert (made.returncode, made.stdout, made.stderr) == (0, "The demo office is ready.\n", "")
    return folder


def said(var: Path, *words: str, **named: str) -> "subprocess.CompletedProcess[str]":
    """Run manage.py as a stranger would, without a terminal."""
    bare = {"PATH": os.environ["PATH"], "YUNNUO_VAR": str(var), "YUNNUO_ENV_FILE": os.devnull}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=HOUSE, env=bare | named, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_the_commands_of_the_house_are_these():
    assert OURS == [
        "audit",
        "backup",
        "bench",
        "demo",
        "import",
        "keyring",
        "migrate",
        "receipts",
        "receipts-import",
        "restore",
        "roles",
        "run",
        "seal",
        "shots",
        "sweep",
    ]


@pytest.mark.parametrize("name", OURS)
def test_help_says_in_a_sentence_what_a_command_does_and_what_every_word_of_it_means(name):
    from django.core.management import load_command_class
    from django.core.management.base import BaseCommand

    floor = next(file.parts[-4] for file in HOUSE.glob(f"*/management/commands/{name}.py"))
    command = load_command_class(floor, name)
    general = {action.dest for action in BaseCommand().create_parser("manage.py", name)._actions}
    own = [action for action in command.create_parser("manage.py", name)._actions if action.dest not in general]
    assert command.help.endswith((".", ")."))
    assert [action.dest for action in own if not action.help and action.dest not in ("deed", "file")] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sweep", "--at", "nonsense"), "CommandError: --at needs a moment such as 2026-12-31T02:00:00+08:00"),
        (("sweep", "--at", "2026-02-30T00:00"), "CommandError: --at needs a moment such as 2026-12-31T02:00:00+08:00"),
        (("demo", "--people", "-1"), "CommandError: --people needs a number from 1 on."),
        (("demo", "--people", "many"), "manage.py demo: error: argument --people: invalid int value: 'many'"),
        (("run", "--port", "0"), "CommandError: A port is a number from 1 to 65535."),
        (("audit", "export"), "manage.py audit export: error: the following arguments are required: --out"),
        (("audit", "export", "--out", "/nowhere/x.zip"), "CommandError: 无法写入 /nowhere/x.zip：No such file or directory"),
        (("import", "/nowhere.xlsx", "--event", "none"), "CommandError: There is no open event with this code."),
        (
            ("import", "x.xlsx"),
            "CommandError: --event is needed: the code of the event that the people of this file come from.",
        ),
    ],
)
def test_what_a_command_cannot_do_is_one_sentence_and_no_success(var, words, sentence):
    ended = said(var, *words)
    assert (ended.returncode != 0, ended.stdout, ended.stderr.strip().splitlines()[-1]) == (True, "", sentence)
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_not_there_is_said(var):
    ended = said(var, "import", "/nowhere.xlsx", "--event", "demo")
    assert (ended.returncode, ended.stderr.strip()) == (1, "CommandError: The file cannot be read: No such file or directory.")


def test_without_demo_mode_nobody_is_made_up(var):
    ended = said(var, "demo", YUNNUO_DEMO="0")
    sentence = "CommandError: This is no demo office: YUNNUO_DEMO is off, and production never has one."
    assert (ended.returncode, ended.stderr.strip()) == (1, sentence)
