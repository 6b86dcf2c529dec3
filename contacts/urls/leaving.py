"""Addresses of the leaving pages."""

from django.urls import path

from contacts.doors import certificate, client, holds, leaving, rules, sweeping

urlpatterns = [
    path("retention/", leaving.retention_page, name="retention"),
    path("retention/rules/", rules.page, name="retention_rules"),
    path("retention/days/", rules.propose, name="retention_days"),
    path("retention/rules/<uuid:pk>/decide/", rules.decide, name="decide_rule"),
    path("retention/sweep/", sweeping.start, name="run_sweep"),
    path("retention/tonight/", sweeping.look_ahead, name="look_ahead"),
    path("retention/sweeps/<uuid:pk>/", sweeping.page, name="sweep"),
    path("retention/sweeps/<uuid:pk>/progress/", sweeping.progress, name="sweep_progress"),
    path("retention/sweeps/<uuid:pk>/approve/", sweeping.approve, name="approve_sweep"),
    path("retention/sweeps/<uuid:pk>/pause/", sweeping.pause, name="pause_sweep"),
    path("retention/sweeps/<uuid:pk>/go-on/", sweeping.go_on, name="go_on_sweep"),
    path("certificate/<uuid:code>/", certificate.page, name="certificate"),
    path("certificate/<uuid:code>/proof/", certificate.proof, name="certificate_proof"),
    path("certificate/check/", certificate.program, name="certificate_program"),
    path("holds/", holds.page, name="holds"),
    path("holds/<uuid:pk>/approve/", holds.approve, name="approve_hold"),
    path("holds/<uuid:pk>/renew/", holds.renew, name="renew_hold"),
    path("holds/<uuid:pk>/ask-to-lift/", holds.ask_to_lift, name="ask_to_lift_hold"),
    path("holds/<uuid:pk>/lift/", holds.lift, name="lift_hold"),
    path("contacts/<uuid:pk>/hold/", holds.place, name="place_hold"),
    path("contacts/<uuid:pk>/client/", client.mark, name="client"),
    path("contacts/<uuid:pk>/postpone/", leaving.postpone, name="postpone"),
]
