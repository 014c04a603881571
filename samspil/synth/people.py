"""The people: age, sex, place, household, origin, name, practice, and the four hidden factors that shape
their health.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import build, dates, digits, text, words
from samspil.synth.plan import Plan
from samspil.synth.practices import municipality_line
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import Choice, chance
from samspil.synth.timeline import NEVER, OPEN, YEAR

FACTORS = ("social", "somatic", "mental", "metabolic")


@dataclass(frozen=True)
class People:
    """One element per person; days count from the first day of the period."""

    cpr: pa.Array
    birth: Ints
    female: Bools
    age: Floats  # years at as_of (or what it would be)
    municipality: Ints
    foreign: Ints  # 0 Danish, 1 foreign, 2 not known
    given_name: Ints
    family_name: Ints
    alone: Bools
    living_since: Ints
    preschool: Ints
    practice: Ints  # today's practice, -1 for none
    practice_since: Ints
    practice_before: Ints
    practice_before_since: Ints
    factors: dict[str, Floats]  # standard normal
    emigrated: Ints  # day, NEVER for most

    def __len__(self) -> int:
        return len(self.birth)

    def age_on(self, day: Ints | Floats | float) -> Floats:
        """Age in years, with fractions, on a day."""
        years: Floats = ((day - self.birth) / YEAR).astype(np.float32)
        return years

    def practice_on(self, person: Ints, day: Ints) -> Ints:
        """The practice of the given persons on the given days, -1 for none."""
        before = (self.practice_before >= 0)[person] & (day < self.practice_since[person])
        practice: Ints = np.where(before, self.practice_before[person], self.practice[person])
        return practice

    def age_of(self, person: Ints, day: Ints) -> Floats:
        """Age in years, with fractions, of the given persons on the given days."""
        years: Floats = ((day - self.birth[person]) / YEAR).astype(np.float32)
        return years


def draw_people(plan: Plan, chunk: int, rng: np.random.Generator) -> People:
    """The people of one chunk, as they stand at `as_of` unless death takes them first."""
    size, window = plan.size(chunk), plan.window
    ages = reference("region")["ages"]
    female, birth = _ages_and_sexes(size, plan, rng)
    number, birth = plan.cpr_numbers.deal(birth, female, chunk, window)
    age = ((window.days - 1 - birth) / YEAR).astype(np.float32)
    factors = {name: rng.standard_normal(size, dtype=np.float32) for name in FACTORS}

    place = rng.random(size)
    municipality = np.searchsorted(municipality_line(), place, side="right").astype(np.int32)
    origin = reference("region")["origin"]
    foreign = chance(rng, at_age(origin["foreign"], ages, age), size).astype(np.int8)
    foreign[chance(rng, origin["unknown"], size)] = 2
    given, family = _names(foreign == 1, female, rng)
    alone, since, preschool = _households(female, age, birth, window.days, factors["social"], rng)
    practice, practice_since, before, before_since = _practices(plan, place, birth, rng)
    leaves = chance(rng, 4 * at_age(reference("region")["emigration"], ages, age), size)
    gone = rng.integers(np.clip(birth + 1, 0, window.days - 1), window.days, size)
    return People(
        digits(number, 10),
        birth,
        female,
        age,
        municipality,
        foreign,
        given,
        family,
        alone,
        since,
        preschool,
        practice,
        practice_since,
        before,
        before_since,
        factors,
        np.where(leaves, gone, NEVER).astype(np.int32),
    )


def civil_tables(people: People, died: Ints, plan: Plan) -> dict[str, pa.Table]:
    """`person`, `household` (of those 18 or over) and `affiliation`. `died` is the day of death, `NEVER` for
    the living.
    """
    window = plan.window
    gone = np.minimum(died, people.emigrated)
    active = gone == NEVER
    status = np.where(active, 0, np.where(died <= people.emigrated, 1, 2))
    given, family = _all_names()
    municipalities = words([m["number"] for m in reference("region")["municipalities"]])
    person = build(
        "person",
        {
            "cpr": people.cpr,
            "given_name": text(people.given_name, given),
            "family_name": text(people.family_name, family),
            "birth_date": dates(people.birth, window),
            "sex": text(people.female, words(["M", "F"])),
            "municipality": text(people.municipality, municipalities),
            "status": text(status, words(["active", "dead", "emigrated"])),
            "status_date": dates(gone, window),
            "origin": text(people.foreign, words(["danish", "foreign", ""]), null=people.foreign == 2),
        },
    )
    adult = np.flatnonzero((people.age >= 18) & (people.living_since <= gone))
    household = build(
        "household",
        {
            "cpr": text(adult, people.cpr),
            "living": text(people.alone[adult], words(["partner", "alone"])),
            "living_since": dates(people.living_since[adult], window),
            "preschool_children": pa.array(people.preschool[adult].astype(np.int32)),
        },
    )
    return {"person": person, "household": household, "affiliation": _affiliation(people, gone, plan)}


def _affiliation(people: People, gone: Ints, plan: Plan) -> pa.Table:
    """Two spells for those who changed practice, else one. Practices learn of a death or a move within a
    month.
    """
    last = np.where(gone > plan.window.days - 30, OPEN, gone)
    moved = people.practice_before >= 0
    start = np.stack([people.practice_before_since, people.practice_since], axis=1)
    stop = np.stack([np.minimum(people.practice_since - 1, last), last], axis=1)
    provider = np.stack([people.practice_before, people.practice], axis=1)
    there = np.stack([moved, people.practice >= 0], axis=1) & (start <= np.minimum(last, gone)[:, None])
    person = np.nonzero(there)[0]
    return build(
        "affiliation",
        {
            "cpr": text(person, people.cpr),
            "provider_number": text(provider[there], words(plan.practices.provider_number)),
            "from": dates(start[there], plan.window),
            "to": dates(stop[there], plan.window),
        },
    )


def _ages_and_sexes(size: int, plan: Plan, rng: np.random.Generator) -> tuple[Bools, Ints]:
    """Sex and day of birth. There are more of the old than in the pyramid, for some die within the four
    years.
    """
    region = reference("region")
    weights = []
    for sex in ("women", "men"):
        bands = np.array(region["pyramid"][sex], dtype=float)
        centre = np.arange(len(bands)) * 5 + 2
        single = np.exp(np.interp(np.arange(105), centre, np.log(bands / 5)))
        yearly_death = at_age(region["mortality"][sex], region["ages"], np.arange(105.0))
        weights.append(single * (1 + 3.8 * yearly_death))
    both = np.cumsum(np.concatenate(weights))
    cell = np.searchsorted(both / both[-1], rng.random(size), side="right")
    age = cell % 105 + rng.random(size)
    return cell < 105, (plan.window.days - 1 - np.floor(age * YEAR)).astype(np.int32)


def _households(
    female: Bools, age: Floats, birth: Ints, days: int, social: Floats, rng: np.random.Generator
) -> tuple[Bools, Ints, Ints]:
    """Who lives alone, since when, and children under six at home."""
    region = reference("region")
    house, size = region["household"], len(age)
    share = np.where(
        female, at_age(house["alone_women"], region["ages"], age), at_age(house["alone_men"], region["ages"], age)
    )
    tie = house["alone_social"]
    liability = -tie * social + np.sqrt(1 - tie**2) * rng.standard_normal(size, dtype=np.float32)
    alone = ndtr(liability) < share
    years = rng.exponential(np.where(alone, house["mean_years_alone"], house["mean_years_partner"]))
    adult_days = np.maximum((age - 18) * YEAR, 0)
    since = days - 1 - np.minimum(years * YEAR, adult_days * rng.uniform(0.3, 1, size))
    women, men = house["preschool_women"], house["preschool_men"]
    share = np.where(female, at_age(women["share"], women["ages"], age), at_age(men["share"], men["ages"], age))
    share = share * np.where(alone, house["preschool_if_alone"], house["preschool_if_partner"])
    children = 1 + Choice([house["preschool_counts"]]).draw(rng, 0, size)
    preschool = np.where(chance(rng, share, size) & (age >= 18), children, 0)
    return alone, np.maximum(since, birth).astype(np.int32), preschool


def _practices(plan: Plan, place: Floats, birth: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Today's practice and since when, and the one before for those who changed within the four years (else
    -1).
    """
    rules, size, days = reference("region")["practices"], len(place), plan.window.days
    none = chance(rng, rules["unaffiliated"], size)
    practice = np.where(none, -1, plan.practices.at(place))
    since = days - 1 - rng.exponential(rules["mean_years_with_practice"] * YEAR, size)
    since = np.maximum(since, birth).astype(np.int32)
    other = plan.practices.at(np.clip(place + 0.02 * rng.standard_normal(size), 0, 1))
    earlier = np.maximum(since - 1 - rng.exponential(6 * YEAR, size), birth).astype(np.int32)
    earlier = np.minimum(earlier, np.maximum(birth, -1))
    changed = (since > 0) & (since > birth) & (other != practice) & ~none
    since = np.where((since > 0) & ~changed, np.minimum(since, np.maximum(birth, -1)), since)
    return (
        practice,
        since.astype(np.int32),
        np.where(changed, other, -1),
        np.where(changed, earlier, OPEN).astype(np.int32),
    )


