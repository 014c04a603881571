"""Addresses of lists, review, inclusion and the worth of lists."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
