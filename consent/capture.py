"""Forms that store something about a person: each field names its category, and only what a purpose lists may be asked (A3)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured

from audit import trail
from audit.trail import Actor
from consent import register
from vault.forms import StrictForm


class FieldRefused(ImproperlyConfigured):
    """A form that asks for more than its purposes list; names the form and the field, never a value."""


class CaptureForm(StrictForm):
    """A form by which people come in.

    `stores` says for each field what category of data it holds, `about_nobody` which fields hold none. A field in neither,
    or of a category that no purpose of the form's version lists, refuses the whole form (A3).
    """

    stores: ClassVar[Mapping[str, str]] = {}
    about_nobody: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, categories: Collection[str], **kwargs: Any) -> None:
        """`categories` are those that the purposes of the version list (register.allowed). Raises FieldRefused."""
        self.categories = frozenset(categories)
        super().__init__(*args, **kwargs)
        self._look(self.fields)

    def full_clean(self) -> None:
        """Look again: a field may have been added since. Raises FieldRefused."""
        self._look(self.fields)
        super().full_clean()

    def _look(self, names: Iterable[str]) -> None:
        if refused := refused_fields(type(self), names, self.categories):
            raise FieldRefused(f"{type(self).__name__}: no purpose lists {', '.join(refused)}")


def refused_fields(form: type[CaptureForm], names: Iterable[str], categories: Collection[str]) -> list[str]:
    """Which of these fields the form may not have, given what its purposes list."""
    open_ = [name for name in names if name not in form.about_nobody]
    return [name for name in open_ if form.stores.get(name) not in categories]


def problems(forms: Iterable[type[CaptureForm]]) -> list[str]:
    """Fields without a category, or of one that no purpose of the whole register lists, as Form.field."""
    every = {category for row in register.PURPOSES for category in row["categories"]}
    return [f"{form.__name__}.{name}" for form in forms for name in refused_fields(form, form.base_fields, every)]


def note_unasked(form: StrictForm, *, by: Actor, at: datetime) -> None:
    """Leave an entry where a form was sent more than it asks for: how many keys, and nothing of them (A3)."""
    if form.unasked:
        trail.record_alone("form.unasked", by=by, at=at, numbers=[form.unasked])
