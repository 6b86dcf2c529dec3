"""Django's registration of the vault floor."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Names the floor to Django."""

    name = "vault"
