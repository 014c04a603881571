"""The small world that the cells of the access matrix are tried in, and how each cell is brought about.

One citizen has everything that the pages can show: a name on a list, an inclusion, consents, relatives, notices, a
case of emergency access. Nobody is related to the citizen until a cell says so; `World.arrange` makes exactly what the
cell names, and answers with who asks.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from samspil.access import guard
from samspil.access.actor import Actor, private, system
from samspil.access.models import BreakGlass, Category, Membership, Notice, Organisation, Role, User
from samspil.access.policy import Purpose, Resource
from samspil.lists.models import Source, Stage
from samspil.lists.names import in_words
from samspil.lists.programme import rules
from tests import care
from tests.access import matrix_needs, matrix_networks, matrix_population, matrix_quality
from tests.access.matrix_needs import Need
from tests.access.matrix_networks import Networked
from tests.access.matrix_plans import Course
from tests.access.matrix_population import Population
from tests.access.matrix_quality import Quality
from tests.lists import made

FILE = Path(__file__).with_name("matrix.csv")
NAME, CPR = "Ottilie Mærkedahl", "1203764321"
DAY = dt.timedelta(days=1)
#: Everybody who works in the citizen's own practice when the relation says so, and elsewhere otherwise.
TREATING = (Role.GP, Role.PRACTICE_STAFF)
HIDDEN = ("1203764321", "120376-4321", NAME)


@dataclass(frozen=True)
class Cell:
    """One row of the matrix."""

    line: int
    role: Role
    relation: str
    consent: str
    legal_basis: str
    resource: str
    verb: str
    expect: str
    reason: str
    remark: str

    @property
    def kind(self) -> str:
        """The resource as the policy names it."""
        return self.resource.partition("/")[0]

    @property
    def category(self) -> str:
        """The kind of data of a record that the cell is about; empty for the record as a whole."""
        return self.resource.partition("/")[2]

    @property
    def allowed(self) -> bool:
        return self.expect == "allowed"

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the cell from every other."""
        return (self.role.value, self.relation, self.consent, self.legal_basis, self.resource, self.verb)

    def __str__(self) -> str:
        facts = [fact for fact in (self.relation, self.consent, self.legal_basis.replace(": ", "-")) if fact != "none"]
        said = "-".join([*facts, self.resource, self.verb, self.reason or self.expect]).replace(" ", "_")
        return f"{self.line}-{self.role.value}-{said}"


