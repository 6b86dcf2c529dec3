"""Address of the page about keys."""

from django.urls import path

from contacts.doors import keys

urlpatterns = [path("keys/", keys.keys_page, name="keys")]
