"""Django's registration of the team floor."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """Names the floor to Django."""

    name = "team"
