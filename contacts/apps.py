"""Django's registration of the contacts floor."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Names the floor to Django."""

    name = "contacts"

    def ready(self) -> None:
        """Declare the floor's own words for the trail."""
        from contacts.importing import words as importing
        from contacts.keys import words as keys

        importing.declare()
        keys.declare()
