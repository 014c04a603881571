"""A region's figures - 600 practices, every indicator, twelve days: a network's page reads its own rows by an index.

What a page asks is judged by the plan that PostgreSQL follows for it, so these tests need PostgreSQL.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from bench.statements import asked_by, looked_at, plan_of, steps
from samspil.access.models import Organisation, Role
from samspil.improvement.models import Coverage, IndicatorResult, Network, NetworkPractice
from tests import care
from tests.improvement import made

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="plans are PostgreSQL's: run with --database postgresql"
    ),
]
PRACTICES, NETWORKS, SIZE = 600, 50, 12
AS_OF = dt.date(2022, 12, 31)
DAYS = [dt.date(2022, month, 28) for month in range(1, 12)] + [AS_OF]
#: What is read through an index or not at all, and how much of it a page of a network of twelve practices looks at.
LARGE = {"improvement_indicatorresult", "improvement_coverage"}
AT_MOST = 6_000


@pytest.fixture
def region(db) -> Network:
    """The first of the networks of a region; its doctor sees it."""
    numbers = range(PRACTICES)
    practices = Organisation.objects.bulk_create(
        Organisation(kind="practice", sector="general_practice", name=f"Praksis {n}", provider_number=f"{200_000 + n}")
        for n in numbers
    )
    networks = Network.objects.bulk_create(Network(code=f"n{n}", name=f"Netværk {n:02d}") for n in range(NETWORKS))
    NetworkPractice.objects.bulk_create(
        NetworkPractice(network=networks[n // SIZE], practice=practices[n], joined=care.LONG_AGO) for n in numbers
    )
    publication = made.publication("t2d", AS_OF)
    names = [each.indicator for each in made.definition("t2d", AS_OF).indicators if each.shown]
    of = {"publication": publication, "outcome": "computed", "version": "v2", "exceptions": 0, "no_data": 5}
    units = [{"level": "practice", "practice": each} for each in practices]
    units += [{"level": "network", "network": each} for each in networks]
    for day in DAYS:
        IndicatorResult.objects.bulk_create(
            [
                IndicatorResult(
                    day=day, indicator=name, persons=100, met=70 + place % 9, not_met=25 - place % 9, overdue=0,
                    not_applicable=0, observed_d=95, **of, **unit,
                )
                for place, unit in enumerate(units)
                for name in names
            ],
            batch_size=5_000,
        )  # fmt: skip
        Coverage.objects.bulk_create(
            [
                Coverage(
                    publication=publication, day=day, participating=1, delivering=1, persons=100, variable=name,
                    with_value=95, **unit,
                )
                for unit in units
                for name in names
            ],
            batch_size=5_000,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return networks[0]


def test_a_network_reads_its_own_rows_in_few_statements(region, client):
    assert IndicatorResult.objects.count() > 100_000
    member = care.member(region.practices.all()[0].practice, Role.GP)
    care.log_in(client, member)
    for rest in ("", "t2d/", "t2d/eye_exam/", "t2d/print/", "meetings/", "tests/"):
        address = f"/networks/{region.pk}/{rest}"
        assert client.get(address).status_code == 200
        statements = asked_by(lambda address=address: client.get(address))
        assert len(statements) <= 14, rest
        for statement in statements:
            reading = [step for step in steps(plan_of(statement)) if step.get("Relation Name") in LARGE]
            assert not [step for step in reading if step["Node Type"] == "Seq Scan"], (rest, statement[:3000])
            assert sum(looked_at(step) for step in reading) <= AT_MOST, (rest, statement[:3000])
