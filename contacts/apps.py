"""Django's registration of the contacts floor."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Names the floor to Django."""

    name = "contacts"
