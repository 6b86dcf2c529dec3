"""Addresses of canaries."""

from django.urls import path

from contacts.doors import canaries

urlpatterns = [
    path("canaries/", canaries.page, name="canaries"),
    path("canaries/<uuid:pk>/seen/", canaries.look, name="canary_seen"),
]
