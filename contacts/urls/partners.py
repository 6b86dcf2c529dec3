"""Addresses of partners, and of lists that were paid for."""

from django.urls import path

from contacts.doors import partners

urlpatterns = [
    path("partners/", partners.page, name="partners"),
    path("partners/cases/<uuid:pk>/", partners.close_case, name="close_case"),
]
