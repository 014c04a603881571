"""Addresses of the own account, of forms that came too late, of the demonstration, and of an administrator's pages."""

from __future__ import annotations

from django.urls import path

from samspil.access.views import account, demo, held, people

urlpatterns = [
    path("account/second-factor/", account.set_up_second_factor, name="second_factor"),
    path("account/capacity/", account.choose_capacity, name="choose_capacity"),
    path("language/", account.set_language, name="set_language"),
    path("held/<slug:token>/", held.held_form, name="held_form"),
    path("held/<slug:token>/discard/", held.discard, name="discard_held_form"),
    path("demo/", demo.choose, name="demo"),
    path("people/", people.people, name="people"),
    path("people/forgotten/", people.forgotten, name="forgotten"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:number>/", people.person, name="person"),
    path("people/<int:number>/memberships/", people.add_membership, name="add_membership"),
    path("people/<int:number>/log-in/", people.change_log_in, name="change_log_in"),
    path("people/<int:number>/subjects/", people.link_subject, name="link_subject"),
    path("memberships/<int:number>/end/", people.end_membership, name="end_membership"),
    path("organisations/", people.organisations, name="organisations"),
    path("organisations/new/", people.new_organisation, name="new_organisation"),
    path("organisations/<int:number>/", people.organisation, name="organisation"),
]
