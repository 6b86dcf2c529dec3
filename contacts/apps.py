"""Django's registration of the contacts floor."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Names the floor to Django."""

    name = "contacts"

    def ready(self) -> None:
        """Declare the floor's own words for the trail; bring the check of its forms to life."""
        from contacts.forms import declared  # noqa: F401 - imported for what it registers
        from contacts.importing import words as importing
        from contacts.keys import words as keys

        importing.declare()
        keys.declare()
