"""Addresses of partners, of what they must hear of withdrawals, and of lists that were paid for."""

from django.urls import path

from contacts.doors import partners, recalls

urlpatterns = [
    path("partners/", partners.page, name="partners"),
    path("partners/new/", partners.enter, name="enter_partner"),
    path("partners/<uuid:pk>/", partners.partner_page, name="partner"),
    path("partners/<uuid:pk>/approve/", partners.approve, name="approve_partner"),
    path("partners/<uuid:pk>/end/", partners.end, name="end_partner"),
    path("partners/withdrawals/<uuid:pk>/", recalls.page, name="recall"),
    path("w/<str:code>/heard/", recalls.answer, name="recall_answer"),
    path("partners/cases/<uuid:pk>/", partners.close_case, name="close_case"),
]
