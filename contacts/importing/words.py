"""What the import adds to the vocabulary of the trail."""

from django.utils.translation import pgettext_lazy

from audit import verbs
from audit.words import Verb


def declare() -> None:
    """Declare the verbs of the import; called once, when the floor is ready."""
    verbs.declare(
        Verb("import.stopped", pgettext_lazy("trail", "stopped saving a sheet"), "i", frozenset()),
        Verb("import.read", pgettext_lazy("trail", "looked at rows of a sheet"), "i", frozenset()),
    )
