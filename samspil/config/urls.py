"""Every address of the care plane: each room has its own list."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("samspil.access.account_urls")),
    path("", include("samspil.access.people_urls")),
    path("", include("samspil.access.urls")),
    path("", include("samspil.improvement.urls")),
    path("", include("samspil.lists.urls")),
    path("", include("samspil.plans.urls")),
    path("", include("samspil.web.urls")),
]

handler400 = "samspil.web.views.bad_request"
handler500 = "samspil.web.views.server_error"