def _all_names() -> tuple[pa.Array, pa.Array]:
    names = reference("names")
    return (
        words(
            _unique(
                [
                    *names["danish"]["women"],
                    *names["danish"]["men"],
                    *names["foreign"]["women"],
                    *names["foreign"]["men"],
                ]
            )
        ),
        words(_unique([*names["danish"]["family"], *names["foreign"]["family"]])),
    )


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _names(foreign: Bools, female: Bools, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Indices of given and family name in the vocabularies of `_all_names`; common names come first and are
    drawn more.
    """
    all_given, all_family = (list(v.to_pylist()) for v in _all_names())
    given, family = np.zeros(len(foreign), dtype=np.int32), np.zeros(len(foreign), dtype=np.int32)
    for origin, group in (("danish", ~foreign), ("foreign", foreign)):
        lists = reference("names")[origin]
        for sex, of_sex in (("women", group & female), ("men", group & ~female)):
            given[of_sex] = _draw_names(rng, lists[sex], all_given, int(of_sex.sum()))
        family[group] = _draw_names(rng, lists["family"], all_family, int(group.sum()))
    return given, family


def _draw_names(rng: np.random.Generator, names: list[str], vocabulary: list[str], size: int) -> Ints:
    place = np.array([vocabulary.index(name) for name in names], dtype=np.int32)
    popularity = [1 / (rank + 4) for rank in range(len(names))]
    drawn: Ints = place[Choice([popularity]).draw(rng, 0, size)]
    return drawn
