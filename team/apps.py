"""Django's registration of the team floor."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TeamConfig(AppConfig):
    """Names the floor to Django; fills its registers after migrations."""

    name = "team"

    def ready(self) -> None:
        """Seed after migrations, and tell the trail how to name people."""
        from audit import actors
        from team import naming, seeding

        post_migrate.connect(seeding.after_migrate, sender=self)
        actors.register(naming.names_of)
