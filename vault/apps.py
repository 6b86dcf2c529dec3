"""Django's registration of the vault floor."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Names the floor to Django; registers the checks and the task serializer."""

    name = "vault"

    def ready(self) -> None:
        """Bring the checks and the serializer to life."""
        from vault import known_answers, labels, serializer  # noqa: F401 - imported for what they register
