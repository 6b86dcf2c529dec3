"""Addresses of complaints."""

from django.urls import path, re_path

from contacts.doors import complaints

urlpatterns = [
    path("complaints/", complaints.complain, name="complaints"),
    re_path(r"^complaints/(?P<code>[a-z2-7]{24})/$", complaints.read, name="complaint"),
]
