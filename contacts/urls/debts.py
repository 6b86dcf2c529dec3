"""Addresses of the board of refusal debts."""

from django.urls import path

from contacts.doors import debts

urlpatterns = [
    path("debts/", debts.page, name="debts"),
    path("debts/<uuid:pk>/take/", debts.take, name="take_debt"),
    path("debts/<uuid:pk>/close/", debts.close, name="close_debt"),
]
