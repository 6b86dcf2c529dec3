"""Addresses of the desk that answers people's requests."""

from django.urls import path

from contacts.doors import after, requests

urlpatterns = [
    path("requests/", requests.desk, name="requests"),
    path("requests/<uuid:pk>/", requests.one, name="request"),
    path("requests/<uuid:pk>/answer/", requests.answer, name="answer_request"),
    path("requests/<uuid:pk>/relative/", after.grant, name="grant_relative"),
    path("requests/<uuid:pk>/refuse/", requests.refuse, name="refuse_request"),
    path("requests/<uuid:pk>/correct/", requests.correct, name="correct_request"),
    path("contacts/<uuid:pk>/request/", requests.take, name="take_request"),
]
