"""Made-up people of a served installation; as a program it makes them and prints what to use."""

from __future__ import annotations

import json

CPR, FOREIGN_CPR = "0405461234", "0405465678"
NAME, FOREIGN, DOCTOR = "Hildegard Ravnsborg", "Torvald Ulvedal", "Kirstine Lindegaard"
PASSWORD = "rugbrødsmotor-77"


def make() -> dict[str, str | int]:
    """A doctor who is logged in, a citizen of theirs, and one of somebody else."""
    from django.test import Client  # noqa: PLC0415 - Django is set up first

    from tests import care  # noqa: PLC0415

    doctor = care.member(name=DOCTOR)
    doctor.user.set_password(PASSWORD)
    doctor.user.save()
    own = care.citizen(doctor.organisation, NAME, cpr=CPR)
    foreign = care.citizen(care.practice(), FOREIGN, cpr=FOREIGN_CPR)
    client = care.log_in(Client(), doctor)
    return {
        "session": client.cookies["sessionid"].value,
        "user": doctor.user.username,
        "own": own.pk,
        "foreign": foreign.pk,
    }


if __name__ == "__main__":
    from samspil.config.setup import care_plane

    care_plane()
    print(json.dumps(make()))
