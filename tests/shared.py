"""Worlds that are built once and found by many tests as they were built."""

from contextlib import contextmanager
from types import SimpleNamespace

from django.db import transaction
from django.db.models import Model

ALIASES = ("default", "vault")


@contextmanager
def undone():
    """Everything that happens inside, on both sides, is undone at the end."""
    guards = [transaction.atomic(using=alias) for alias in ALIASES]
    for guard in guards:
        guard._from_testcase = True  # a deed's durable transaction may be the outermost of its own
        guard.__enter__()
    try:
        yield
    finally:
        for guard, alias in reversed(list(zip(guards, ALIASES, strict=True))):
            transaction.set_rollback(True, using=alias)
            guard.__exit__(None, None, None)


def afresh(world):
    """The same world for one more test: its rows are read anew, so nothing that a test did to an object is left."""
    held = {name: type(v)._base_manager.get(pk=v.pk) if isinstance(v, Model) else v for name, v in vars(world).items()}
    return SimpleNamespace(**held)
