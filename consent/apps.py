"""Django's registration of the consent floor."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsentConfig(AppConfig):
    """Names the floor to Django; fills its registers after migrations."""

    name = "consent"

    def ready(self) -> None:
        """Seed after migrations; look at the messages."""
        from consent import seeding, services, sms_lint  # noqa: F401 - the last two for the checks that they register

        post_migrate.connect(seeding.after_migrate, sender=self)
