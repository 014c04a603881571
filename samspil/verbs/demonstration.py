"""The verbs that put people into the care plane: the demonstration, and the first administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.show import Shown

if TYPE_CHECKING:
    from samspil.access.demo import DemoLogin


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

    Can be called again; what is there stays. Raises SamspilError for unknown runs, and unless SAMSPIL_DEMO is set.
    """
    care_plane(home)
    from django.conf import settings  # noqa: PLC0415

    if not settings.DEMO:
        raise SamspilError("the demonstration lets anybody in without a password; set SAMSPIL_DEMO=1 to have it")
    from samspil.access.demo import demo_practice, seed_demo_people, seed_legal_bases  # noqa: PLC0415
    from samspil.access.models import Citizen  # noqa: PLC0415
    from samspil.lists.demo import work  # noqa: PLC0415
    from samspil.lists.models import Entry  # noqa: PLC0415
    from samspil.verbs.publishing import publish  # noqa: PLC0415

    seed_legal_bases()
    decided, practice = 0, None
    for number, run in enumerate(runs):
        done = publish(run, home=home)
        practice = practice or demo_practice()
        if not all(model.again for model in done.published.models):
            decided += work(practice, seed=number)
    listed = Entry.objects.filter(practice=practice, citizen__practice=practice, left_at__isnull=True)
    women = listed.filter(citizen__sex=Citizen.Sex.FEMALE).select_related("citizen")
    eldest = women.order_by("citizen__birth_date", "pk").first()
    logins = seed_demo_people(practice, eldest.citizen if eldest else None)
    return Demonstration(logins, decided)


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
