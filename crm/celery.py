"""The task queue: an alarm clock only; what is due is found in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("yunnuo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["contacts"])


@worker_process_init.connect
def _beat(**_: Any) -> None:
    """Each process that works on tasks proves its keyring and says which it holds."""
    from vault import heartbeat

    heartbeat.start()
