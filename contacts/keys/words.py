"""What the keys add to the vocabulary of the trail."""

from django.utils.translation import pgettext_lazy

from audit import verbs
from audit.words import Verb

_NONE: frozenset[str] = frozenset()
VERBS = (
    Verb("key.added", pgettext_lazy("trail", "added a key to the keyring"), "k", _NONE),
    Verb("key.promoted", pgettext_lazy("trail", "put a key into use"), "k", _NONE),
    Verb("key.retired", pgettext_lazy("trail", "retired a key"), "k", _NONE),
    Verb("key.destroyed", pgettext_lazy("trail", "destroyed a key"), "k", _NONE),
    Verb("key.rewrapped", pgettext_lazy("trail", "moved people under the key in use"), "k", _NONE),
    Verb("key.reindexed", pgettext_lazy("trail", "made people's search tags anew"), "k", _NONE),
    Verb("key.resealed", pgettext_lazy("trail", "sealed a person's values anew"), "c", _NONE),
)


def declare() -> None:
    """Declare the verbs of the keys; called once, when the floor is ready."""
    verbs.declare(*VERBS)
