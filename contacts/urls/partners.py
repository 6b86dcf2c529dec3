"""Addresses of partners, and of lists that were paid for."""

from django.urls import path

from contacts.doors import partners

urlpatterns = [
    path("partners/", partners.page, name="partners"),
    path("partners/new/", partners.enter, name="enter_partner"),
    path("partners/<uuid:pk>/", partners.partner_page, name="partner"),
    path("partners/<uuid:pk>/approve/", partners.approve, name="approve_partner"),
    path("partners/<uuid:pk>/end/", partners.end, name="end_partner"),
    path("partners/cases/<uuid:pk>/", partners.close_case, name="close_case"),
]
