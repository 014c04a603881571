"""Counts and logs every request by its route, and gives it a number that its lines and its answer share."""

from __future__ import annotations

import logging
import re
import secrets
import string
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from samspil.config.watching import lines, metrics

HEADER = "X-Request-ID"
#: What a proxy makes: a UUID, or nothing but hexadecimal digits. Words could be somebody's name.
_HARMLESS = re.compile(r"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: A day, a month and six digits more somewhere in it, which one in a hundred has by chance.
_CPR_INSIDE = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{2}-?\d{4}")
_logger = logging.getLogger("samspil.request")


class Statements:
    """Counts the statements that pass, and how long they took, in seconds."""

    def __init__(self) -> None:
        self.number = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            self.number += 1
            self.seconds += time.perf_counter() - begun


class WatchMiddleware:
    """Stands around everything but the probes, so that what any other middleware answers is told of too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = number_of(request)
        token = lines.REQUEST.set(number)
        statements, begun = Statements(), time.perf_counter()
        try:
            with ExitStack() as around:
                around.enter_context(metrics.IN_FLIGHT.track_inprogress())
                around.enter_context(connection.execute_wrapper(statements))
                response = self.get_response(request)
            _tell(request, response.status_code, time.perf_counter() - begun, statements)
            response.headers[HEADER] = number
            return response
        finally:
            lines.REQUEST.reset(token)


def number_of(request: HttpRequest) -> str:
    """The number a proxy gave the request when it can tell nothing, else one of our own; that has no digits in it."""
    given = request.headers.get(HEADER, "")
    if _HARMLESS.fullmatch(given) and not _CPR_INSIDE.search(given):
        return given
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))


def route_of(request: HttpRequest) -> str:
    """The name of the address's pattern; `static` for files, `unknown` for what has no pattern."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"


def _tell(request: HttpRequest, status: int, seconds: float, statements: Statements) -> None:
    route, method = route_of(request), metrics.method_of(request.method or "")
    metrics.REQUESTS.labels(route, method, metrics.status_of(status)).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    metrics.STATEMENTS.labels(route).inc(statements.number)
    metrics.STATEMENT_SECONDS.labels(route).inc(statements.seconds)
    if route == "static" and status < 400:
        return
    about = {
        "route": route,
        "method": method,
        "status": status,
        "duration_ms": round(seconds * 1000),
        "statements": statements.number,
        "database_ms": round(statements.seconds * 1000),
    }
    _logger.info("answered", extra=about)
