"""The roof: settings, addresses, clock; home pages, demo. Nobody imports it."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
