"""The task queue: an alarm clock only; what is due is found in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

from crm import queue_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

queue_files.use()
app = Celery("yunnuo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["audit", "contacts"])


@worker_init.connect
def _prove(**_: Any) -> None:
    """A worker with a keyring that is not this database's does not start; of a signal, only SystemExit is heard."""
    from django.db import connections

    from consent.stores import chosen
    from crm.rights import roles
    from vault import heartbeat
    from vault.errors import VaultError

    try:
        roles.refuse_drift()
        heartbeat.prove()
        chosen.refuse_unfit()
    except VaultError as refused:
        raise SystemExit(str(refused)) from None
    finally:
        connections.close_all()  # the children of this process open their own


@worker_process_init.connect
def _beat(**_: Any) -> None:
    """Each process that works on tasks says which keyring it holds."""
    from vault import heartbeat

    heartbeat.start()
