"""Addresses of this room: plans as a list, pathways, follow-ups, the accountable person, coordinators."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.plans.views import pathways, responsible

urlpatterns: list[URLPattern] = [
    path("plans/", pathways.listed, name="plans"),
    path("plans/standing-still/", pathways.standing_still, name="standing-still"),
    path("citizens/<int:citizen_id>/pathways/new/", pathways.open_pathway, name="pathway-new"),
    path("citizens/<int:citizen_id>/plan/begin/", pathways.begin, name="plan-begin"),
    path("pathways/<int:key>/", pathways.opened, name="pathway"),
    path("pathways/<int:key>/end/", pathways.end, name="pathway-end"),
    path("plans/<int:key>/follow-ups/", pathways.follow_up, name="plan-follow-ups"),
    path("plans/<int:key>/accountable/", responsible.accountable_person, name="plan-accountable"),
    path("handovers/<int:key>/", responsible.handover, name="handover"),
    path("handovers/<int:key>/withdraw/", responsible.withdraw, name="handover-withdraw"),
    path("plans/<int:key>/coordination/", responsible.coordinators, name="plan-coordination"),
    path("coordinations/<int:key>/review/", responsible.coordinator_act, {"act": "review"}, name="coordination-review"),
    path("coordinations/<int:key>/lead/", responsible.coordinator_act, {"act": "lead"}, name="coordination-lead"),
]
