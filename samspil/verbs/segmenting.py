"""The verb `segments`: who attends, who is treated where, who has most need; kept as a run that can be repeated."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import ibis.expr.types as ir
from pydantic import TypeAdapter

from samspil.definitions import SamspilError, read_yaml
from samspil.population.attendance_segments import SEGMENTS as SEGMENT_NAMES
from samspil.population.concordance import Concordance
from samspil.population.four_numbers import SegmentSize
from samspil.population.gap import Gap
from samspil.population.gate import locality_warning
from samspil.population.high_need import Profile
from samspil.population.segment_binding import check_definition, check_segments
from samspil.population.segment_readings import concordance_of, gap_of, high_need_profile, segment_sizes
from samspil.population.segment_sizes import LEVELS, numbers, sizes, totals
from samspil.population.segments import SegmentDefinitions, segment
from samspil.population.strata import StratumSheet, changes, sheet, valid_until
from samspil.programmes import load_programmes
from samspil.programmes.segment_rules import SegmentRules, load_segment_rules, segment_rules_file
from samspil.programmes.segments import ProgrammeSegments
from samspil.verbs.kept import described, fingerprint, kept
from samspil.verbs.show import Shown
from samspil.verbs.write import check_target, write_table
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import StoredRun, find_run

#: What a run of segments calls itself.
SEGMENTS = "segments"
Level = Literal["region", "municipality", "practice"]
_PROFILE = TypeAdapter(Profile)


@dataclass
class SegmentRun(Shown):
    """The segments of the population at D, with what they were made of.

    `persons()`, `sizes()` and `high_need()` are Ibis tables. `chosen` are the programmes that are shown; all of them
    are computed, because strata look at a person whatever their illness.
    """

    stored: StoredRun
    lake: Lake
    chosen: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.stored.description["as_of"])

    @cached_property
    def definitions(self) -> SegmentDefinitions:
        """The shared rules and the programmes' segments as they were in force at D."""
        said = self.stored.description
        programmes = tuple(ProgrammeSegments.model_validate(each) for each in said["programmes"].values())
        return SegmentDefinitions(SegmentRules.model_validate(said["rules"]), programmes)

    @property
    def valid_until(self) -> dt.date:
        """The last day on which the strata hold: none of them is permanent."""
        return valid_until(self.as_of, self.definitions.rules.validity_months.value)

    @property
    def missing(self) -> list[str]:
        """The sources that some rule did without."""
        return list(self.stored.description["missing"])

    @cached_property
    def profile(self) -> Profile:
        """What the high-need group is like."""
        return _PROFILE.validate_python(self.stored.description["high_need"])

    @property
    def warnings(self) -> list[str]:
        """What to know before the numbers are used: missing sources, cost alone, localities of another size."""
        found = [f"no source `{source}`: what needs it is unknown, not a no" for source in self.missing]
        found.append(self.profile.warning.en)
        return found

    @property
    def locality_warnings(self) -> dict[str, str]:
        """By municipality, how its size differs from the localities of the source (R-SEG-09)."""
        said: dict[str, str] = self.stored.description["localities"]
        return said

    def persons(self, practice: str | None = None) -> ir.Table:
        """One row per person with a practice at D; of one practice when given."""
        rows = self.stored.read(self.lake, "persons")
        return rows if practice is None else rows.filter(rows.provider_number == practice)

    def high_need(self) -> ir.Table:
        """Who was in the high-need group at D (`now`), or a year before (`before`)."""
        return self.stored.read(self.lake, "high_need")

    def sizes(self, level: Level | None = None) -> ir.Table:
        """The counts of persons of every section, at one level when given, of the programmes chosen."""
        rows = self.stored.read(self.lake, "sizes")
        rows = rows if level is None else rows.filter(rows.level == level)
        return rows.filter(rows.programme.isnull() | rows.programme.isin(self.chosen))

    def counts(self, unit: str = "region", level: Level = "region") -> list[dict[str, Any]]:
        """The counts of one unit, as rows."""
        rows = self.sizes(level)
        found: list[dict[str, Any]] = rows.filter(rows.unit == unit).to_pyarrow().to_pylist()
        return found

    def segments(self, unit: str = "region", level: Level = "region") -> list[SegmentSize]:
        """The sizes of one unit's segments, each with its four numbers."""
        return segment_sizes(self.counts(unit, level))

    def concordance(self, programme: str, *, comorbidity: bool = True, unit: str = "region") -> Concordance:
        """Recommended against actual level of a programme in the region."""
        return concordance_of(self.counts(unit), self._programme(programme), comorbidity=comorbidity)

    def gap(self, programme: str, capacity: int | None = None, unit: str = "region") -> Gap | None:
        """The gap between a programme's estimate and those who started, held against places where they are given.

        None where the estimate is not measured.
        """
        self._programme(programme)
        return gap_of(self.counts(unit), programme, capacity, self.definitions.rules.over_capacity.ratio)

    def sheets(self, language: Literal["da", "en"] = "en") -> list[StratumSheet]:
        """Each stratum in plain words, for those who plan."""
        counts = Counter[str]()
        for row in self.counts():
            if row["section"] == "stratum":
                counts[row["key"]] += row["persons"]
        return [sheet(each, counts[each.stratum], language) for each in self.definitions.rules.strata]

    def changes(self, earlier: SegmentRun, column: str = "stratum") -> ir.Table:
        """Who is new, has moved, is confirmed or has dropped out since an earlier run."""
        return changes(earlier.stored.read(self.lake, "persons"), self.stored.read(self.lake, "persons"), column)

    def rows(self) -> list[dict[str, Any]]:
        return self.by_level("region")

    def by_level(self, level: Level) -> list[dict[str, Any]]:
        """One row per unit and programme: its segments, and the four numbers beside them."""
        table = self.sizes(level)
        found: dict[tuple[str, str], dict[str, Any]] = {}
        rows = table.filter(table.section == "segment").order_by(["programme", "unit"]).to_pyarrow().to_pylist()
        for row in rows:
            size = segment_sizes([row])[0]
            line = found.setdefault(
                (size.programme, row["unit"]),
                {"programme": size.programme, "unit": row["unit"], **dict.fromkeys(SEGMENT_NAMES[:4], 0)},
            )
            line[size.segment] = size.persons
            line |= {name.replace("_", " "): value for name, value in size.numbers.in_words().items()}
        for line in found.values():
            line.pop("none", None)
        return list(found.values())

    def _programme(self, name: str) -> ProgrammeSegments:
        found = {each.programme: each for each in self.definitions.programmes}
        if name not in found:
            raise SamspilError(f"`{name}` has no segments; programmes with segments are {', '.join(found)}")
        return found[name]


