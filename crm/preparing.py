"""What stands before the first page: both databases with their tables, the keyring, and the proof that they belong together."""

from datetime import datetime

from django.core.management import call_command

from consent.stores import chosen
from crm.servers import databases
from vault import canary, keyring, signing


def prepare(*, at: datetime) -> None:
    """Make what is missing; each step looks first, so that a second start costs little. Raises CommandError with a sentence."""
    databases.ensure()
    keyring.ensure_development()
    signing.ensure_development()
    call_command("migrate", database="vault", verbosity=0)
    call_command("migrate", verbosity=0)
    canary.prove(at=at)
    chosen.refuse_unfit()
