"""Addresses of receipts from elsewhere."""

from django.urls import path

from contacts.doors import receipts_in

urlpatterns = [path("receipts/", receipts_in.page, name="receipts_in")]
