"""Every address of the care plane: each room has its own list."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("samspil.access.urls")),
    path("", include("samspil.lists.urls")),
    path("", include("samspil.web.urls")),
]
