"""Addresses of the consent floor."""

from django.urls import path

from consent import views, views_defence, views_receipts

urlpatterns = [
    path("n/<slug:code>/", views.notice_page, name="notice_current"),
    path("n/<slug:code>/v<int:number>/", views.notice_page, name="notice"),
    path("receipt/check/", views_receipts.check, name="receipt_check"),
    path("receipt/key/", views_receipts.key, name="receipt_key"),
    path("defence/", views_defence.desk, name="defence"),
    path("defence/<uuid:subject>/", views_defence.take, name="defence_take"),
    path("notices/", views.notices_page, name="notices"),
    path("suppression/number/", views.suppression_page, name="suppression_lookup"),
    path("decisions/<uuid:pk>/", views.decision_page, name="decision"),
]
