"""`/health/`, `/ready/` and `/metrics`, answered before anything else looks at the request.

Whoever probes comes over plain HTTP to an address of the machine, without a session and without a host name: sessions,
the redirect to TLS and the list of hosts are for people. Nothing of the request is used in the answer. So nothing of
those is weakened for any other address, and no probe is logged, counted or written to the access log.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from samspil.config.watching import metrics, readiness
from samspil.config.watching.asking import Asker
from samspil.config.watching.gauges import Gauges

#: A database that has not answered by then is not ready.
SECONDS = 2.0
#: What a proxy adds. A request with any of them comes from elsewhere, whoever handed it on.
_BY_PROXY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
_logger = logging.getLogger(__name__)
_asked = Asker(readiness.failing)
_told: list[str] = []
_telling = threading.Lock()


class ProbeMiddleware:
    """Answers the three addresses; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = _ADDRESSES.get(request.path_info)
        # To others the metrics are an address like any other that does not exist.
        if answer is None or (answer is tell_metrics and not _may_see_metrics(request)):
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer()
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def tell_health() -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


def tell_readiness() -> HttpResponse:
    """200, or 503 with the names of the checks that fail and nothing about why."""
    try:
        failed = _asked.answer(SECONDS)
    except TimeoutError:
        failed = ["database"]
    _tell_changes(failed)
    if failed:
        return JsonResponse({"status": "not ready", "failed": failed}, status=503)
    return JsonResponse({"status": "ready"})


def tell_metrics() -> HttpResponse:
    """Everything that is counted, in Prometheus' text format."""
    found = generate_latest(metrics.counted()) + generate_latest(_GAUGES)
    return HttpResponse(found, content_type=CONTENT_TYPE_LATEST)


def _tell_changes(failed: list[str]) -> None:
    """A line when it changes, and not for each probe."""
    with _telling:
        if failed == _told:
            return
        _told[:] = failed
    if failed:
        _logger.warning("not ready: %s", ", ".join(failed))
    else:
        _logger.info("ready again")


def _may_see_metrics(request: HttpRequest) -> bool:
    """Whoever has the token, and this machine itself unless a proxy on it hands on what others ask."""
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if settings.METRICS_TOKEN and secrets.compare_digest(given, wanted):
        return True
    try:
        loopback = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return loopback and not any(header in request.headers for header in _BY_PROXY)


_GAUGES = Gauges()
_ADDRESSES: dict[str, Callable[[], HttpResponse]] = {
    "/health/": tell_health,
    "/ready/": tell_readiness,
    "/metrics": tell_metrics,
}
