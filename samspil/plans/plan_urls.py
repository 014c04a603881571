"""Addresses of this room: plan."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.plans.views import around, editing, plan

urlpatterns: list[URLPattern] = [
    path("plans/<int:key>/", plan.opened, name="plan"),
    path("plans/<int:key>/write/<slug:group>/", editing.write, name="plan-write"),
    path("plans/<int:key>/draft/<slug:section>/", editing.draft, name="plan-draft"),
    path("plans/<int:key>/goals/new/", editing.goal, name="plan-goal-new"),
    path("plans/<int:key>/goals/confirm/", editing.confirm, name="plan-goals-confirm"),
    path("plans/<int:key>/goals/<int:goal_key>/", editing.goal, name="plan-goal"),
    path("plans/<int:key>/activities/new/", editing.activity, name="plan-activity-new"),
    path("plans/<int:key>/activities/<int:activity_key>/", editing.activity, name="plan-activity"),
    path("plans/<int:key>/activities/<int:activity_key>/state/", editing.activity_state, name="plan-activity-state"),
    path("plans/<int:key>/compose/", editing.compose, name="plan-compose"),
    path("plans/<int:key>/contacts/new/", around.contact, name="plan-contact-new"),
    path(
        "plans/<int:key>/contacts/<int:contact_key>/first/",
        around.contact_act,
        {"act": "first"},
        name="plan-contact-first",
    ),
    path(
        "plans/<int:key>/contacts/<int:contact_key>/remove/",
        around.contact_act,
        {"act": "remove"},
        name="plan-contact-remove",
    ),
    path("plans/<int:key>/appointments/new/", around.appointment, name="plan-appointment-new"),
    path("plans/<int:key>/links/new/", around.link, name="plan-link-new"),
    path("plans/<int:key>/links/<int:link_key>/", around.link_conflict, name="plan-link"),
    path("plans/<int:key>/links/<int:link_key>/remove/", around.link_remove, name="plan-link-remove"),
    path("plans/<int:key>/involvement/", around.involvement, name="plan-involvement"),
    path("plans/<int:key>/most-limiting/", around.most_limiting, name="plan-most-limiting"),
    path("plans/<int:key>/versions/", plan.history, name="plan-versions"),
    path("plans/<int:key>/versions/difference/", plan.difference, name="plan-difference"),
    path("plans/<int:key>/versions/material/", plan.material, name="plan-material"),
    path("plans/<int:key>/texts/", plan.texts, name="plan-texts"),
]
