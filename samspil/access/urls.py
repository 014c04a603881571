"""Addresses of people, consent, log and oversight."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
