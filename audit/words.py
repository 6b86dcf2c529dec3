"""What a word of the trail is: a verb, a reason or a field name, each with a sentence for people."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Sentence = str | Promise
About = Literal["c", "u", "n", "e", "i", "p", "k"]


@dataclass(frozen=True)
class Verb:
    """One kind of act. `label` reads after the actor's name: "Li — revealed a phone number".

    `about` says what the subject of such an entry is: c a person (their consent subject), u a user,
    n a notice version, e an event, i an import, p a partner, k a key of the keyring. `fields` lists the field names that may
    stand in such an entry; None means every declared one.
    """

    code: str
    label: Sentence
    about: About = "c"
    fields: frozenset[str] | None = None


@dataclass(frozen=True)
class Reason:
    """Why an act was done or refused; a code from a closed list, never free text."""

    code: str
    label: Sentence


@dataclass(frozen=True)
class Field:
    """The name of a protected field that an entry may mention; never its value."""

    code: str
    label: Sentence
