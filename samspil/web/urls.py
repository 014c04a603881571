"""Addresses of the frame: the front page and the own account."""

from django.urls import path

from samspil.web import views

urlpatterns = [
    path("", views.front, name="front"),
    path("account/", views.account, name="account"),
]
