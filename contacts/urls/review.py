"""Addresses of the review desk."""

from django.urls import path

from contacts.doors import review

urlpatterns = [
    path("coverage/", review.coverage_page, name="coverage"),
    path("review/", review.queue, name="review"),
    path("review/<uuid:pk>/", review.decide, name="review_decide"),
]
