"""Django's registration of the roof."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Names the roof to Django."""

    name = "crm"
