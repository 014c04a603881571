"""Addresses of the frame: the front page, language, capacity."""

from django.urls import include, path

from samspil.web import views

urlpatterns = [
    path("", views.front, name="front"),
    path("account/", views.account, name="account"),
    path("i18n/", include("django.conf.urls.i18n")),
]
