"""Django's registration of the audit floor."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Names the floor to Django."""

    name = "audit"
