"""Addresses of services, referrals, appointments and the monitor of deadlines."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.plans.views import appointments, catalogue, deadlines, referrals

urlpatterns: list[URLPattern] = [
    # The catalogue.
    path("services/", catalogue.services, name="services"),
    path("services/<slug:programme>/new/", catalogue.new, name="service-new"),
    path("services/<slug:programme>/<slug:name>/", catalogue.service, name="service"),
    path("services/<slug:programme>/<slug:name>/change/", catalogue.change, name="service-change"),
    path("services/<slug:programme>/<slug:name>/take-out/", catalogue.take_out, name="service-take-out"),
    path("services/<slug:programme>/<slug:name>/restore/", catalogue.restore, name="service-restore"),
    # Referring a citizen.
    path("citizens/<int:key>/refer/", referrals.refer, name="refer"),
    path("citizens/<int:key>/refer/not/", referrals.not_referred, name="not-referred"),
    # Referrals.
    path("referrals/", referrals.listed, name="referrals"),
    path("referrals/<int:key>/", referrals.opened, name="referral"),
    path("referrals/<int:key>/to/<slug:state>/", referrals.step, name="referral-to"),
    path("referrals/<int:key>/answer/", referrals.answer, name="referral-answer"),
    path("referrals/<int:key>/read/", referrals.read_reply, name="referral-read"),
    path("referrals/<int:key>/rematch/", referrals.rematch, name="referral-rematch"),
    path("referrals/<int:key>/reply/", referrals.reply, name="referral-reply"),
    path("referrals/<int:key>/appointments/", appointments.book, name="appointment-book"),
    path("appointments/<int:key>/<slug:how>/", appointments.mark, name="appointment-mark"),
    # Whether promises are kept.
    path("deadlines/", deadlines.deadlines, name="deadlines"),
]
