"""Django's registration of the consent floor."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Names the floor to Django."""

    name = "consent"
