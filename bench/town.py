"""A care plane as full as a region's: citizens, lists, decisions, inclusions, consents and a long access log.

`fill` writes into an empty, migrated PostgreSQL database with one statement for each kind of row, so that a million
citizens take seconds. The same size on the same day gives the same rows: what looks random is a hash of a row's
number. Models, their criteria and the texts of consent are those of Samspil's own programmes, so every page has
something to say; the digests of the access log's chains are made up, so the log cannot be verified.

Import it when Django has been set up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.types.json import Jsonb

from bench.results import results
from bench.rows import go_on_counting, insert, name, pick, when
from samspil.access import log
from samspil.access.actor import system
from samspil.access.asked import asked_by
from samspil.access.guard import check
from samspil.access.log import CHAINS
from samspil.access.models import (
    AccessRecord,
    CareTask,
    Chain,
    Citizen,
    Consent,
    LegalBasis,
    Membership,
    Notice,
    Organisation,
    Role,
    User,
)
from samspil.lists.actions.publish_model import LISTS
from samspil.lists.models import (
    EligibilityCheck,
    EligibilityRound,
    Entry,
    Inclusion,
    Publication,
    Review,
    RiskList,
    Source,
    Stage,
    Standing,
    Step,
)
from samspil.lists.programme import rules
from samspil.programmes import find_model
from samspil.warehouse.contracts import contracts

PROGRAMME = "odense-ic"
#: The model of the old and that of the adults of working age; an odd name is of the first, an even one of the second.
OLD, ADULT = MODELS = ("daemp", "sad")
#: Of the names, one in so many is somebody of 65 who stands on the other list too.
ON_BOTH = 50
#: Of the listed, one in so many can log in; the first of them are those that the access log tells most about.
WITH_ACCOUNT, LOOKED_AT = 10, 100
PRACTICES, DOCTORS, UNITS = 620, 2, 10
#: How many different results each model has, inside its target group and outside.
RESULTS = 400
#: When the lists came, in days before the day of filling.
PUBLISHED = 14


@dataclass(frozen=True)
class Size:
    """How much there is to be. A practice has two doctors."""

    citizens: int = 1_000_000
    entries: int = 250_000
    log_rows: int = 1_000_000
    practices: int = PRACTICES

    @property
    def second(self) -> int:
        """Names of somebody who stands on the other list as well; they have the last numbers."""
        return self.entries // ON_BOTH

    @property
    def first(self) -> int:
        """Citizens with a name on some list."""
        return self.entries - self.second

    @property
    def every(self) -> int:
        """One citizen in so many is listed."""
        return self.citizens // self.first


def fill(size: Size, today: dt.date | None = None) -> None:
    """Fill the database that Django is connected to: PostgreSQL, migrated, empty, and entered as its superuser."""
    assert connection.vendor == "postgresql"
    town = _Town(size, today or timezone.localdate())
    with transaction.atomic(), connection.cursor() as cursor:
        # What is written fits together, so every single row need not be checked for it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        town.organisations(cursor)
        town.citizens(cursor)
        town.publications(cursor)
        town.entries(cursor)
        town.reviews(cursor)
        town.inclusions(cursor)
        town.around(cursor)
        town.log(cursor)
    go_on_counting(AccessRecord, CareTask, Citizen, Consent, EligibilityCheck, Entry, Inclusion, Membership, Notice)
    go_on_counting(Organisation, Publication, Review, RiskList, Standing, Step, User)
    # Made-up digests fit no key, and a server does not start with another key than that of the log: one row is real.
    decision = check(system(), "write", LISTS, "case_finding")
    log.append([log.entry(system(), "write", LISTS, "case_finding", decision)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


class _Town:
    """Says in SQL what each row is made of.

    Everything follows from numbers: citizen `every * k` has the name `k`, and the first half of the odd names' second
    ones come last. A practice has the key that `practice` gives, its doctors the two keys that `doctor` gives, both as
    users and as memberships.
    """

    def __init__(self, size: Size, today: dt.date) -> None:
        self.size, self.today = size, today
        self.now = timezone.make_aware(dt.datetime.combine(today, dt.time(7)))
        self.as_of = today - dt.timedelta(days=PUBLISHED)
        self.models = [find_model(name).at(self.as_of) for name in MODELS]
        self.rules = rules(PROGRAMME)

    # Who belongs where.

    def practice(self, citizen: str) -> str:
        """The practice on whose list a citizen stands, or would stand."""
        return f"(1 + {pick(citizen, 1, self.size.practices)})"

    def doctor(self, entry: str, practice: str, *, other: bool = False) -> str:
        """The doctor who decided about a name, or the other doctor of the practice."""
        which = f"(1 - {pick(entry, 2, DOCTORS)})" if other else pick(entry, 2, DOCTORS)
        return f"({practice} - 1) * {DOCTORS} + 1 + {which}"

    def ago(self, days: str) -> str:
        """The moment so many days before now."""
        return f"timestamptz '{self.now.isoformat()}' - {days} * interval '1 day'"

    # Rows, in the order in which they need each other.

    def organisations(self, cursor: CursorWrapper) -> None:
        """Practices, units of the municipality, doctors with account and membership, and the basis of the lists."""
        size = self.size
        insert(
            cursor, Organisation, f"generate_series(1, {size.practices + UNITS}) AS n",
            id="n",
            kind=f"CASE WHEN n <= {size.practices} THEN 'practice' ELSE 'municipal_unit' END",
            sector=f"CASE WHEN n <= {size.practices} THEN 'general_practice' ELSE 'municipality' END",
            name=f"CASE WHEN n <= {size.practices} THEN 'Lægehus ' ELSE 'Enhed ' END || lpad(n::text, 3, '0')",
            provider_number=f"CASE WHEN n <= {size.practices} THEN (100000 + n)::text END",
            doctors=f"CASE WHEN n <= {size.practices} THEN {DOCTORS} END",
            phone="'66 00 00 00'",
        )  # fmt: skip
        doctors = size.practices * DOCTORS
        insert(
            cursor, User, f"generate_series(1, {doctors}) AS n",
            id="n", username="'laege' || n", name=f"'Læge ' || {name('n')}", password="'!'",
        )  # fmt: skip
        insert(
            cursor, User, f"generate_series(1, {size.first // WITH_ACCOUNT}) AS n",
            id=f"{doctors} + n", username="'borger' || n", name=name(self._with_account("n")), password="'!'",
            citizen_id=self._with_account("n"),
        )  # fmt: skip
        insert(
            cursor, Membership, f"generate_series(1, {doctors}) AS n",
            id="n", user_id="n", organisation_id=f"(n - 1) / {DOCTORS} + 1", role=f"'{Role.GP}'", since="'2010-01-01'",
        )  # fmt: skip
        LegalBasis.objects.create(
            kind=LegalBasis.Kind.DISPENSATION,
            title="Dispensation til samkøring",
            jurisdiction="Danmark",
            purposes=["case_finding"],
            since=dt.date(2010, 1, 1),
        )

    def _with_account(self, number: str) -> str:
        """The citizen whose account has a number, counted from 1: somebody old, since the names' numbers are odd."""
        return f"{self.size.every} * (({number} - 1) * {WITH_ACCOUNT} + 1)"

    def citizens(self, cursor: CursorWrapper) -> None:
        """Who is listed has the age of the list; one in a hundred of the listed has changed practice since."""
        size, practice, stays = self.size, self.practice("n"), f"{pick('n', 3, 100)} > 0"
        kind = (
            f"CASE WHEN n % {size.every} <> 0 OR n / {size.every} > {size.first} THEN 'other' "
            f"WHEN (n / {size.every}) % 2 = 0 THEN 'adult' "
            f"WHEN n / {size.every} / 2 < {size.second} THEN 'both' ELSE 'old' END"
        )
        number = f"CASE kind WHEN 'other' THEN n ELSE n / {size.every} / 2 END"
        born = f"(date '{self.today}' - make_interval(years => youngest))::date - 1 - (number % days) * 7919 % days"
        # Of each kind: the age of the youngest, over how many days they are born, and where their serial numbers begin.
        births = "('both', 65, 360, 0), ('old', 65, 10900, 1000), ('adult', 19, 16400, 2000), ('other', 0, 34600, 3000)"
        insert(
            cursor, Citizen,
            f"(SELECT n, kind, {born} AS born, serial + number / days AS serial FROM "
            f"(SELECT *, {number} AS number FROM "
            f"(SELECT n, {kind} AS kind FROM generate_series(1, {size.citizens}) AS n) AS one) AS two "
            f"JOIN (VALUES {births}) AS births (kind, youngest, days, serial) USING (kind)) AS three",
            id="n",
            person_id="n",
            cpr="to_char(born, 'DDMMYY') || lpad(serial::text, 4, '0')",
            name=name("n"),
            birth_date="born",
            sex="CASE WHEN n % 2 = 0 THEN 'F' ELSE 'M' END",
            practice_id=when((stays, practice), ("kind <> 'other'", f"1 + ({practice}) % {size.practices}")),
            practice_since=when((f"{stays} OR kind <> 'other'", "date '2015-01-01'")),
        )  # fmt: skip

    def publications(self, cursor: CursorWrapper) -> None:
        """One of each model, with what every name may say, and a list for each practice."""
        cursor.execute(
            "CREATE TEMP TABLE town_result (model text, number int, in_target bool, score int, band text, "
            "incomplete bool, criteria jsonb, PRIMARY KEY (model, in_target, number)) ON COMMIT DROP"
        )
        for number, model in enumerate(self.models, 1):
            of = EligibilityRound.objects.create(
                programme=PROGRAMME, model=model.model, number=1, version=model.version, digest=f"{number:064d}",
                reason="Første kørsel", opened_by="drift", opened_at=self.now,
            )  # fmt: skip
            Publication.objects.create(
                pk=number, run=f"{self.as_of}-run", programme=PROGRAMME, model=model.model, round=of, as_of=self.as_of,
                definition=model.model_dump(mode="json", by_alias=True),
                data_dates={source: self.as_of.isoformat() for source in contracts()},
                scored=self.size.citizens // 2, in_target=self.size.entries // 2,
                published_at=self.now - dt.timedelta(days=PUBLISHED - 1), published_by="drift",
            )  # fmt: skip
            cursor.executemany(
                "INSERT INTO town_result VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (model.model, n, found.in_target, found.score, found.band, found.incomplete, Jsonb(found.criteria))
                    for inside in (True, False)
                    for n, found in enumerate(results(model, RESULTS, in_target=inside))
                ],
            )
        cursor.execute("ANALYZE town_result")

    def entries(self, cursor: CursorWrapper) -> None:
        """Names in every state, and the lists they came with; then where everybody of the models' ages stands."""
        size = self.size
        citizen = f"{size.every} * CASE WHEN k <= {size.first} THEN k ELSE 2 * (k - {size.first}) - 1 END"
        model = f"CASE WHEN k <= {size.first} AND k % 2 = 1 THEN '{OLD}' ELSE '{ADULT}' END"
        number = f"CASE WHEN k <= {size.first} AND k % 2 = 1 THEN 1 ELSE 2 END"
        rows = (
            f"(SELECT *, {self.practice('citizen')} AS practice, {pick('k', 5, 100)} AS luck, "
            f"{pick('k', 6, RESULTS)} AS result FROM (SELECT k, {citizen} AS citizen, {model} AS model, "
            f"{number} AS publication FROM generate_series(1, {size.entries}) AS k) AS one) AS two "
            "JOIN town_result AS found ON found.model = two.model AND found.in_target AND found.number = two.result"
        )
        insert(
            cursor, Entry, rows,
            id="k",
            risk_list_id=f"(publication - 1) * {size.practices} + practice",
            practice_id="practice",
            citizen_id="citizen",
            model="two.model",
            publication_id="publication",
            score="score",
            band="band",
            arrival="'initial'",
            incomplete="incomplete",
            criteria="criteria",
            state=when(("luck < 60", "'open'"), ("luck < 65", "'later'"), ("luck < 67", "'asked'"),
                        ("luck < 82", "'invited'"), ("luck < 97", "'not_relevant'"), other="'open'"),
            later_until=when(("luck BETWEEN 60 AND 64", f"date '{self.today}' - 5 + ({pick('k', 7, 30)})::int")),
            asked_id=when(("luck BETWEEN 65 AND 66", self.doctor("k", "practice", other=True))),
            version="CASE WHEN luck BETWEEN 60 AND 96 THEN 1 ELSE 0 END",
            left_at=when(("luck >= 97", f"date '{self.today}' - 3")),
            left_reason=when(("luck >= 97", "'lower_score'"), other="''"),
            left_detail=when(("luck >= 97", "'gp_contacts'"), other="''"),
        )  # fmt: skip
        insert(
            cursor, RiskList,
            "(SELECT risk_list_id AS list, count(*) AS names, count(*) FILTER (WHERE incomplete) AS incomplete, "
            "count(*) FILTER (WHERE left_at IS NOT NULL) AS gone FROM lists_entry GROUP BY 1) AS counted",
            id="list",
            publication_id=f"(list - 1) / {size.practices} + 1",
            practice_id=f"(list - 1) % {size.practices} + 1",
            kind="'initial'",
            names="names",
            incomplete="incomplete",
            left="gone",
        )  # fmt: skip
        for publication, definition in enumerate(self.models, 1):
            ages = definition.eligible.age
            born = f"c.birth_date <= date '{self.as_of}' - interval '{ages.min or 0} years'"
            if ages.max is not None:
                born += f" AND c.birth_date > date '{self.as_of}' - interval '{ages.max + 1} years'"
            insert(
                cursor, Standing,
                "access_citizen AS c "
                f"LEFT JOIN lists_entry AS e ON e.citizen_id = c.id AND e.model = '{definition.model}' "
                f"JOIN town_result AS found ON found.model = '{definition.model}' "
                "AND found.in_target = (e.left_at IS NULL AND e.id IS NOT NULL) "
                f"AND found.number = {pick('coalesce(e.id, c.id)', 6, RESULTS)} WHERE {born}",
                id=None,
                citizen_id="c.id",
                model=f"'{definition.model}'",
                publication_id=str(publication),
                score="found.score",
                band="found.band",
                in_target="found.in_target",
                excluded_by="'[]'",
                incomplete="found.incomplete",
            )  # fmt: skip

    def reviews(self, cursor: CursorWrapper) -> None:
        """What was decided about every name that is not open, in the days since the lists came."""
        reasons = ", ".join(f"'{reason.reason}'" for reason in self.rules.review.reasons)
        reason = f"(ARRAY[{reasons}])[1 + {pick('id', 8, len(self.rules.review.reasons))}]"
        insert(
            cursor, Review, "lists_entry WHERE state <> 'open'",
            id="id",
            entry_id="id",
            kind=when(("state = 'invited'", "'invite'"), ("state = 'asked'", "'ask'"), other="state"),
            reason=when(("state = 'not_relevant'", reason), other="''"),
            until="later_until",
            colleague_id="asked_id",
            state_before="'open'",
            publication_id="publication_id",
            by_id=self.doctor("id", "practice_id"),
            at=self.ago(f"(1 + {pick('id', 9, 11)})"),
            seconds=f"20 + {pick('id', 10, 180)}",
        )  # fmt: skip

    def inclusions(self, cursor: CursorWrapper) -> None:
        """One for each name to be invited, some way towards enrolment, with its steps, its check and the consents."""
        by, luck = self.doctor("id", "practice_id"), pick("id", 11, 100)
        stage = when((f"{luck} < 30", "'to_invite'"), (f"{luck} < 50", "'invited'"), (f"{luck} < 65", "'informed'"),
                      (f"{luck} < 75", "'consented'"), (f"{luck} < 90", "'enrolled'"), other="'ended'")  # fmt: skip
        versions = [(f"model = '{model.model}'", f"'{model.version}'") for model in self.models]
        insert(
            cursor, Inclusion, f"(SELECT *, {stage} AS stage FROM lists_entry WHERE state = 'invited') AS chosen",
            id="id",
            citizen_id="citizen_id",
            programme=f"'{PROGRAMME}'",
            model="model",
            practice_id="practice_id",
            source=f"'{Source.LIST}'",
            entry_id="id",
            round_id="publication_id",
            model_version=when(*versions),
            stage="stage",
            purpose="'At få samlet hjælpen i én plan'",
            opened_at=self.ago("10"),
            opened_by_id=by,
            enrolled_at=when(("stage = 'enrolled'", self.ago("1"))),
            ended_at=when(("stage = 'ended'", self.ago("1"))),
            end_reason=when(("stage = 'ended'", "'no_need'"), other="''"),
        )  # fmt: skip
        reached = [
            (Step.Kind.CHOSEN, "TRUE", 10),
            (Step.Kind.LETTER, f"stage <> '{Stage.TO_INVITE}'", 8),
            (Step.Kind.CONVERSATION, f"stage IN ('{Stage.INFORMED}', '{Stage.CONSENTED}', '{Stage.ENROLLED}')", 4),
            (Step.Kind.CONSENT, f"stage IN ('{Stage.CONSENTED}', '{Stage.ENROLLED}')", 3),
            (Step.Kind.ENROLLED, f"stage = '{Stage.ENROLLED}'", 1),
            (Step.Kind.ENDED, f"stage = '{Stage.ENDED}'", 1),
        ]
        for kind, condition, days in reached:
            insert(
                cursor, Step, f"lists_inclusion WHERE {condition}",
                id=None, inclusion_id="id", kind=f"'{kind}'", on=f"date '{self.today}' - {days}", by_id="opened_by_id",
                at=self.ago(str(days)),
            )  # fmt: skip
        informed = f"lists_inclusion WHERE stage IN ('{Stage.INFORMED}', '{Stage.CONSENTED}', '{Stage.ENROLLED}')"
        insert(
            cursor, EligibilityCheck, informed,
            id="id", inclusion_id="id", publication_id="round_id", verdict="'eligible'", blocked_by="'[]'",
            unanswered="'[]'", answers="'{}'", by_id="opened_by_id", at=self.ago("4"),
        )  # fmt: skip
        for asked in asked_by(PROGRAMME).asked:
            # No one says yes to everything.
            yes = f"{pick('id', 20 + asked.stage, 5)} > 0" if asked.required_for is None else "TRUE"
            insert(
                cursor, Consent, f"lists_inclusion WHERE stage IN ('{Stage.CONSENTED}', '{Stage.ENROLLED}')",
                id=None, citizen_id="citizen_id", programme=f"'{PROGRAMME}'", purpose=f"'{asked.purpose}'", given=yes,
                since=f"date '{self.today}' - 3", text_version=f"'{asked.text(self.today).version}'",
                recorded_at=self.ago("3"), recorded_by_id="opened_by_id",
            )  # fmt: skip

    def around(self, cursor: CursorWrapper) -> None:
        """Tasks that others hold, and what citizens and practices have been told."""
        told = """'{"name": "Anna Dam", "purpose": "participation"}'"""
        insert(
            cursor, CareTask, "lists_entry WHERE id % 10 = 1",
            id=None,
            citizen_id="citizen_id",
            organisation_id=f"{self.size.practices} + 1 + {pick('id', 12, UNITS)}",
            title="'Vurdering af behov for hjemmesygepleje'",
            asked_by_id=self.doctor("id", "practice_id"),
            asked_at=self.ago("6"),
            closed_at=when((f"{pick('id', 13, 2)} = 0", self.ago("2"))),
        )  # fmt: skip
        insert(
            cursor, Notice, f"lists_inclusion WHERE stage <> '{Stage.TO_INVITE}'",
            id=None, kind="'consent'", citizen_id="citizen_id", message="'consent_given'", values=told,
            at=self.ago("8"), read_at=when((f"{pick('id', 14, 2)} = 0", self.ago("7"))),
        )  # fmt: skip
        insert(
            cursor, Notice, "access_caretask WHERE closed_at IS NOT NULL",
            id=None, kind="'consent'", role=f"'{Role.GP}'", message="'consent_given'", values=told, at=self.ago("2"),
            organisation_id=self.practice("citizen_id"), about_id="citizen_id",
        )  # fmt: skip

    def log(self, cursor: CursorWrapper) -> None:
        """A year of looks at the listed: in their practice mostly, and some by themselves."""
        size = self.size
        often = pick("m", 15, min(LOOKED_AT, size.first // WITH_ACCOUNT))
        citizen = when(
            ("m % 10 = 0", self._with_account(f"(1 + {often})")),
            other=f"{size.every} * (1 + {pick('m', 15, size.first)})",
        )
        rows = (
            f"(SELECT *, {self.doctor('m', 'practice')} AS doctor FROM "
            f"(SELECT *, {self.practice('citizen')} AS practice FROM "
            f"(SELECT m, m % 50 = 0 AS own, {citizen} AS citizen FROM generate_series(0, {size.log_rows - 1}) AS m) "
            "AS one) AS two) AS three"
        )
        if size.log_rows:
            insert(
                cursor, AccessRecord, rows,
                id="m + 1",
                chain=f"m % {CHAINS}",
                position=f"m / {CHAINS}",
                at=self.ago(f"(({size.log_rows} - m)::float * 365 / {size.log_rows})"),
                user_id="CASE WHEN own THEN NULL ELSE doctor END",
                user_name=f"CASE WHEN own THEN {name('citizen')} ELSE 'Læge ' || {name('doctor')} END",
                role=f"CASE WHEN own THEN '{Role.CITIZEN}' ELSE '{Role.GP}' END",
                organisation_id="CASE WHEN own THEN NULL ELSE practice END",
                organisation_name="CASE WHEN own THEN '' ELSE 'Lægehus ' || lpad(practice::text, 3, '0') END",
                verb="'read'",
                resource=when(("own", "'citizen_log'"), ("m % 5 = 1", "'citizen_record'"), other="'practice_list'"),
                citizen_id="citizen",
                purpose=when(("own", "'self'"), ("m % 5 = 1", "'care'"), other="'case_finding'"),
                basis=when(("own", "'self'"), ("m % 5 = 1", "'treating_practice'"), other="'legal_basis:1'"),
                outcome="'allowed'",
                digest="md5(m::text)",
            )  # fmt: skip
        Chain.objects.bulk_create(
            Chain(number=number, length=len(range(number, size.log_rows, CHAINS)), digest=f"{number:064d}")
            for number in range(CHAINS)
        )
