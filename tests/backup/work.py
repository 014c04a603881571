"""Work in the care plane, in a process of its own: `python -m tests.backup.work go|hold|tables|there`.

`go` admits citizens and refers them for ever, with a line after each commit; `hold` does it once, without a commit.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import time

from samspil.config.setup import care_plane

care_plane()

from django.db import DatabaseError, connection, transaction  # noqa: E402 - Django's records can be loaded only when it is set up
from django.utils import timezone  # noqa: E402

from samspil.access.models import AccessRecord, OrganisationKind  # noqa: E402
from samspil.plans.actions import stays  # noqa: E402
from samspil.plans.models import Referral, Stay  # noqa: E402
from tests import care  # noqa: E402
from tests.plans import made  # noqa: E402


def admit(doctor, psychologist, ward):
    """One citizen is referred and then admitted; what the database holds of it now."""
    citizen = care.citizen(doctor.organisation)
    plan = made.plan(citizen, doctor)
    referral = made.referral(citizen, doctor, psychologist.organisation, plan=plan, goal=made.goal(plan))
    stay = stays.admit(care.acting(ward), citizen, timezone.now())
    logged = list(AccessRecord.objects.filter(citizen_id=citizen.pk).values_list("chain", "position"))
    return {"stay": stay.pk, "referral": referral.pk, "logged": logged}


def people(first):
    care._numbers = itertools.count(first)
    with transaction.atomic():
        return care.member(name="Lis Læge"), made.provider(), made.provider(OrganisationKind.HOSPITAL_DEPARTMENT)


def go():
    them = people(1)
    with contextlib.suppress(DatabaseError):  # the server is gone: what was told of was committed
        while True:
            with transaction.atomic():
                done = admit(*them)
            print(json.dumps(done), flush=True)


def hold():
    them = people(10_000)
    with transaction.atomic():
        print(json.dumps(admit(*them)), flush=True)
        time.sleep(600)


def tables():
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = sorted(map(repr, cursor.fetchall()))
    print(json.dumps(found))


def there():
    """Which of the stays, referrals and log rows told of on standard input the database holds."""
    told = [json.loads(line) for line in sys.stdin]
    logged = set(AccessRecord.objects.values_list("chain", "position"))
    held = [
        Stay.objects.filter(pk=one["stay"]).exists()
        and Referral.objects.filter(pk=one["referral"]).exists()
        and {tuple(row) for row in one["logged"]} <= logged
        for one in told
    ]
    print(json.dumps(held))


if __name__ == "__main__":
    {"go": go, "hold": hold, "tables": tables, "there": there}[sys.argv[1]]()
