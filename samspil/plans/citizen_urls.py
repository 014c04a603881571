"""Addresses of the citizen's own plan, of how a citizen follows it, and of the plan on paper."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.plans.views import onboarding, own

urlpatterns: list[URLPattern] = [
    path("me/plan/", own.plan, {"place": "me"}, name="me-plan"),
    path("for/<int:citizen_id>/plan/", own.plan, {"place": "for"}, name="for-plan"),
    path("me/plan/goals/new/", own.goal, name="me-goal-new"),
    path("me/plan/goals/confirm/", own.confirm, name="me-goals-confirm"),
    path("me/plan/goals/<int:key>/", own.goal, name="me-goal"),
    path("me/plan/goals/<int:key>/<slug:act>/", own.goal_act, name="me-goal-act"),
    path("me/plan/involvement/", own.involvement, name="me-involvement"),
    path("me/plan/activities/<int:key>/done/", own.did, name="me-activity-done"),
    path("me/plan/write/<slug:section>/", own.write, name="me-plan-write"),
    path("me/notes/", own.notes, name="me-notes"),
    path("me/notes/<int:key>/share/", own.share_note, name="me-note-share"),
    path("me/notes/addressees/<int:key>/refuse/", own.refuse_addressee, name="me-note-refuse"),
    path("pathways/<int:key>/onboarding/", onboarding.onboarding, name="onboarding"),
    path("plans/<int:key>/paper/", onboarding.paper, name="paper"),
    path("plans/<int:key>/paper/print/", onboarding.print_it, name="paper-print"),
]
