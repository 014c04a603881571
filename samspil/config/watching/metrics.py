"""What is counted while requests are answered, each by route and never by address, person or text.

In several processes of one server each keeps its own numbers in a file (`PROMETHEUS_MULTIPROC_DIR`), and whichever is
asked adds up all of them.
"""

from __future__ import annotations

import os
from typing import Any

from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
#: The upper bounds of how long an answer took, in seconds.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "other")
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")

REQUESTS = Counter("samspil_requests_total", "Requests answered", ["route", "method", "status"], registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "samspil_request_seconds", "How long an answer took", ["route"], buckets=BUCKETS, registry=REGISTRY
)
IN_FLIGHT = Gauge(
    "samspil_requests_in_flight", "Requests being answered", registry=REGISTRY, multiprocess_mode="livesum"
)
STATEMENTS = Counter("samspil_database_statements_total", "Statements that answers took", ["route"], registry=REGISTRY)
STATEMENT_SECONDS = Counter(
    "samspil_database_seconds_total", "Time that answers spent in the database", ["route"], registry=REGISTRY
)
LOG_INS = Counter(
    "samspil_log_ins_total",
    "Log-ins, and names, passwords or codes that were wrong",
    ["outcome"],
    registry=REGISTRY,
)


def method_of(method: str) -> str:
    """The method as a label: a request can name any it likes."""
    return method if method in METHODS else "other"


def status_of(status: int) -> str:
    """The class of a status, such as `4xx`."""
    return STATUSES[status // 100 - 1]


def counted() -> CollectorRegistry:
    """What every process of this server has counted."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


@receiver(user_logged_in, dispatch_uid="samspil.watching.logged_in")
def _logged_in(**_: Any) -> None:
    LOG_INS.labels("ok").inc()


@receiver(user_login_failed, dispatch_uid="samspil.watching.login_failed")
def _login_failed(**_: Any) -> None:
    LOG_INS.labels("failed").inc()


@receiver(authentication_failed, dispatch_uid="samspil.watching.second_factor_failed")
def _second_factor_failed(**_: Any) -> None:
    LOG_INS.labels("wrong_code").inc()
