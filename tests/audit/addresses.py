"""The auditor's addresses as the roof gives them, without its doors."""

from django.urls import path

from audit import views, views_entry, views_export

urlpatterns = [
    path("audit/", views.search, name="audit"),
    path("audit/days/", views.days, name="audit_days"),
    path("audit/checkpoint/", views.checkpoint, name="audit_checkpoint"),
    path("audit/entries/<uuid:eid>/", views_entry.entry, name="audit_entry"),
    path("audit/entries/<uuid:eid>/proof/", views_entry.proof, name="audit_entry_proof"),
    path("audit/entries/<uuid:eid>/take-out/", views_entry.take_out, name="audit_entry_take_out"),
    path("audit/export/", views_export.ask, name="audit_export"),
    path("audit/export/<uuid:pk>/", views_export.job, name="audit_export_job"),
    path("audit/export/<uuid:pk>/progress/", views_export.progress, name="audit_export_progress"),
    path("audit/export/<uuid:pk>/decide/", views_export.decide, name="audit_export_decide"),
    path("audit/export/<uuid:pk>/cancel/", views_export.cancel, name="audit_export_cancel"),
    path("audit/export/<uuid:pk>/download/", views_export.download, name="audit_export_download"),
]
