"""Addresses of quality, networks and figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.improvement.views import flags, quality, worksheet

urlpatterns: list[URLPattern] = [
    # The practice's own quality.
    path("quality/", quality.overview, name="quality"),
    path("quality/<slug:name>/", quality.overview, name="quality-set"),
    path("quality/<slug:name>/lost/", quality.lost, name="quality-lost"),
    path("quality/<slug:name>/screening/", quality.screening, name="quality-screening"),
    path("quality/<slug:name>/worksheet/", worksheet.worksheet, name="quality-worksheet"),
    path("quality/<slug:name>/worksheet/<int:key>/", worksheet.sheet, name="quality-sheet"),
    path("quality/<slug:name>/patients/<int:key>/", quality.patient, name="quality-patient"),
    path("quality/<slug:name>/patients/<int:key>/attempt/", quality.attempt, name="quality-attempt"),
    path("quality/<slug:name>/<slug:indicator>/", quality.patients, name="quality-indicator"),
    path("citizens/<int:key>/flags/", flags.flags, name="citizen-flags"),
    path("citizens/<int:key>/flags/<int:flag_key>/away/", flags.take_away, name="citizen-flag-away"),
]