def segments(
    as_of: dt.date,
    *,
    programme: Sequence[str] | None = None,
    by: Level = "region",
    without: Sequence[str] = (),
    state: int | None = None,
    out: Path | str | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> SegmentRun:
    """Put the population at `as_of` into segments, in one pass over each source table.

    The run is kept in the home under a name that the same definitions, data and day always give; asked again it is
    read, not computed. `out` (`.csv` or `.parquet`) receives the counts at the level `by` of the programmes chosen;
    whether they may leave the house is for a release to decide. `without` leaves sources out; `state` repeats a run on
    an earlier state of the warehouse. Raises SamspilError for a programme without segments, and when civil registration
    or general practice is missing.
    """
    if by not in LEVELS:
        raise SamspilError(f"there is no level `{by}`; levels are {', '.join(LEVELS)}")
    if out is not None:
        check_target(Path(out))
    definitions = segment_definitions(as_of, programmes)
    names = [each.programme for each in definitions.programmes]
    chosen = tuple(programme) if programme is not None else tuple(names)
    for name in chosen:
        if name not in names:
            raise SamspilError(f"`{name}` has no segments; programmes with segments are {', '.join(names)}")
    lake = Lake.open(Home.find(home), state, without)
    description = _describe(definitions, lake, as_of)

    def make() -> dict[str, ir.Table]:
        found = segment(definitions, lake.tables, as_of)
        description["missing"] = list(found.missing)
        description["measured"] = {name: dict(flags) for name, flags in found.measured.items()}
        description["high_need"] = _PROFILE.dump_python(high_need_profile(found), mode="json")
        counted = sizes(found).cache()
        description["localities"] = _localities(counted, definitions.rules)
        return {
            "persons": found.persons.order_by(["provider_number", "person_id"]),
            "sizes": counted.order_by(["section", "programme", "level", "unit", "key", "key2"]),
            "totals": totals(counted).order_by(["section", "programme", "level", "unit"]),
            "numbers": numbers(counted).order_by(["programme", "level", "unit"]),
            "high_need": found.high_need.order_by("person_id"),
        }

    run = SegmentRun(kept(lake, description, make), lake, chosen)
    if out is not None:
        write_table(lake.engine, run.sizes(by), Path(out))
    return run


def segment_definitions(as_of: dt.date, programmes: Path | str | None = None) -> SegmentDefinitions:
    """The shared rules and every programme's segments as in force at D, with their measures checked.

    Raises DefinitionError with file, line and cause, and SamspilError when no programme has segments.
    """
    folder = Path(programmes) if programmes else None
    rules = load_segment_rules(folder)
    check_definition(read_yaml(segment_rules_file(folder)), rules)
    files = [each.segments for each in load_programmes(folder) if each.segments is not None]
    if not files:
        raise SamspilError("no programme has segments: they stand in a programme's `segments.yaml`")
    for file in files:
        check_segments(file)
    return SegmentDefinitions(rules, tuple(file.at(as_of) for file in files))


def open_segments(name: str, home: Path | str | None = None) -> SegmentRun:
    """A run of segments that was kept, by its name or the beginning of it."""
    place = Home.find(home)
    stored = find_run(place, name)
    if stored.description["kind"] != SEGMENTS:
        raise SamspilError(f"the run {stored.name} has no segments; it is a run of `{stored.description['kind']}`")
    return SegmentRun(stored, Lake.open(place, stored.description["state"]), tuple(stored.description["programmes"]))


def _describe(definitions: SegmentDefinitions, lake: Lake, as_of: dt.date) -> dict[str, Any]:
    """What a run is made of; its name follows from that alone."""
    rules = definitions.rules.model_dump(mode="json", by_alias=True)
    programmes = {each.programme: each.model_dump(mode="json", by_alias=True) for each in definitions.programmes}
    made_of = {SEGMENTS: fingerprint(lake, as_of, {"rules": rules, "programmes": programmes})}
    return {**described(lake, SEGMENTS, as_of, made_of), "rules": rules, "programmes": programmes}


def _localities(counted: ir.Table, rules: SegmentRules) -> dict[str, str]:
    towns = counted.filter((counted.section == "population") & (counted.level == "municipality"))
    found = {}
    for row in towns.select("unit", "persons").order_by("unit").to_pyarrow().to_pylist():
        warning = locality_warning(row["persons"], rules.locality)
        if warning is not None:
            found[row["unit"]] = warning
    return found
