"""`manage.py roles`: the three roles of a PostgreSQL in production, as SQL to read or applied."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections, transaction

from crm.rights import roles


class Command(BaseCommand):
    """Prints or applies who may what; or says what is not so."""

    help = "The owner migrates, the app serves, the sealer seals: print the SQL for it, apply it, or check what this role may."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the names of the roles, --apply and --check."""
        parser.add_argument("--app", default="yunnuo_app", metavar="ROLE", help="who serves (default yunnuo_app)")
        parser.add_argument("--sealer", default="yunnuo_sealer", metavar="ROLE", help="who seals (default yunnuo_sealer)")
        parser.add_argument("--apply", action="store_true", help="run it, as the owner; again after every migration")
        parser.add_argument("--check", action="store_true", help="say what the present role may and must not, and fail")

    def handle(self, *args: Any, **options: Any) -> None:
        """One of the three."""
        if connections["default"].vendor != "postgresql":
            raise CommandError("SQLite has no roles; only checkpoints outside the house protect its trail.")
        if options["check"]:
            if found := roles.drift():
                raise CommandError("\n".join(found))
            self.stdout.write("this role may what it must, every trigger is awake")
            return
        for alias in ("default", "vault"):
            self._say_or_do(alias, options)

    def _say_or_do(self, alias: str, options: dict[str, Any]) -> None:
        try:
            wanted = roles.statements(alias, app=options["app"], sealer=options["sealer"])
        except roles.RoleRefused as refused:
            raise CommandError(str(refused)) from None
        name = connections[alias].settings_dict["NAME"]
        if not options["apply"]:
            self.stdout.write(f"-- in {name}, as its owner\n" + "".join(f"{sql};\n" for sql in wanted))
            return
        try:
            with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
                for sql in wanted:
                    cursor.execute(sql)
        except DatabaseError as error:
            raise CommandError(f"{name}: {str(error).strip().splitlines()[0]}; nothing was changed there") from None
        self.stdout.write(f"{name}: {options['app']} serves, {options['sealer']} seals")
