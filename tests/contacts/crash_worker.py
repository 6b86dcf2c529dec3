"""A worker that can be killed for real: prepares a house in files, or saves its sheet batch by batch."""

import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from contacts import importing  # noqa: E402
from contacts.importing import committing  # noqa: E402
from contacts.models import SheetImport  # noqa: E402
from tests import house  # noqa: E402
from tests.contacts import sheetwork  # noqa: E402

PEOPLE = 240
committing.BATCH = 20


def prepare():
    for alias in ("vault", "default"):
        call_command("migrate", database=alias, verbosity=0)
    home = house.build()
    rows = [["王小诺", f"1380000{n:04d}", "是"] for n in range(PEOPLE)]
    sheet = sheetwork.bring(home, sheetwork.text(rows))
    SheetImport.objects.filter(pk=sheet.pk).update(state="committing", heartbeat=house.NOON)


def beat():
    sys.stdout.write("batch\n")
    sys.stdout.flush()
    return datetime.now(UTC)


def save():
    importing.commit(SheetImport.objects.get().pk, at=house.NOON, clock=beat)
    sys.stdout.write("done\n")


if __name__ == "__main__":
    {"prepare": prepare, "save": save}[sys.argv[1]]()
