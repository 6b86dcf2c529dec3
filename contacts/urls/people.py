"""Addresses of the people pages."""

from django.urls import path

from contacts.doors import ages, minors, overlap, papers, people, referrals, signing, speech, using

urlpatterns = [
    path("contacts/", people.contact_list, name="contacts"),
    path("contacts/search/", people.search_page, name="search"),
    path("contacts/views/", people.save_view, name="save_view"),
    path("contacts/views/<uuid:pk>/forget/", people.forget_view, name="forget_view"),
    path("contacts/<uuid:pk>/", people.contact_page, name="contact"),
    path("contacts/<uuid:pk>/reveal/", using.reveal_page, name="reveal"),
    path("contacts/<uuid:pk>/call/<uuid:phone>/", using.call, name="call"),
    path("contacts/<uuid:pk>/service-call/<uuid:phone>/", using.service_call, name="service_call"),
    path("contacts/<uuid:pk>/outcome/", using.note_outcome, name="outcome"),
    path("contacts/<uuid:pk>/withdraw/", using.withdraw_page, name="withdraw"),
    path("contacts/<uuid:pk>/sign/", signing.sign, name="sign"),
    path("contacts/<uuid:pk>/age/", ages.age, name="age"),
    path("contacts/<uuid:pk>/guardian/", ages.guardian, name="guardian"),
    path("contacts/<uuid:pk>/refer/", referrals.refer, name="refer"),
    path("minors/", minors.page, name="minors"),
    path("minors/list/", minors.listed, name="minors_listed"),
    path("minors/<uuid:pk>/decide/", minors.decide, name="decide_minors"),
    path("sign/", signing.signing_page, name="signing"),
    path("sign/back/", signing.give_back, name="signing_back"),
    path("contacts/<uuid:pk>/papers/", papers.papers_page, name="papers"),
    path("contacts/<uuid:pk>/papers/<uuid:page>/", papers.paper, name="paper"),
    path("contacts/<uuid:pk>/speech/", speech.speech_page, name="speech"),
    path("contacts/<uuid:pk>/speech/<uuid:sound>/", speech.recording, name="recording"),
    path("suppression/", overlap.overlap_page, name="suppression"),
    path("calls/", using.calls_page, name="calls"),
]
