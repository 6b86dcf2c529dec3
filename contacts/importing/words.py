"""What the import adds to the vocabulary of the trail."""

from django.utils.translation import pgettext_lazy

from audit import verbs
from audit.words import Reason, Verb


def declare() -> None:
    """Declare the verbs and reasons of the import; called once, when the floor is ready."""
    verbs.declare(
        Verb("import.stopped", pgettext_lazy("trail", "stopped saving a sheet"), "i", frozenset()),
        Verb("import.read", pgettext_lazy("trail", "looked at rows of a sheet"), "i", frozenset()),
        Verb("import.paid", pgettext_lazy("trail", "wanted to bring in a list that was paid for"), "i", frozenset()),
        Verb("import.case_closed", pgettext_lazy("trail", "closed the case of a list paid for"), "i", frozenset()),
        Reason("paid_list", pgettext_lazy("reason", "something was given for the list")),
    )
