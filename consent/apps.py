"""Django's registration of the consent floor."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsentConfig(AppConfig):
    """Names the floor to Django; fills its registers after migrations."""

    name = "consent"

    def ready(self) -> None:
        """Seed after migrations."""
        from consent import seeding

        post_migrate.connect(seeding.after_migrate, sender=self)
