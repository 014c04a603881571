"""Who plays in the demonstration: the people one can log in as, and colleagues elsewhere so that nobody works alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from samspil.access.models import Membership, Organisation, OrganisationKind, Role, User

_PREFIX = "demo-"


@dataclass(frozen=True)
class Cast:
    """The demonstration's people, each with where they work."""

    gp: Membership
    gp2: Membership
    staff: Membership
    municipal: Membership
    home_nurse: Membership
    job_centre: Membership
    hospital: Membership
    occupational: Membership
    psychologist: Membership
    other_psychologist: Membership
    ngo: Membership

    def provider(self, service: str) -> Membership:
        """Who does a service of the Odense catalogue."""
        return {
            "job_centre": self.job_centre,
            "occupational_medicine": self.occupational,
            "psychiatry": self.occupational,
            "psychologist": self.psychologist,
            "psychologist_daemp": self.psychologist,
            "home_nursing": self.home_nurse,
            "rehabilitation": self.municipal,
            "daneage": self.ngo,
            "geriatric_assessment": self.hospital,
            "hospital_advice": self.hospital,
            "copd_rehabilitation": self.municipal,
            "diabetes_course": self.municipal,
        }[service]


def cast() -> Cast:
    """Everybody who plays. Raises KeyError unless the demonstration's people have been made."""
    working = Membership.objects.current(timezone.localdate()).select_related("user", "organisation")
    people = {
        member.user.username.removeprefix(_PREFIX): member
        for member in working.filter(user__username__startswith=_PREFIX)
    }
    return Cast(
        gp=people["gp"],
        gp2=people["gp2"],
        staff=people["practice_staff"],
        municipal=people["municipal"],
        home_nurse=people["home_nurse"],
        job_centre=people["job_centre"],
        hospital=people["hospital"],
        occupational=people["occupational"],
        psychologist=people["psychologist"],
        other_psychologist=_colleague("Frederik Damsbo", "Psykologhuset Vestergade", people["psychologist"]),
        ngo=people["ngo"],
    )


def _colleague(name: str, place: str, like: Membership) -> Membership:
    """Somebody who works as somebody else does, in another place; nobody logs in as them."""
    kind = OrganisationKind(like.organisation.kind)
    elsewhere, _made = Organisation.objects.get_or_create(kind=kind, name=place, defaults={"sector": kind.sector})
    found = Membership.objects.filter(organisation=elsewhere).select_related("user", "organisation").first()
    if found is not None:
        return found
    user = User.objects.create_user(f"{_PREFIX}work-{elsewhere.pk}", name)
    return Membership.objects.create(user=user, organisation=elsewhere, role=Role(like.role), since=like.since)
