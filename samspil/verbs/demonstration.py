"""The verbs that put people into the care plane: the demonstration, and the first administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.show import Shown
from samspil.warehouse.home import Home
from samspil.warehouse.runs import find_run

if TYPE_CHECKING:
    from samspil.access.demo import DemoLogin
    from samspil.access.models import Citizen, Organisation

#: How long the made-up people have worked where they do, since when the demonstration's practice takes citizens in, and
#: how many from each of its lists.
_PAST_DAYS, _TAKING_IN_DAYS, _TAKEN_IN = 220, 160, 14


@dataclass
class Demonstration(Shown):
    """Whom the demonstration can be seen as."""

    logins: list[DemoLogin]
    decided: int

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"log-in": login.key, "name": login.user.name, "role": login.role.value, "where": login.place}
            for login in self.logins
        ]


def demo(runs: Sequence[str], home: Path | str | None = None) -> Demonstration:
    """Publish runs of synthetic data, oldest first, with made-up people and some weeks of their work between.

    Runs of indicators, segments and cost are published after the lists, and then worked with. Can be called again; what
    is there stays. Raises SamspilError for unknown runs, and unless SAMSPIL_DEMO is set.
    """
    care_plane(home)
    from django.conf import settings  # noqa: PLC0415

    if not settings.DEMO:
        raise SamspilError("the demonstration lets anybody in without a password; set SAMSPIL_DEMO=1 to have it")
    from django.utils import timezone  # noqa: PLC0415

    from samspil.access.demo import demo_practice, logins, seed_demo_people, seed_legal_bases  # noqa: PLC0415
    from samspil.access.demo_clock import Clock  # noqa: PLC0415
    from samspil.access.models import Membership, Role  # noqa: PLC0415
    from samspil.improvement.demo import live as follow_up  # noqa: PLC0415
    from samspil.lists.demo import take_in, work  # noqa: PLC0415
    from samspil.plans.demo import live  # noqa: PLC0415
    from samspil.verbs.publishing import publish, publish_lists  # noqa: PLC0415
    from samspil.verbs.scoring import STRATIFY, open_run  # noqa: PLC0415

    place = Home.find(home)
    figures = [run for run in runs if find_run(place, run).description["kind"] != STRATIFY]
    runs = [run for run in runs if run not in figures]
    data_days = [open_run(run, home).as_of for run in runs]
    first_day = min([timezone.localdate() - dt.timedelta(days=_PAST_DAYS), *data_days])
    with Clock(first_day):
        seed_legal_bases()
    decided, practice, fresh = 0, None, False
    for number, (run, data_day) in enumerate(zip(runs, data_days, strict=True)):
        # Lists are published the day after their data, and worked with from then on.
        with Clock(data_day + dt.timedelta(days=1), hour=7) as clock:
            done = publish_lists(run, home=home)
        practice = practice or demo_practice()
        if not all(model.again for model in done.published.models):
            fresh = True
            with Clock(timezone.localdate(clock.moment)) as clock:
                decided += work(practice, clock, seed=number)
    if practice is None:
        return Demonstration(logins(), decided)
    with Clock(first_day):
        seed_demo_people(practice, _eldest_woman(practice))
    if fresh:
        own = next((found.user.citizen for found in logins() if found.role == Role.CITIZEN), None)
        doctors = Membership.objects.filter(organisation=practice, role=Role.GP, user__username__startswith="demo-")
        for doctor, model in zip(doctors.order_by("pk"), ("daemp", "sad"), strict=False):
            with Clock(timezone.localdate() - dt.timedelta(days=_TAKING_IN_DAYS)) as clock:
                take_in(doctor, model, _TAKEN_IN, clock, first=own)
    live(practice)
    for run in figures:
        publish(run, home=home)
    follow_up(practice)
    return Demonstration(logins(), decided)


def _eldest_woman(practice: Organisation) -> Citizen | None:
    """Of those on the practice's lists: the citizen that the demonstration can be seen as."""
    from samspil.access.models import Citizen  # noqa: PLC0415
    from samspil.lists.models import Entry  # noqa: PLC0415

    listed = Entry.objects.filter(practice=practice, citizen__practice=practice, left_at__isnull=True)
    women = listed.filter(citizen__sex=Citizen.Sex.FEMALE).select_related("citizen")
    eldest = women.order_by("citizen__birth_date", "pk").first()
    return eldest.citizen if eldest is not None else None


def administrator(username: str, name: str) -> str:
    """Make an administrator's account, in an organisation of the region. Returns the one-time password.

    Raises SamspilError when the user name is taken.
    """
    care_plane()
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from samspil.access.actions.people import NewPerson, create_person  # noqa: PLC0415
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.access.errors import Invalid  # noqa: PLC0415
    from samspil.access.models import Membership, Organisation, OrganisationKind, Role  # noqa: PLC0415

    kind = OrganisationKind.REGION
    try:
        # All or nothing: an account without its role could not be made again under the same name.
        with transaction.atomic():
            user, password = create_person(system(), NewPerson(username, name))
            place, _made = Organisation.objects.get_or_create(
                kind=kind, name="Administration", defaults={"sector": kind.sector}
            )
            Membership.objects.create(
                user=user, organisation=place, role=Role.ADMINISTRATOR, since=timezone.localdate()
            )
    except Invalid as error:
        raise SamspilError(error.message) from error
    return password