def cells() -> list[Cell]:
    """Every row of the matrix, with the line it stands on."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Cell(line, Role(row.pop("role")), **{name: value.strip() for name, value in row.items()})
            for line, row in enumerate(csv.DictReader(file), start=2)
        ]


class World:
    """Two practices, an organisation for everybody else, and one citizen with everything."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Mærkegade", doctors=2, phone="65 43 21 09")
        self.elsewhere = care.practice("Lægerne Andetsteds", doctors=2)
        self.own = {role: care.member(self.house, role, f"Egen {role.label}") for role in TREATING}
        self.strangers = {role: care.member(self._place(role), role, f"Anden {role.label}") for role in care.WORKPLACE}
        self.colleagues = {role: care.member(who.organisation, role) for role, who in self.strangers.items()}
        self.doctor = care.member(self.house, Role.GP, "Kristian Kigger")
        self.citizen = care.citizen(self.house, NAME, cpr=CPR, birth_date=dt.date(1976, 3, 12))
        # Under another name, so that the head of a page says nothing about what the page shows.
        self.account = care.user("Indlogget borger", citizen=self.citizen)
        self.other_account = care.user("Anden borger", citizen=care.citizen(self.house, "Anders And"))
        self.relative = care.user("Rasmus Pårørende")
        care.proxy(care.citizen(self.elsewhere, "Petra Pårørt"), self.relative, ("read", "log", "consent"))
        self.proxy = care.proxy(self.citizen, care.user("Dorte Datter"), ("read",))
        self._list()
        self.course = Course(self.citizen, self.doctor)
        self.need = Need(self.citizen, self.doctor)
        self.quality = Quality(self.citizen, self.doctor)
        self.networked = Networked(self.quality.publication, self.doctor)
        self.population = Population(self.citizen, self.doctor)
        self.notice = self._notice(citizen=self.citizen, values={"name": "Kristian Kigger", "purpose": "evaluation"})
        self.practice_notice = self._notice(
            role=Role.GP,
            organisation=self.house,
            about=self.citizen,
            values={"name": "Kristian Kigger", "purpose": "evaluation"},
        )
        self.officer_notice = self._notice(
            role=Role.DATA_PROTECTION_OFFICER,
            about=self.citizen,
            values={"name": "Kristian Kigger", "purpose": "evaluation"},
        )
        self.basis = care.legal_basis(title="Mærket hjemmel")
        now = timezone.now()
        self.case = BreakGlass.objects.create(
            citizen=self.citizen,
            membership=self.doctor,
            reason="Fundet bevidstløs på gaden",
            opened_at=now - 9 * DAY,
            expires_at=now - 8 * DAY,
        )
        guard.require(care.acting(self.doctor), "read", Resource("citizen_record", self.citizen), "care")

    def _place(self, role: Role) -> Organisation | None:
        return self.elsewhere if role in TREATING else None

    def _notice(self, **fields: Any) -> Notice:
        return Notice.objects.create(kind=Notice.Kind.CONSENT, message="consent_withdrawn", at=timezone.now(), **fields)

    def _list(self) -> None:
        """The citizen's name on the list of a model that has criteria of every category, and an inclusion."""
        most = {item.item: _most(item) for item in made.model("sad").items}
        self.publication = made.publication("sad")
        self.entry = made.entry(
            made.risk_list(self.publication, self.house), self.citizen, criteria=made.criteria("sad", most)
        )
        made.standing(self.citizen, self.publication, score=self.entry.score)
        self.inclusion = made.inclusion(
            self.doctor,
            entry=self.entry,
            stage=Stage.INVITED,
            steps=("letter",),
            nominated_by=care.organisation(self.strangers[Role.MUNICIPAL].organisation.kind),
        )
        categories = rules(made.PROGRAMME).models["sad"].categories
        self.words: dict[str, list[str]] = {category: [] for category in Category.values}
        with translation.override("da"):
            for criterion in in_words([self.entry], [], [])[0].earned:
                self.words[categories.get(criterion.item, Category.HEALTH)].append(criterion.words.casefold())

    @property
    def every_word(self) -> list[str]:
        """Every criterion of the citizen in words."""
        return [words for found in self.words.values() for words in found]

    def arrange(self, cell: Cell) -> tuple[Membership | User | None, Actor]:
        """Make what the cell says, and nothing else. Answers with who logs in and who that is to the policy."""
        who, actor = self._who(cell)
        self._relate(cell, who)
        if cell.consent != "none":
            self._consent(cell, who)
        if cell.legal_basis != "none":
            self._legal_basis(cell, actor)
        return who, actor

    def _who(self, cell: Cell) -> tuple[Membership | User | None, Actor]:
        if cell.role in self.strangers:
            in_house = cell.relation in {"own_practice", "former_practice"}
            member = self.own[cell.role] if in_house else self.strangers[cell.role]
            return member, care.acting(member)
        if cell.role == Role.CITIZEN:
            account = self.account if cell.relation == "self" else self.other_account
            return account, private(account, Role.CITIZEN)
        if cell.role == Role.RELATIVE:
            return self.relative, private(self.relative, Role.RELATIVE)
        return None, system() if cell.role == Role.SYSTEM else Actor(Role.ANONYMOUS)

    def _relate(self, cell: Cell, who: Membership | User | None) -> None:
        match cell.relation.partition("_"):
            case ("former", _, _):
                self.citizen.practice = self.elsewhere
                self.citizen.save()
            case ("proxy", _, state):
                self._proxy(cell, state)
            case ("glass", _, state) if isinstance(who, Membership):
                self._glass(self.colleagues[cell.role] if state == "of_colleague" else who, open_now=state != "expired")
            case _ if "task" in cell.relation and isinstance(who, Membership):
                holder = {"own_task": who.user, "task_of_colleague": self.colleagues[cell.role].user}
                self.task = care.task(
                    self.citizen,
                    who.organisation,
                    self.doctor.user,
                    holder=holder.get(cell.relation),
                    closed_at=timezone.now() if cell.relation == "closed_task" else None,
                )
            case ("own", _, "practice") if (cell.kind, cell.verb) == ("task", "write"):
                self.task = care.task(self.citizen, self.colleagues[Role.MUNICIPAL].organisation, self.doctor.user)
            case ("addressed" | "named", _, _) if isinstance(who, Membership):
                self.course.relate(cell.relation, who)
            case ("nominated", _, by) if isinstance(who, Membership):
                self.inclusion.nominated_by = self.own[Role.GP].organisation if by else who.organisation
                self.inclusion.source = Source.NOMINATION
                self.inclusion.save()

    def _proxy(self, cell: Cell, state: str) -> None:
        needed = {"citizen_log": "log", "consent": "consent"}.get(cell.kind, "read")
        scopes = {"read", "log", "consent"} - {needed} if state == "without_scope" else {needed}
        today = timezone.localdate()
        fields: dict[str, dict[str, Any]] = {
            "expired": {"until": today - DAY},
            "revoked": {"revoked_at": timezone.now()},
            "to_come": {"since": today + DAY},
        }
        care.proxy(self.citizen, self.relative, tuple(sorted(scopes)), **fields.get(state, {}))

    def _glass(self, member: Membership, *, open_now: bool) -> None:
        now = timezone.now()
        BreakGlass.objects.create(
            citizen=self.citizen,
            membership=member,
            reason="Indlagt uden at kunne svare for sig",
            opened_at=now - DAY,
            expires_at=now + DAY if open_now else now,
        )

    def _consent(self, cell: Cell, who: Membership | User | None) -> None:
        place = who.organisation if isinstance(who, Membership) else self.house
        today, by = timezone.localdate(), self.account
        another_sector = "hospital" if place.sector != "hospital" else "municipality"
        another_category = "employment" if cell.category != "employment" else "social"
        fields: dict[str, dict[str, Any]] = {
            "to_all": {},
            "to_my_sector": {"sector": place.sector},
            "to_another_sector": {"sector": another_sector},
            "to_my_organisation": {"organisation": place},
            "to_another_organisation": {"organisation": care.organisation(place.kind)},
            "one_category": {"category": "social"},
            "this_category": {"category": cell.category},
            "another_category": {"category": another_category},
            "declined": {"given": False},
            "withdrawn": {"withdrawn_at": timezone.now(), "withdrawn_by": by},
            "expired": {"until": today - DAY},
            "to_come": {"since": today + DAY},
        }
        match cell.consent:
            case "declined_after_yes_to_all":
                care.consent(self.citizen, "sharing", by)
                care.consent(self.citizen, "sharing", by, given=False, sector=place.sector)
            case "one_plan":
                care.consent(self.citizen, "one_plan", by)
            case "one_plan_withdrawn":
                care.consent(self.citizen, "one_plan", by, withdrawn_at=timezone.now(), withdrawn_by=by)
            case "evaluation":
                care.consent(self.citizen, "evaluation", by)
            case "evaluation_withdrawn":
                care.consent(self.citizen, "evaluation", by, withdrawn_at=timezone.now(), withdrawn_by=by)
            case "another_purpose":
                care.consent(self.citizen, "participation", by)
                care.consent(self.citizen, "data_exchange", by)
            case state:
                care.consent(self.citizen, "sharing", by, **fields[state])

    def _legal_basis(self, cell: Cell, actor: Actor) -> None:
        purpose, _, state = cell.legal_basis.partition(": ")
        today = timezone.localdate()
        fields: dict[str, dict[str, Any]] = {
            "in force": {},
            "expired": {"until": today - DAY},
            "revoked": {"revoked_at": timezone.now()},
            "to come": {"since": today + DAY},
            "another sector": {"sectors": ["hospital" if actor.sector != "hospital" else "municipality"]},
            "this category": {"categories": [cell.category]},
            "another category": {"categories": ["employment" if cell.category != "employment" else "social"]},
        }
        care.legal_basis(purpose, **fields[state])

    def resource(self, cell: Cell, actor: Actor) -> tuple[Resource, Purpose]:
        """What the policy is asked in a cell: with what, and for what purpose."""
        purpose = _PURPOSE.get((cell.kind, cell.verb), _PURPOSE.get((cell.kind, ""), "self"))
        if cell.kind == "legal_basis" and cell.role != Role.DATA_PROTECTION_OFFICER and cell.verb == "read":
            purpose = "improvement"
        if cell.kind in {"consent", "notices"} and actor.role.is_professional:
            purpose = "inclusion" if cell.kind == "consent" else "care"
        kind: Any = cell.kind
        if cell.role == Role.SYSTEM and cell.kind == "task":
            purpose = "administration"
        if cell.kind == "catalogue":
            change = cell.verb == "write" or cell.role == Role.SECRETARIAT
            return Resource(kind), "improvement" if change else "care"
        if cell.kind == "deadlines":
            return Resource(kind), "improvement"
        of_course = self.course.resource(cell.kind)
        if of_course is not None:
            return of_course, "self" if cell.role in {Role.CITIZEN, Role.RELATIVE} else "care"
        match cell.kind:
            case "capacity":
                return Resource(kind, practice_id=actor.organisation_id), purpose
            case "list_counts":
                return Resource(kind, practice_id=self.house.pk), purpose
            case "inclusion" | "practice_list":
                return Resource(kind, self.citizen, practice_id=self.house.pk), purpose
            case "nomination":
                return Resource(kind, self.citizen, nominated_by=self.inclusion.nominated_by_id), purpose
            case "citizen_record":
                category = Category(cell.category) if cell.category else None
                return Resource(kind, self.citizen, category=category), purpose
            case "model_review" | "process" | "legal_basis" | "people" | "source":
                return Resource(kind), purpose
        found = self.quality.resource(kind, actor) or self.networked.resource(kind)
        found = found or self.population.resource(kind) or self.need.resource(kind, self.course.plan)
        return found or Resource(kind, self.citizen), purpose

    def forget(self) -> None:
        """Read anew what an earlier cell changed and its end took back."""
        for record in (self.citizen, self.inclusion, self.entry):
            record.refresh_from_db()
        self.course.forget()


_PURPOSE: dict[tuple[str, str], Purpose] = {
    ("practice_list", ""): "case_finding",
    ("capacity", ""): "case_finding",
    ("citizen_record", "break_glass"): "emergency",
    ("citizen_record", ""): "care",
    ("task", ""): "care",
    ("citizen_search", ""): "care",
    ("inclusion", ""): "inclusion",
    ("nomination", ""): "inclusion",
    ("list_counts", ""): "improvement",
    ("model_review", ""): "improvement",
    ("process", ""): "improvement",
    ("access_log", ""): "oversight",
    ("break_glass", ""): "oversight",
    ("legal_basis", ""): "oversight",
    ("officer_notices", ""): "oversight",
    ("people", ""): "administration",
    ("log_in", ""): "inclusion",
    ("source", ""): "administration",
    ("course_events", ""): "improvement",
    **matrix_needs.PURPOSES,
    **matrix_quality.PURPOSES,
    **matrix_networks.PURPOSES,
    **matrix_population.PURPOSES,
}


def _most(item: Any) -> int:
    """The most points that an item can give."""
    worth = [band.points for band in item.bands or ()]
    worth += list((item.levels or {}).values())
    return max(worth + [rung.points for rung in item.first_of or ()])
