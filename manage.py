#!/usr/bin/env python3
"""The one command: prepares its own environment from the pinned lock, then runs Django.

Needs Python 3.11 or newer and pip, nothing else. `run` starts the site, `test` runs the tests.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent
VENV = HOUSE / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    """Prepare, re-execute inside the environment, hand over to Django."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        sys.exit("Yunnuo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    lock = HOUSE / ("requirements-dev.lock" if sys.argv[1:2] == ["test"] else "requirements.lock")
    if Path(sys.prefix).resolve() != VENV.resolve():
        prepare(lock)
        os.execv(PYTHON, [str(PYTHON), str(HOUSE / "manage.py"), *sys.argv[1:]])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    compile_words()
    if sys.argv[1:2] == ["test"]:
        from crm import testing

        sys.exit(testing.main(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def prepare(lock: Path) -> None:
    """Build the environment when the lock is newer than what stands; later starts only compare a stamp."""
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamps = VENV / ("stamp-" + lock.stem)
    if stamps.exists() and stamps.read_text() == wanted:
        return
    print(f"Preparing the environment from {lock.name} …", flush=True)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    if not install(lock):
        sys.exit("The packages could not be installed. Is pip there, and does it reach a package index?")
    stamps.write_text(wanted)


def install(lock: Path) -> bool:
    """Install the lock with uv, or with pip alone where uv does not work."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(PYTHON),
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    if subprocess.run([*pip, "uv==0.13.9"]).returncode == 0:
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes"]
        known = {"UV_INDEX_URL": index()} if index() else {}
        if subprocess.run([*uv, "--system-certs", "-r", str(lock)], env=os.environ | known).returncode == 0:
            return True
    return subprocess.run([*pip, "--require-hashes", "-r", str(lock)]).returncode == 0


def index() -> str:
    """The package index the user has configured for pip, if any."""
    if "PIP_INDEX_URL" in os.environ:
        return os.environ["PIP_INDEX_URL"]
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def compile_words() -> None:
    """Compile the translations that are newer than what stands."""
    for source in [*HOUSE.glob("locale/*/LC_MESSAGES/django.po"), *HOUSE.glob("*/locale/*/LC_MESSAGES/django.po")]:
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            import polib  # not there before the environment is, and seldom needed

            polib.pofile(str(source)).save_as_mofile(str(target))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
