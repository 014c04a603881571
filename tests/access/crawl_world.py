"""The small town that the crawler walks through: for every role something of its own, and somebody foreign to all.

Egon Egen belongs to everybody here: to his practice, to those who have a task for him, to his daughter. Fremmed
Frederiksen belongs to nobody here: another practice treats him, others have tasks for him, somebody else acts for him.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone, translation

from samspil.access import guard
from samspil.access.models import BreakGlass, HeldForm, Membership, Notice, Role, User
from samspil.access.policy import Resource
from samspil.lists.models import Publication, Source, Stage
from samspil.lists.names import in_words
from tests import care
from tests.access.crawl_needs import NEED_WORDS, Assessed
from tests.access.crawl_networks import Networked
from tests.access.crawl_own import OWN_WORDS, Own
from tests.access.crawl_plan import PLAN_WORDS, Planned
from tests.access.crawl_population import Region
from tests.access.crawl_quality import QUALITY_WORDS, Quality
from tests.access.crawl_referrals import REFERRAL_WORDS, Referred, changed_service
from tests.access.crawl_work import WORDS, Written
from tests.improvement import made as improvement
from tests.lists import made

#: A role that somebody who has none acts in.
NOBODY = "logged_in_without_a_role"
ROLES = [*(role.value for role in Role if role != Role.SYSTEM), NOBODY]
OTHERS = (Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO)


class Circle:
    """A citizen with everything, and the practice and the people around them. `mark` stands in every text."""

    quality: Quality
    networked: Networked

    def __init__(self, mark: str, name: str, cpr: str, model: str, publication: Publication) -> None:
        self.house = care.practice(f"Lægerne {mark}vej", doctors=2)
        self.doctor = care.member(self.house, Role.GP, f"Doktor {mark}")
        self.staff = care.member(self.house, Role.PRACTICE_STAFF, f"Sekretær {mark}")
        born = dt.date(timezone.localdate().year - (70 if model == "daemp" else 40), 3, 12)
        self.citizen = care.citizen(self.house, name, cpr=cpr, birth_date=born, phone=f"{cpr[6:8]} {cpr[8:]} 12 21")
        self.account = care.citizen_account(self.citizen)
        self.relative = care.user(f"{mark} Pårørende")
        self.proxy = care.proxy(self.citizen, self.relative, ("read", "log", "consent"))
        self.others = {role: care.member(role=role) for role in OTHERS}
        self.mark = mark
        self._list(model, publication, born)
        self._around()

    def _list(self, model: str, publication: Publication, born: dt.date) -> None:
        most = {item.item: most_points(item) for item in made.model(model).items}
        self.list = made.risk_list(publication, self.house)
        self.entry = made.entry(self.list, self.citizen, criteria=made.criteria(model, most))
        made.standing(self.citizen, publication, score=self.entry.score)
        # Somebody else on the list is waiting still, and is nominated for another target group too.
        self.another = care.citizen(self.house, f"Else {self.mark}sen", birth_date=born)
        made.entry(self.list, self.another)
        made.inclusion(
            self.doctor,
            citizen=self.another,
            name="sad",
            stage=Stage.NOMINATED,
            source=Source.NOMINATION,
            nominated_by=self.others[Role.MUNICIPAL].organisation,
        )
        self.review = made.review(self.entry, self.doctor, note=f"{self.mark} begrundelse")
        self.inclusion = made.inclusion(
            self.doctor, entry=self.entry, stage=Stage.INVITED, purpose=f"{self.mark} formål", steps=("letter",)
        )
        ended = made.inclusion(
            self.doctor,
            citizen=self.citizen,
            name=model,
            stage=Stage.ENDED,
            end_reason="no_need",
            end_note=f"{self.mark} slutnote",
        )
        made.check(
            ended, self.doctor, "blocked", override_reason="data_wrong", override_note=f"{self.mark} tilsidesættelse"
        )
        made.unmet_need(self.citizen, self.doctor)

    def _around(self) -> None:
        by, now = self.doctor.user, timezone.now()
        self.consents = [care.consent(self.citizen, purpose, by) for purpose in ("participation", "sharing")]
        self.tasks = {
            role: care.task(self.citizen, member.organisation, by, title=f"{self.mark} opgave")
            for role, member in self.others.items()
        }
        self.tasks[Role.GP] = care.task(self.citizen, self.house, by, title=f"{self.mark} opgave")
        self.written = Written(self.mark, self.citizen, self.doctor, self.others)
        self.referred = Referred(self.mark, self.citizen, self.doctor, self.others)
        self.planned = Planned(self.mark, self.citizen, self.doctor, self.staff, self.others)
        self.own = Own(self.mark, self.planned.plan)
        self.assessed = Assessed(self.mark, self.citizen, self.doctor)
        hospital = self.others[Role.HOSPITAL]
        self.case = BreakGlass.objects.create(
            citizen=self.citizen,
            membership=hospital,
            reason=f"{self.mark} nødsituation på gaden",
            opened_at=now,
            expires_at=now + dt.timedelta(hours=1),
        )
        told: dict[str, Any] = {"message": "consent_withdrawn", "kind": Notice.Kind.CONSENT, "at": now}
        told["values"] = {"name": f"{self.mark} fortæller", "purpose": "evaluation"}
        self.notices = [
            Notice.objects.create(**told, citizen=self.citizen),
            Notice.objects.create(**told, role=Role.GP, organisation=self.house, about=self.citizen),
            Notice.objects.create(**told, user=self.relative),
        ]
        self.held = HeldForm.objects.create(user=by, path="/notices/", fields={"note": [f"{self.mark} kladde"]}, at=now)
        guard.require(care.acting(self.doctor), "read", Resource("citizen_record", self.citizen), "care")

    @property
    def person(self) -> list[str]:
        """What tells who the citizen is."""
        citizen = self.citizen
        return [citizen.name, citizen.cpr, citizen.cpr_text, citizen.phone]

    @cached_property
    def words(self) -> list[str]:
        """The criteria of the citizen in words, as far as the words are such as stand nowhere else."""
        with translation.override("da"):
            found = [criterion.words for criterion in in_words([self.entry], [], [])[0].earned]
        return [words for words in found if len(words) > 20]

    @property
    def secrets(self) -> list[str]:
        """Everything of the citizen that a page could give away."""
        texts = ("pårørende", "formål", "begrundelse", "slutnote", "tilsidesættelse", "opgave", "nødsituation",
                 "fortæller", "kladde", "nøgle", *WORDS, *PLAN_WORDS,
                 *REFERRAL_WORDS, *OWN_WORDS, *QUALITY_WORDS, *NEED_WORDS)  # fmt: skip
        return [*self.person, self.another.name, *self.words, *(f"{self.mark} {text}" for text in texts)]


class Town:
    """Two circles, and those who see counts, logs and accounts."""

    def __init__(self) -> None:
        care.legal_basis("case_finding")
        older, younger = made.publication("daemp"), made.publication("sad")
        care.legal_basis("quality")
        self.own = Circle("Egen", "Egon Egen", "0303516789", "daemp", older)
        self.foreign = Circle("Fremmed", "Fremmed Frederiksen", "0909867531", "sad", younger)
        published = improvement.publication()
        for circle in (self.own, self.foreign):
            circle.quality = Quality(circle.mark, published, circle.citizen, circle.doctor)
            circle.networked = Networked(circle.mark, published, circle.doctor)
        steering = (
            Role.TEAM_CHAIR, Role.LEADERSHIP, Role.SECRETARIAT, Role.ANALYST, Role.DATA_PROTECTION_OFFICER,
            Role.ADMINISTRATOR,
        )  # fmt: skip
        self.steering = {role: care.member(role=role) for role in steering}
        self.region = Region(self.steering[Role.LEADERSHIP])
        for circle in (self.own, self.foreign):
            self.region.costly(circle.citizen)
        # Somebody can act as more than one.
        care.member(role=Role.TEAM_CHAIR, who=self.steering[Role.SECRETARIAT].user)
        changed_service(self.steering[Role.SECRETARIAT].user)
        self.nobody = care.user("Ingen Rolle")
        #: What the crawler met, by role.
        self.walks: dict[str, Any] = {}
        self.basis = care.legal_basis(title="En anden hjemmel")
        self.foreign_key = Authenticator.objects.create(
            user=self.foreign.doctor.user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Fremmed nøgle", "credential": {}},
        )

    def who(self, role: str) -> Membership | User | None:
        """Who logs in as this role."""
        own = self.own
        people: dict[str, Membership | User | None] = {
            Role.GP: own.doctor,
            Role.PRACTICE_STAFF: own.staff,
            Role.CITIZEN: own.account,
            Role.RELATIVE: own.relative,
            Role.ANONYMOUS: None,
        }
        return {NOBODY: self.nobody, **people, **own.others, **self.steering}[role]

    def hidden(self, role: str) -> list[str]:
        """What nobody in this role may meet anywhere."""
        found = self.foreign.secrets
        if role in self.steering or role in {NOBODY, Role.ANONYMOUS}:
            found += self.own.secrets
        return found

    @property
    def of_cases(self) -> list[str]:
        """What a case of emergency access says: whose record it was, and why."""
        return [
            said
            for circle in (self.own, self.foreign)
            for said in (circle.citizen.name, f"{circle.mark} nødsituation", f"{circle.mark} pårørende")
        ]


def most_points(item: Any) -> int:
    """The most points that an item of a model can give."""
    worth = [band.points for band in item.bands or ()]
    worth += list((item.levels or {}).values())
    return max(worth + [rung.points for rung in item.first_of or ()])
