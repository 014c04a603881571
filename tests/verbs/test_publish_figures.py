"""Figures on their way to the pages: outside a practice what was released, inside its own; all of it, or nothing."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from samspil import verbs
from samspil.access.actor import system
from samspil.access.log import Refused
from samspil.access.models import Citizen
from samspil.improvement.actions.publish import publish_figures, publish_indicators
from samspil.improvement.models import (
    CostlyPatient,
    FiguresPublication,
    IndicatorPublication,
    IndicatorResult,
    LostPatient,
    Network,
    PatientState,
)
from samspil.verbs import publishing_figures
from samspil.verbs.costing import open_cost
from samspil.verbs.indicator_run import open_indicators
from samspil.verbs.kept import fetched
from samspil.verbs.publishing_figures import constant_results, hand_over_cost, hand_over_indicators, hand_over_segments
from samspil.verbs.releasing import open_release
from samspil.verbs.segmenting import open_segments
from tests import care

pytestmark = pytest.mark.django_db
D = dt.date(2022, 12, 31)
COUNTS = ("persons", "not_met", "overdue", "no_data", "not_applicable", "exceptions", "strict_d", "observed_d")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A region of 3,000 persons with its indicators on two days, segments and cost."""
    folder = tmp_path_factory.mktemp("figures")
    verbs.synth(3000, folder / "region", seed=2, as_of=D)
    assert not verbs.ingest([folder / "region"], folder / "var").refused
    return folder / "var"


@pytest.fixture(scope="module")
def t2d(home):
    return verbs.indicators("t2d", D, since=dt.date(2022, 6, 30), every="6 months", home=home)


@pytest.fixture
def basis(db):
    return care.legal_basis("quality")


def indicators(home, t2d):
    return hand_over_indicators(open_indicators(t2d.name, home))


def by_place(rows):
    return {(row["as_of"], row["level"], row["unit"], row["indicator"]): row for row in rows}


def test_outside_a_practice_pages_have_what_was_released_and_inside_its_own(home, t2d, basis):
    handover = indicators(home, t2d)
    publish_indicators(system(), handover)
    publication = IndicatorPublication.objects.get()
    release = open_release(publication.release, home)
    told = {
        (r["as_of"], r["level"], r["unit"], r["indicator"]): r for r in fetched(release.lake, release.table("results"))
    }
    exact = {(r["as_of"], r["level"], r["unit"], r["indicator"]): r for r in fetched(t2d.lake, t2d.table("results"))}
    seen, hidden = set(), 0
    for row in IndicatorResult.objects.exclude(level="constant").select_related("practice", "network"):
        unit = {"practice": row.practice and row.practice.provider_number, "network": row.network and row.network.code}
        key = (row.day, row.level, unit.get(row.level) or row.municipality or "region", row.indicator)
        seen.add(row.level)
        of = exact[key] if row.level == "practice" else told[key]
        assert {name: getattr(row, name) for name in COUNTS} == {name: of[name] for name in COUNTS}, key
        shown = told.get(key)
        assert row.hidden == (
            shown is None
            or any(shown[name] is None and exact[key][name] is not None for name in ("strict_n", "strict_d"))
        )
        hidden += row.hidden and row.level != "practice"
    assert {"practice", "municipality", "region"} <= seen
    assert hidden, "a region as small as this has something to hide"


def test_patients_are_those_of_the_last_day_and_their_own_practices(home, t2d, basis):
    handover = indicators(home, t2d)
    done = publish_indicators(system(), handover)
    rows = fetched(t2d.lake, t2d.table("patients"))
    assert PatientState.objects.count() == len(rows)
    assert done.patients == len({row["person_id"] for row in rows})
    by_practice = set(PatientState.objects.values_list("citizen__person_id", "practice__provider_number"))
    assert by_practice == {(row["person_id"], row["provider_number"]) for row in rows}


def test_the_same_run_again_changes_nothing_and_a_newer_one_takes_over_the_patients(home, t2d, basis):
    first = indicators(home, t2d)
    publish_indicators(system(), first)
    before = IndicatorResult.objects.count(), PatientState.objects.count()
    assert publish_indicators(system(), indicators(home, t2d)).again
    assert before == (IndicatorResult.objects.count(), PatientState.objects.count())
    later = replace(indicators(home, t2d), run="later", as_of=D + dt.timedelta(days=14))
    publish_indicators(system(), later)
    assert set(PatientState.objects.values_list("publication__run", flat=True)) == {"later"}
    older = replace(indicators(home, t2d), run="older", as_of=D - dt.timedelta(days=300))
    publish_indicators(system(), older)
    assert set(PatientState.objects.values_list("publication__run", flat=True)) == {"later"}
    assert IndicatorResult.objects.filter(publication__run=first.run).count() == before[0]


def test_sources_that_are_too_old_are_told(home, t2d, basis):
    run = open_indicators(t2d.name, home)
    assert hand_over_indicators(run).stale == []
    run.stored.description["data_dates"]["hospital"] = "2022-12-01"
    assert hand_over_indicators(run).stale == ["hospital"]


