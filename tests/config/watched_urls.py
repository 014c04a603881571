"""Pages that fail with a CPR number and a name in what they say."""

from __future__ import annotations

import logging
import threading
import warnings

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from samspil.access.models import Citizen
from tests.config.watched_people import CPR, NAME

SAID = f"{NAME} ({CPR}) is not well"


@login_not_required
def fail(request: HttpRequest, how: str) -> HttpResponse:
    """Fails in one way or another."""
    match how:
        case "exception":
            raise ValueError(SAID)
        case "chained":
            try:
                raise KeyError(NAME)
            except KeyError as error:
                raise RuntimeError(SAID) from error
        case "integrity":
            known = Citizen.objects.get(cpr=CPR)
            Citizen.objects.create(person_id=known.person_id + 1, cpr=CPR, name=NAME, birth_date=known.birth_date)
        case "statement":
            with connection.cursor() as cursor:
                cursor.execute("SELECT CAST(%s AS integer) FROM no_such_table", [SAID])
        case "suspicious":
            raise SuspiciousOperation(SAID)
        case "thread":
            thread = threading.Thread(target=_fail)
            thread.start()
            thread.join()
        case "warning":
            warnings.warn(SAID, stacklevel=1)
        case "library":
            others = logging.getLogger("some.library")
            others.error(f"could not write {SAID}")
            others.error("could not write %s", SAID)
            others.error("one value too few: %s %s", SAID)
        case "hang":
            threading.Event().wait(60)
        case "ours":
            logging.getLogger("samspil.own").warning("a row of %s is missing", CPR)
    return HttpResponse()


def _fail() -> None:
    raise ValueError(SAID)


urlpatterns = [path("fail/<slug:how>/", fail, name="fail"), path("", include("samspil.config.urls"))]
handler400 = "samspil.web.views.bad_request"
