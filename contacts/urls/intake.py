"""Addresses of the ways in."""

from django.urls import path

from contacts.doors import events, noting, offline, referrals, replies, visitor

urlpatterns = [
    path("events/", events.event_list, name="events"),
    path("events/new/", events.new_event, name="new_event"),
    path("events/<uuid:pk>/", events.event_page, name="event"),
    path("events/<uuid:pk>/edit/", events.edit_event, name="edit_event"),
    path("events/<uuid:pk>/poster/", events.poster, name="poster"),
    path("events/<uuid:pk>/close/", events.close_event, name="close_event"),
    path("events/<uuid:pk>/open/", events.reopen_event, name="reopen_event"),
    path("events/<uuid:pk>/devices/", offline.devices, name="devices"),
    path("events/<uuid:pk>/devices/prepare/", offline.prepare, name="device_prepare"),
    path("events/<uuid:pk>/devices/<uuid:device>/revoke/", offline.revoke, name="device_revoke"),
    path("kiosk/worker.js", offline.worker, name="kiosk_worker"),
    path("kiosk/<uuid:pk>/<str:language>/", offline.kiosk, name="kiosk"),
    path("api/kiosk/<uuid:pk>/", offline.hand_in, name="hand_in"),
    path("contacts/new/", noting.quick, name="quick"),
    path("contacts/<uuid:pk>/invite/", noting.invite, name="invite"),
    path("e/<slug:code>/", visitor.event_form, name="visitor_form"),
    path("e/<slug:code>/confirm/<str:token>/", visitor.confirm, name="visitor_confirm"),
    path("e/<slug:code>/separately/<str:token>/<str:stop>/", visitor.one_by_one, name="visitor_separately"),
    path("r/<slug:code>/", referrals.passed_on, name="referral"),
    path("api/sms/", replies.inbound, name="sms_inbound"),
    path("api/sms/report/", replies.report, name="sms_report"),
    path("w/<str:token>/", visitor.stop, name="stop"),
    path("w/<str:token>/receipt-<str:form>.json", visitor.receipt, name="receipt"),
    path("w/<str:token>/receipt.pdf", visitor.receipt, {"form": visitor.PDF}, name="receipt_pdf"),
]
