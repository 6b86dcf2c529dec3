"""Addresses of the leaving pages."""

from django.urls import path

from contacts.doors import certificate, leaving

urlpatterns = [
    path("retention/", leaving.retention_page, name="retention"),
    path("retention/days/", leaving.change_days, name="retention_days"),
    path("retention/sweep/", leaving.run_sweep, name="run_sweep"),
    path("retention/sweeps/<uuid:pk>/", leaving.sweep_page, name="sweep"),
    path("certificate/<uuid:code>/", certificate.page, name="certificate"),
    path("certificate/<uuid:code>/proof/", certificate.proof, name="certificate_proof"),
    path("certificate/check/", certificate.program, name="certificate_program"),
    path("holds/", leaving.holds_page, name="holds"),
    path("holds/<uuid:pk>/lift/", leaving.lift_hold, name="lift_hold"),
    path("contacts/<uuid:pk>/hold/", leaving.place_hold, name="place_hold"),
]
