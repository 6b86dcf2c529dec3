"""The column of a sealed value: takes closed boxes only, gives closed boxes only, answers no look-up."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError
from django.db import models

from vault.sealed import Sealed, from_row

EMPTY = b""  # what Django gives a binary column of a new row; it cannot be saved


class _Box:
    """Gives the raw bytes of a column their row and owner when somebody reads the attribute."""

    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed) and value.row is None:  # as it came from the database, for this row alone
            value.row, value.owner = instance.pk, self.field.owner_of(instance)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        """Take boxes only; bytes that somebody assigns are never taken for ciphertext."""
        # A box, as every row that is loaded brings one, is looked at first and once.
        if type(value) is not Sealed and value is not None and not (isinstance(value, bytes) and value == EMPTY):
            self.field.refuse_plain(value)
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A sealed column; `field_id` is a frozen literal bound into the tag, never renamed with the column.

    `layout` is phone, text or bytes; `owner` names the attribute that holds the uuid of the key's owner.
    """

    sealed = True

    def __init__(self, *args: Any, field_id: str = "", layout: str = "text", owner: str = "", **kwargs: Any) -> None:
        """Remember what the tag binds."""
        self.field_id, self.layout, self.owner = field_id, layout, owner
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """For migrations: the field with its frozen name."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return (
            name,
            path,
            args,
            kwargs | {"field_id": self.field_id, "layout": self.layout, "owner": self.owner},
        )

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Put the box-giving attribute on the model."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Box(self))

    def owner_of(self, instance: models.Model) -> UUID | None:
        """The uuid under whose key this row's value is sealed."""
        owner: UUID | None = getattr(instance, self.owner)
        return owner

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """A closed box without its row; reading it from an instance adds row and owner."""
        return None if value is None else from_row(value, self.field_id)

    def refuse_plain(self, value: Any) -> None:
        """Raise TypeError for anything but a box, without repeating it."""
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.field_id} takes sealed values only")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Let ciphertext through and refuse everything else, so that update() and bulk_update() cannot leak."""
        if value is None:
            return None
        self.refuse_plain(value)
        return super().get_db_prep_value(value.blob, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: a sealed value is found through its blind index."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.field_id} is sealed: look it up through vault.index (by_number, by_last4)")

    def get_transform(self, lookup_name: str) -> Any:
        """No transform reaches inside."""
        raise FieldError(f"{self.field_id} is sealed: no transform reaches inside")

    def value_to_string(self, obj: models.Model) -> str:
        """For dumpdata: the ciphertext in base64."""
        box = self.value_from_object(obj)
        return "" if box is None else b64encode(box.blob).decode()

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """A box passes as it is: no validator may look inside."""
        if value is not None:
            self.refuse_plain(value)
        return value

    def to_python(self, value: Any) -> Any:
        """Leave boxes alone; plain values never become column values."""
        return value
