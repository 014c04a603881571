"""Addresses of people, consent, log and oversight."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.access.views import break_glass, citizen_log, consent, legal_bases, onboarding, oversight, relatives, tasks
from samspil.access.views.subject import Place


def _pages_about_a_citizen(place: Place, start: str) -> list[URLPattern]:
    """The pages that the citizen, a relative and the practice all have, each under their own address."""
    at = {"place": place}
    return [
        path(f"{start}consents/", consent.consents, at, name=f"{place}-consents"),
        path(f"{start}consents/withdraw/", consent.withdraw, at, name=f"{place}-consent-withdraw"),
        path(f"{start}consents/<slug:programme>/<slug:purpose>/", consent.consent, at, name=f"{place}-consent"),
    ]


def _pages_for_a_citizen(place: Place, start: str) -> list[URLPattern]:
    """The pages that the citizen and a relative have."""
    at = {"place": place}
    return [
        path(f"{start}log/", citizen_log.log, at, name=f"{place}-log"),
        path(f"{start}notices/", citizen_log.notices, at, name=f"{place}-notices"),
    ]


urlpatterns: list[URLPattern] = [
    # The citizen's own pages, and a relative's for a citizen.
    *_pages_about_a_citizen("me", "me/"),
    *_pages_for_a_citizen("me", "me/"),
    path("me/relatives/", relatives.relatives, name="me-relatives"),
    path("me/relatives/<int:proxy_id>/revoke/", relatives.revoke, name="proxy-revoke"),
    path("for/", relatives.acting_for, name="for"),
    *_pages_about_a_citizen("for", "for/<int:citizen_id>/"),
    *_pages_for_a_citizen("for", "for/<int:citizen_id>/"),
    path("notices/", citizen_log.own_notices, name="notices"),
    # A citizen as professionals meet them.
    path("citizens/find/", break_glass.find, name="citizen-find"),
    *_pages_about_a_citizen("citizen", "citizens/<int:citizen_id>/"),
    path("citizens/<int:citizen_id>/break-glass/", break_glass.break_the_glass, name="break-glass"),
    path("citizens/<int:citizen_id>/tasks/new/", tasks.new_task, name="task-new"),
    path("citizens/<int:citizen_id>/log-in/", onboarding.log_in_for, name="log-in-for"),
    # Oversight.
    path("oversight/log/", oversight.log, name="oversight-log"),
    path("oversight/log/citizen/", oversight.log_of_citizen, name="oversight-log-citizen"),
    path("oversight/break-glass/", oversight.break_glass_cases, name="break-glass-cases"),
    path("oversight/break-glass/<int:case_id>/", oversight.review, name="break-glass-review"),
    path("oversight/legal-bases/", legal_bases.legal_bases, name="legal-bases"),
    path("oversight/legal-bases/new/", legal_bases.record, name="legal-basis-new"),
    path("oversight/legal-bases/<int:basis_id>/revoke/", legal_bases.revoke, name="legal-basis-revoke"),
]
