"""Labels of columns: what each holds, who reads it, how long it lives, how it is erased and exported.

A model declares `LABELS = labels.of(name="contact; advisor,lead; contact; key; gated", …)`. The five
parts are kind; readers; lifetime; erasure; export. A column of one of our floors without a label stops
the site from starting (design, rule 7; F1, I15).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models

KINDS = frozenset({"identifier", "contact", "pseudonym", "evidence", "plain"})
FLOORS = ("vault", "audit", "team", "consent", "contacts")


class LabelRefused(ValueError):
    """A label that does not say all five things."""


@dataclass(frozen=True)
class Label:
    """What one column holds and what becomes of it."""

    kind: str
    readers: tuple[str, ...]
    lifetime: str
    erasure: str
    export: str


def parse(text: str) -> Label:
    """Read a label from its five parts; raises LabelRefused when one is missing or the kind is unknown."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != 5 or not all(parts) or parts[0] not in KINDS:
        raise LabelRefused(text)
    kind, readers, lifetime, erasure, export = parts
    return Label(kind, tuple(reader.strip() for reader in readers.split(",")), lifetime, erasure, export)


def of(**columns: str) -> dict[str, Label]:
    """The labels of one model, column by column; `rest` stands for all columns not named."""
    return {name: parse(text) for name, text in columns.items()}


def label_of(model: type[models.Model], column: str) -> Label | None:
    """The label of one column, or None where nobody has said."""
    labels: dict[str, Label] = getattr(model, "LABELS", {})
    return labels.get(column) or labels.get("rest")


def unlabelled(candidates: Iterable[type[models.Model]]) -> list[str]:
    """Columns without a label, as `app.Model.column`; a sealed column is never covered by `rest`."""
    missing = []
    for model in candidates:
        labels: dict[str, Label] = getattr(model, "LABELS", {})
        for column in model._meta.concrete_fields:
            sealed = getattr(column, "sealed", False)
            if column.name not in labels and (sealed or "rest" not in labels):
                missing.append(f"{model._meta.label}.{column.name}")
    return missing


@checks.register(checks.Tags.models)
def every_column_is_labelled(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start while a column of our floors has no label."""
    ours = [model for model in apps.get_models() if model._meta.app_label in FLOORS]
    return [checks.Error(f"{name} has no label", id="vault.E001") for name in unlabelled(ours)]
