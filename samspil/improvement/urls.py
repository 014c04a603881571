"""Addresses of quality, networks and figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.improvement.views import (
    costly,
    flags,
    functions,
    needs,
    network_work,
    networks,
    population,
    quality,
    worksheet,
)

urlpatterns: list[URLPattern] = [
    # The practice's own quality.
    path("quality/", quality.overview, name="quality"),
    path("quality/costs/", costly.costs, name="quality-costs"),
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
    # What one citizen needs.
    path("citizens/<int:key>/needs/", needs.needs, name="citizen-needs"),
    path("citizens/<int:key>/needs/square/", needs.square, name="citizen-needs-square"),
    path("citizens/<int:key>/needs/integration/", needs.integration, name="citizen-needs-integration"),
    path("citizens/<int:key>/needs/<int:number>/", needs.assessment, name="citizen-need"),
    path("citizens/<int:key>/needs/<int:number>/withdraw/", needs.withdraw, name="citizen-need-withdraw"),
    # Networks: reports, notes, meetings, tests of change.
    path("networks/", networks.overview, name="networks"),
    path("networks/<int:key>/", networks.network, name="network-report"),
    path("networks/<int:key>/meetings/", network_work.meetings, name="network-meetings"),
    path("networks/<int:key>/meetings/import/", network_work.import_meetings, name="network-meetings-import"),
    path("networks/<int:key>/meetings/<int:meeting>/", network_work.cancel_meeting, name="network-meeting-cancel"),
    path("networks/<int:key>/tests/", network_work.tests, name="network-tests"),
    path("networks/<int:key>/tests/<int:test>/", network_work.test, name="network-test"),
    path("networks/<int:key>/tests/<int:test>/conclude/", network_work.conclude_test, name="network-test-conclude"),
    path("networks/<int:key>/notes/<int:note>/withdraw/", networks.withdraw_note, name="network-note-withdraw"),
    path("networks/<int:key>/<slug:name>/", networks.report, name="network-report"),
    path("networks/<int:key>/<slug:name>/print/", networks.printed, name="network-report-print"),
    path("networks/<int:key>/<slug:name>/notes/", networks.add_note, name="network-note"),
    path("networks/<int:key>/<slug:name>/<slug:indicator>/", networks.indicator, name="network-indicator"),
    path("networks/<int:key>/<slug:name>/<slug:indicator>/notes/", networks.add_note, name="network-indicator-note"),
    # The population, for leadership.
    path("population/", population.overview, name="population"),
    path("population/indicators/<slug:name>/<slug:indicator>/", population.indicator, name="population-indicator"),
    path("population/segments/", population.segments, name="population-segments"),
    path("population/cost/", population.cost, name="population-cost"),
    path("population/tables/<slug:key>.<slug:form>", population.table, name="population-table"),
    path("population/functions/", functions.functions, name="population-functions"),
    path("population/functions/new/", functions.propose, name="population-function-new"),
    path("population/functions/<int:key>/", functions.function, name="population-function"),
    path("population/functions/<int:key>/confirm/", functions.confirm, name="population-function-confirm"),
    path("population/functions/<int:key>/decide/", functions.decide, name="population-function-decide"),
    path("population/functions/<int:key>/<slug:question>/", functions.answer, name="population-function-answer"),
]
