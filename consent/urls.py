"""Addresses of the consent floor."""

from django.urls import path

from consent import views, views_defence, views_exceptions, views_law, views_lead, views_notices, views_receipts

urlpatterns = [
    path("n/<slug:code>/", views.notice_page, name="notice_current"),
    path("n/<slug:code>/v<int:number>/", views.notice_page, name="notice"),
    path("n/<slug:code>/v<int:number>/changes/", views_notices.changes, name="notice_changes"),
    path("n/<slug:code>/v<int:number>/kept-<slug:language>.html", views_notices.kept, name="notice_kept"),
    path("n/<slug:code>/v<int:number>/form-<slug:language>.pdf", views_notices.form_to_print, name="notice_form"),
    path("notices/next/", views_notices.start, name="notice_start"),
    path("notices/exceptions/", views_exceptions.page, name="exceptions"),
    path("notices/exceptions/new/", views_exceptions.enter, name="enter_exception"),
    path("notices/exceptions/<uuid:pk>/decide/", views_exceptions.decide, name="decide_exception"),
    path("notices/exceptions/<uuid:pk>/told/", views_exceptions.tell, name="tell_exception"),
    path("notices/<uuid:pk>/", views_notices.draft_page, name="notice_draft"),
    path("notices/<uuid:pk>/preview/", views_notices.preview, name="notice_preview"),
    path("notices/<uuid:pk>/propose/", views_notices.propose, name="notice_propose"),
    path("notices/<uuid:pk>/back/", views_notices.send_back, name="notice_back"),
    path("notices/<uuid:pk>/publish/", views_notices.publish, name="notice_publish"),
    path("law/", views_law.page, name="law"),
    path("law/minors/", views_law.minors, name="minors_rules"),
    path("receipt/check/", views_receipts.check, name="receipt_check"),
    path("receipt/key/", views_receipts.key, name="receipt_key"),
    path("defence/", views_defence.desk, name="defence"),
    path("defence/<uuid:subject>/", views_defence.take, name="defence_take"),
    path("notices/", views.notices_page, name="notices"),
    path("suppression/number/", views.suppression_page, name="suppression_lookup"),
    path("suppression/lead/", views_lead.page, name="list_lead"),
    path("decisions/<uuid:pk>/", views.decision_page, name="decision"),
]
