"""`manage.py migrate`, which on the vault's side walks the vault's own migrations and nobody else's.

Django walks every migration on every database and asks the router of each table; on the vault's side all of them but
the vault's make nothing, and walking them took as long as the main side itself: at every first start, and before every test.
"""

from typing import Any

from django.core.management.commands import migrate

from vault.router import ALIAS


class Command(migrate.Command):
    """Django's own, told which migrations can do anything on the side that was named."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """As Django's; on the vault's side without an app it is the vault alone."""
        if options["database"] == ALIAS and not options["app_label"]:
            options |= {"app_label": "vault", "run_syncdb": False}
        return super().handle(*args, **options)
