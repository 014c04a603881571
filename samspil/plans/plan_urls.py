"""Addresses of this room: plan."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
