"""Addresses of lists, review, inclusion and the worth of lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from samspil.lists.views import citizen, inclusion, lists, worth

urlpatterns: list[URLPattern] = [
    # The practice's lists.
    path("lists/", lists.overview, name="lists"),
    path("lists/pace/", lists.pace, name="pace"),
    path("lists/names/<int:key>/", lists.decide, name="decide"),
    path("lists/reviews/<int:key>/undo/", lists.undo, name="undo"),
    path("lists/<slug:model>/", lists.names, name="names"),
    path("lists/<slug:model>/review/", lists.review, name="review"),
    # Inclusion.
    path("inclusions/", inclusion.running, name="inclusions"),
    path("inclusions/new/", inclusion.off_list, name="off-list"),
    path("inclusions/<int:key>/", inclusion.opened, name="inclusion"),
    path("inclusions/<int:key>/contact/", inclusion.contact, name="inclusion-contact"),
    path("inclusions/<int:key>/conversation/", inclusion.conversation, name="inclusion-conversation"),
    path("inclusions/<int:key>/check/", inclusion.check, name="inclusion-check"),
    path("inclusions/<int:key>/override/", inclusion.override, name="inclusion-override"),
    path("inclusions/<int:key>/end/", inclusion.end, name="inclusion-end"),
    path("inclusions/<int:key>/go-on/<slug:step>/", inclusion.go_on, name="inclusion-go-on"),
    path("inclusions/<int:key>/letters/<slug:kind>/", inclusion.letter, name="letter"),
    path("nominations/", inclusion.nominations, name="nominations"),
    # One citizen.
    path("citizens/<int:key>/", citizen.record, name="citizen"),
    path("me/", citizen.own_page, name="me"),
    path("for/<int:key>/", citizen.own_page, name="for-page"),
    # What the lists are worth.
    path("worth/practices/", worth.overview, name="worth"),
    path("worth/practices/<int:key>/", worth.practice, name="worth-practice"),
    path("worth/own/", worth.own, name="worth-own"),
    path("worth/model-review/", worth.model_review, name="model-review"),
    path("worth/model-review/<slug:model>/", worth.model_review, name="model-review-of"),
    path("worth/model-review/<slug:model>/file/", worth.model_review_file, name="model-review-file"),
    path("worth/rounds/", worth.eligibility_rounds, name="rounds"),
    path("worth/overrides/", worth.overrides, name="overrides"),
]
