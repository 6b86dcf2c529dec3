"""The auditor's addresses as the roof gives them, without its doors."""

from django.urls import path

from audit import views

urlpatterns = [
    path("audit/", views.search, name="audit"),
    path("audit/checkpoint/", views.checkpoint, name="audit_checkpoint"),
    path("audit/export/", views.export, name="audit_export"),
]
