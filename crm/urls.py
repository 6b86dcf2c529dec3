"""All addresses of the site, floor by floor; each view declares who may enter (design, rule 7)."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from audit import views as audit_views
from audit import views_entry, views_export
from crm import views
from team.doors import door, public_door

handler400 = views.bad_request
auditors = door(roles=("auditor", "compliance"))
auditor = door(roles=("auditor",), second_factor=True)
overseers = door(roles=("auditor", "compliance", "admin"))
seconds = door(roles=("compliance", "admin"))  # who lets the trail out; never who asked for it

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("healthz/", views.healthz),
    path("readyz", views.readyz, name="readyz"),
    path("readyz/", views.readyz),
    path("favicon.ico", views.favicon, name="favicon"),
    path("theme/", views.theme, name="theme"),
    path("language/", public_door()(require_POST(set_language)), name="set_language"),
    path("", include("team.urls")),
    path("", include("consent.urls")),
    path("", include("contacts.urls.people")),
    path("", include("contacts.urls.intake")),
    path("", include("contacts.urls.importing")),
    path("", include("contacts.urls.leaving")),
    path("", include("contacts.urls.keys")),
    path("", include("contacts.urls.own")),
    path("", include("contacts.urls.requests")),
    path("", include("contacts.urls.review")),
    path("", include("contacts.urls.receipts")),
    path("", include("contacts.urls.complaints")),
    path("", include("contacts.urls.canaries")),
    path("", include("contacts.urls.partners")),
    path("", include("contacts.urls.debts")),
    path("audit/", auditors(audit_views.search), name="audit"),
    path("audit/days/", auditors(audit_views.days), name="audit_days"),
    path("audit/checkpoint/", auditors(audit_views.checkpoint), name="audit_checkpoint"),
    path("audit/entries/<uuid:eid>/", auditors(views_entry.entry), name="audit_entry"),
    path("audit/entries/<uuid:eid>/proof/", auditors(views_entry.proof), name="audit_entry_proof"),
    path("audit/entries/<uuid:eid>/take-out/", auditors(views_entry.take_out), name="audit_entry_take_out"),
    path("audit/export/", auditor(views_export.ask), name="audit_export"),
    path("audit/export/<uuid:pk>/", overseers(views_export.job), name="audit_export_job"),
    path("audit/export/<uuid:pk>/progress/", overseers(views_export.progress), name="audit_export_progress"),
    path("audit/export/<uuid:pk>/decide/", seconds(views_export.decide), name="audit_export_decide"),
    path("audit/export/<uuid:pk>/cancel/", auditor(views_export.cancel), name="audit_export_cancel"),
    path("audit/export/<uuid:pk>/download/", auditor(views_export.download), name="audit_export_download"),
]
