"""Addresses of the person's own page."""

from django.urls import path

from contacts.doors import after, me, referrals, visitor

urlpatterns = [
    path("me/", me.own, name="own"),
    path("me/code/", me.code, name="own_code"),
    path("me/stop/", me.stop, name="own_stop"),
    path("me/agree/", me.agree, name="own_agree"),
    path("me/ask/", me.ask, name="own_ask"),
    path("me/window/", me.window, name="own_window"),
    path("me/after/", after.own, name="own_after"),
    path("me/refer/", referrals.own, name="own_refer"),
    path("me/copy/", me.copy, name="own_copy"),
    path("me/copy.json", me.copy_file, name="own_copy_file"),
    path("me/receipt/<uuid:subject>-<slug:form>.json", me.receipt, name="own_receipt"),
    path("me/receipt/<uuid:subject>.pdf", me.receipt, {"form": visitor.PDF}, name="own_receipt_pdf"),
    path("me/leave/", me.leave, name="own_leave"),
    path("me/again/", me.again, name="own_again"),
]