def test_without_a_legal_basis_nothing_of_patients_is_published(home, t2d):
    with pytest.raises(Refused):
        publish_indicators(system(), indicators(home, t2d))
    assert not IndicatorPublication.objects.exists()
    assert not Citizen.objects.exists()


def test_a_publication_that_breaks_off_leaves_nothing(home, t2d, basis, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(LostPatient.objects, "bulk_create", broken)
    monkeypatch.setattr(PatientState.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        publish_indicators(system(), indicators(home, t2d))
    assert not IndicatorPublication.objects.exists()
    assert not IndicatorResult.objects.exists()
    assert not Network.objects.exists()


def test_citizens_that_are_known_are_left_as_they_are(home, t2d, basis):
    handover = indicators(home, t2d)
    people = list(handover.citizens)
    elsewhere = care.practice()
    known = care.citizen(elsewhere, "Anna Nyt-Navn", person_id=people[0].person_id, cpr=people[0].cpr)
    publish_indicators(system(), replace(handover, citizens=people))
    known.refresh_from_db()
    assert (known.name, known.practice) == ("Anna Nyt-Navn", elsewhere)
    assert Citizen.objects.count() == len(people)


def test_segments_are_published_as_released_and_name_no_practice(home, basis):
    run = verbs.segments(D, home=home)
    handover = hand_over_segments(open_segments(run.name, home))
    publish_figures(system(), handover)
    publication = FiguresPublication.objects.get()
    release = open_release(publication.release, home)
    for table in publication.tables.all():
        levels = {row[table.columns.index("level")] for row in table.rows}
        assert levels == {"municipality", "region"}
        rows = fetched(release.lake, release.table(table.name))
        place = table.columns.index("suppressed")
        assert [row[place] for row in table.rows] == [row["suppressed"] for row in rows]
    sizes = fetched(release.lake, release.table("sizes"))
    ages = {
        row["key"]: row["persons"] for row in sizes if row["section"] == "high_need_age" and row["level"] == "region"
    }
    profile = publication.definition["high_need"]["by_age"]
    assert profile == {age: ages.get(age) for age in profile}
    assert not [count for count in profile.values() if count is not None and 0 < count < 5]
    assert publish_figures(system(), hand_over_segments(open_segments(run.name, home))).again


def test_the_most_costly_patients_are_each_practices_own(home, basis):
    run = verbs.cost(D, home=home)
    handover = hand_over_cost(open_cost(run.name, home))
    publish_figures(system(), handover)
    number = open_cost(run.name, home).analysis.practice_list.number
    costly = CostlyPatient.objects.select_related("citizen", "practice")
    assert costly.exists()
    assert max(each.rank for each in costly) <= number
    assert all(each.practice_id == each.citizen.practice_id for each in costly)


# The series of practices that always deliver


def series(monkeypatch, practices, shown=("A", "B", "C")):
    """Rows of a run and of its release: three days, practice C joins on the last two."""
    days = [dt.date(2022, month, 28) for month in (1, 2, 3)]
    members = {days[0]: "AB", days[1]: "ABC", days[2]: "ABC"}
    tables = {
        "practices": [
            {"level": "network", "unit": "n", "as_of": day, "provider_number": each, "delivers": True}
            for day, those in members.items()
            for each in those
        ],
        "results": [
            {
                "level": level,
                "unit": unit,
                "as_of": day,
                "indicator": "x",
                "version": "v1",
                "strict_n": n,
                "strict_d": d,
            }
            | {"observed_n": n, "observed_d": d}
            for day, those in members.items()
            for level, unit, (n, d) in [
                *(("practice", each, practices[each]) for each in those),
                ("network", "n", tuple(map(sum, zip(*(practices[each] for each in those), strict=True)))),
            ]
        ],
    }
    told = [row for row in tables["results"] if row["unit"] in shown and row["as_of"] == days[-1]]
    monkeypatch.setattr(publishing_figures, "fetched", lambda _lake, rows: rows)
    run = SimpleNamespace(table=tables.__getitem__, lake=None, days=days, as_of=days[-1])
    release = SimpleNamespace(table=lambda _name: told, lake=None)
    return [row.of.unit and (row.day.month, row.met, row.strict_d) for row in constant_results(run, release, 5)]


def test_l_32_practices_that_always_deliver_have_a_series_of_their_own(monkeypatch):
    found = series(monkeypatch, {"A": (50, 80), "B": (40, 60), "C": (20, 30)})
    assert found == [(1, 90, 140), (2, 90, 140), (3, 90, 140)]


def test_no_series_gives_away_what_is_small_in_the_practices_beside_it(monkeypatch):
    found = series(monkeypatch, {"A": (50, 80), "B": (40, 60), "C": (3, 30)})
    assert found == [(1, 90, 140)]


def test_no_series_is_made_of_practices_that_are_not_shown(monkeypatch):
    assert series(monkeypatch, {"A": (50, 80), "B": (40, 60), "C": (20, 30)}, shown=("A", "B")) == []
