"""Addresses of this room: what people are asked to do, notes, medicine and stays."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.plans.views import medicine, notes, stays, work

urlpatterns: list[URLPattern] = [
    path("work/", work.work, name="work"),
    path("work/<int:key>/", work.task, name="work-task"),
    path("work/reminders/", work.reminders, name="work-reminders"),
    path("work/broken/", work.broken, name="broken-promises"),
    path("citizens/<int:citizen_id>/notes/", notes.notes, name="notes"),
    path("notes/<int:key>/together/", notes.show_together, name="note-together"),
    path("citizens/<int:citizen_id>/medicine/", medicine.medicine, name="medicine"),
    path("citizens/<int:citizen_id>/medicine/own/", medicine.record, name="medicine-own"),
    path("citizens/<int:citizen_id>/medicine/agreed/", medicine.agree, name="medicine-agreed"),
    path("stays/", stays.stays, name="stays"),
    path("stays/<int:key>/", stays.stay, name="stay"),
    path("stays/<int:key>/ready/", stays.ready, name="stay-ready"),
    path("stays/<int:key>/discharge/", stays.discharge, name="stay-discharge"),
    path("citizens/<int:citizen_id>/stays/", stays.of_citizen, name="citizen-stays"),
]
