"""Many rows in one statement, from plain values: a batch that builds no objects and takes no column for more than it is."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

PARAMETERS = 900  # in one statement of SQLite
# What a column is on PostgreSQL, without a length: a cast to varchar(8) would cut, where the column itself refuses.
TYPES = {
    models.UUIDField: "uuid",
    models.DateTimeField: "timestamptz",
    models.BinaryField: "bytea",
    models.CharField: "text",
    models.TextField: "text",
    models.IntegerField: "bigint",
}


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *, again: bool = False) -> None:
    """Insert rows, in the caller's transaction, with the columns named as Django names them ("subject_id").

    Columns that are not named take what the database gives. With `again` a row that is there already stays as it is;
    otherwise it raises IntegrityError. No signals, no defaults of Python, no sealed columns (TypeError).
    """
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    fields = [_plain(model, name) for name in columns]
    given = [list(map(_into(field, connection), column)) for field, column in zip(fields, zip(*rows, strict=True), strict=True)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(_column(model, name)) for name in columns)
    start, end = f"INSERT INTO {quote(model._meta.db_table)} ({names})", " ON CONFLICT DO NOTHING" if again else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
            cursor.execute(f"{start} SELECT * FROM UNNEST({arrays}){end}", given)
            return
        one, many = f"({', '.join(['%s'] * len(fields))})", max(PARAMETERS // len(fields), 1)
        stored = list(zip(*given, strict=True))
        for at in range(0, len(stored), many):
            part = stored[at : at + many]
            cursor.execute(f"{start} VALUES {', '.join([one] * len(part))}{end}", [v for row in part for v in row])


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _plain(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """The column as what it holds: of a key to another table, that table's key."""
    field: Any = model._meta.get_field(name.removesuffix("_id")) if name.endswith("_id") else model._meta.get_field(name)
    while field.related_model is not None:
        field = field.target_field
    if getattr(field, "sealed", False):
        raise TypeError(f"{name} is sealed: boxes are saved with their row")
    return field  # type: ignore[no-any-return]


def _type(field: "models.Field[Any, Any]") -> str:
    return next(name for kind, name in TYPES.items() if isinstance(field, kind))


def _into(field: "models.Field[Any, Any]", connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """How one value of this column is handed to the database."""
    if isinstance(field, models.UUIDField):
        if connection.vendor == "postgresql":
            return lambda pk: None if pk is None else str(pk)
        return lambda pk: None if pk is None else pk.hex
    if isinstance(field, models.DateTimeField) and connection.vendor != "postgresql":
        return lambda at: None if at is None else connection.ops.adapt_datetimefield_value(at)
    if isinstance(field, models.CharField | models.TextField):
        return lambda word: word if word is None or type(word) is str else str(word)  # a member of TextChoices
    return lambda value: value
