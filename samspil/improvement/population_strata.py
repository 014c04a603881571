"""Strata, the square, multimorbidity and the high-need group as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samspil.definitions import SamspilError
from samspil.improvement.bulletins import said
from samspil.improvement.charts import bars, matrix
from samspil.improvement.charts.words import decimals, part_of, percent
from samspil.improvement.population_segments import basis_words
from samspil.improvement.population_words import SECTORS, count_words, kroner, million, share_words, total
from samspil.improvement.queries.population import Segments
from samspil.improvement.released import Count, Released
from samspil.population.strata import sheet
from samspil.population.tables import source_title
from samspil.programmes.segment_rules import Stratum


@dataclass(frozen=True)
class Sheet:
    """A stratum in plain words. `lacking` says why it is not published, in place of its five fields (STRAT-16)."""

    key: str
    title: str
    persons: str
    share: str
    who: str
    services: str
    who_acts: str
    phase: str
    package: list[str]
    owner: str
    review: str
    basis: str
    findings: list[tuple[str, str]]
    lacking: str


def stratum_count(sizes: Released, stratum: str) -> Count:
    """How many are in a stratum, certain or not."""
    return total(row.count() for row in sizes.where(section="stratum", key=stratum))


def strata(found: Segments, unit: str) -> tuple[list[Sheet], bars.Bars | None]:
    """The sheets of all strata, the most intensive first, and the pyramid."""
    sizes = found.at(unit)["sizes"]
    counts = {each.stratum: stratum_count(sizes, each.stratum) for each in found.rules.strata}
    everybody = total(counts.values())
    sheets = [_sheet(each, counts[each.stratum], everybody) for each in found.rules.strata]
    drawn = bars.bars(
        "strata",
        _("Citizens by stratum"),
        [bars.Bar(said(each.title), counts[each.stratum].value) for each in found.rules.strata],
    )
    return sheets, drawn


def _sheet(stratum: Stratum, count: Count, everybody: Count) -> Sheet:
    english = (get_language() or "da").startswith("en")
    lacking, who, services, who_acts = "", "", "", ""
    try:
        told = sheet(stratum, count.value, "en" if english else "da")
        who, services, who_acts = told.who, told.services, told.who_acts
    except SamspilError:
        lacking = _("The sheet is not published: how many there are cannot be shown.")
    role = said(stratum.owner.role)
    return Sheet(
        key=stratum.stratum,
        title=said(stratum.title),
        persons=count_words(count),
        share=share_words(count, everybody, 1),
        who=who,
        services=services,
        who_acts=who_acts,
        phase=said(stratum.phase),
        package=[said(each) for each in stratum.services],
        owner=f"{SECTORS[stratum.owner.sector]}: {role}",
        review=_("every %(months)s months") % {"months": stratum.review_months},
        basis=basis_words(stratum.profile),
        findings=[(said(each.says), str(each.source)) for each in stratum.profile],
        lacking=lacking,
    )


def square(found: Segments, unit: str) -> matrix.Matrix | None:
    """Complexity against self-care; what is not determined is never low."""
    sizes, rules = found.at(unit)["sizes"], found.rules.square
    unknown = _("undetermined")
    sides = {
        "complexity": {"high": said(rules.complexity.high), "low": said(rules.complexity.low), "undetermined": unknown},
        "self_care": {"low": said(rules.self_care.low), "high": said(rules.self_care.high), "undetermined": unknown},
    }
    everybody = total(row.count() for row in sizes.where(section="square")).value
    names = {(each.complexity, each.self_care): said(each.title) for each in rules.quadrants}
    lines = []
    for complexity, title in sides["complexity"].items():
        cells = []
        for self_care in sides["self_care"]:
            count = sizes.count(section="square", key=complexity, key2=self_care)
            weight = count.value / everybody if count.value is not None and everybody else None
            note = next((name for pair, name in names.items() if pair == (complexity, self_care)), "")
            cells.append(matrix.Cell(None if count.few else count_words(count), weight, note))
        lines.append((title, cells))
    corner = f"{said(rules.complexity.title)} ↓ · {said(rules.self_care.title)} →"
    return matrix.matrix("square", said(rules.title), list(sides["self_care"].values()), lines, corner=corner)


@dataclass(frozen=True)
class Multimorbidity:
    """How many have several chronic conditions, and several programmes at once."""

    words: list[tuple[str, str, str]]
    drawing: bars.Bars | None


def multimorbidity(found: Segments, unit: str) -> Multimorbidity:
    """Conditions, programmes and hospitals per citizen."""
    sizes, rules = found.at(unit)["sizes"], found.rules.conditions
    rows = list(sizes.where(section="multimorbidity"))
    over = total(row.count() for row in rows)
    several = total(row.count() for row in rows if row["key"] == "multimorbid")
    young_rows = list(sizes.where(section="multimorbid_young"))
    young = total(row.count() for row in young_rows if row["key"] == "multimorbid")
    of_young = total(row.count() for row in young_rows)
    programmes = list(sizes.where(section="programmes"))
    together = total(row.count() for row in programmes if row.text("key") not in {"", "0", "1"})
    in_all = total(row.count() for row in programmes)
    pieces = list(sizes.where(section="fragmentation"))
    fragmented = total(row.count() for row in pieces if row["key"] == "yes")
    at_least = rules.multimorbid.value
    words = [
        (
            _("Citizens over %(age)s with %(number)s chronic conditions or more")
            % {"age": rules.over_age.value, "number": at_least},
            count_words(several),
            share_words(several, over, 1),
        ),
        (
            _("Of those aged %(first)s to %(last)s") % {"first": rules.young.from_age, "last": rules.young.to_age},
            count_words(young),
            share_words(young, of_young, 1),
        ),
        (
            _("In two programmes or more: to be looked at as one"),
            count_words(together),
            share_words(together, in_all, 1),
        ),
        (
            _("With a course spread over %(number)s hospitals or more")
            % {"number": found.rules.fragmentation.at_least},
            count_words(fragmented),
            share_words(fragmented, total(row.count() for row in pieces), 1),
        ),
    ]
    by_number: dict[str, list[Count]] = {}
    for row in rows:
        by_number.setdefault(row.text("key2"), []).append(row.count())
    drawn = [
        bars.Bar(_("%(number)s conditions") % {"number": number}, total(counts).value)
        for number, counts in sorted(by_number.items())
        if number != "unknown"
    ]
    return Multimorbidity(words, bars.bars("conditions", _("Adults by number of chronic conditions"), drawn))


@dataclass(frozen=True)
class HighNeed:
    """The high-need group of the region with its profile; it never stands without its warning."""

    facts: list[tuple[str, str]]
    warning: str
    ages: bars.Bars | None
    groups: bars.Bars | None
    alike: list[str]
    missing: list[str]


def high_need(found: Segments) -> HighNeed:
    """What the group with most cost in a year is like, and how few stay in it (report 002 STRAT-14)."""
    profile: dict[str, Any] = found.said["high_need"]
    rules = found.rules.high_need
    titles = {name: said(title) for name, title in found.rules.conditions.groups.items()}
    members = profile["members"]
    language = "en" if (get_language() or "da").startswith("en") else "da"
    missing = profile.get("missing") or []
    facts = [
        (_("Who"), _("the %(share)s of citizens with most cost in a year") % {"share": percent(float(rules.share))}),
        (_("Citizens"), part_of(members, profile["population"])),
        (_("Their cost"), _cost(profile)),
        (_("Still in the group a year later"), _share(profile["persistence"], _("not known"))),
        (_("Under %(age)s") % {"age": rules.young_under}, _share(profile["under_age"], _("too few to show"))),
        (_("Contacts per citizen"), _per(profile["contacts"], members)),
        (_("Admissions per citizen"), _per(profile["admissions"], members)),
        (_("Chronic conditions per citizen"), _per(profile["diagnoses"], members)),
    ]
    return HighNeed(
        facts=facts,
        warning=rules.warning.en if language == "en" else rules.warning.da,
        ages=bars.bars("need-ages", _("By age"), _bars(profile["by_age"], {})),
        groups=bars.bars(
            "need-groups", _("By group of illness; one may have several"), _bars(profile["by_group"], titles)
        ),
        alike=[
            _alike(_("Age"), profile["ages"], profile["by_age"], {}),
            _alike(_("Illness"), profile["groups"], profile["by_group"], titles),
        ],
        missing=[source_title(name, language) for name in missing],
    )


def _cost(profile: Mapping[str, Any]) -> str:
    cost, of_all = Decimal(profile["cost"]), Decimal(profile["cost_of_all"])
    if not of_all:
        return kroner(cost)
    return _("%(cost)s, %(share)s of all cost") % {"cost": million(cost), "share": percent(float(cost / of_all))}


def _share(share: Mapping[str, int] | None, nothing: str) -> str:
    if share is None:
        return nothing
    numerator, denominator = share["numerator"], share["denominator"]
    return f"{percent(numerator / denominator)} ({part_of(numerator, denominator)})" if denominator else nothing


def _per(number: int | None, members: int) -> str:
    return decimals(number / members, 1) if number is not None and members else _("not measured")


def _bars(counts: Mapping[str, int | None], titles: Mapping[str, str]) -> list[bars.Bar]:
    return [bars.Bar(titles.get(name, name), count) for name, count in counts.items()]


def _alike(of: str, found: Mapping[str, Any], counts: Mapping[str, int | None], titles: Mapping[str, str]) -> str:
    """Whether the group is alike; the largest part is named only where its count is shown."""
    if found["homogeneous"] is None:
        return _("%(of)s: not known") % {"of": of}
    words = _("alike enough for one team") if found["homogeneous"] else _("not alike enough for one team")
    largest = found["largest"]
    if largest is None or counts.get(largest) is None or any(count is None for count in counts.values()):
        return f"{of}: {words}"
    share = found["share"]
    return _("%(of)s: %(words)s. The largest part, %(largest)s, is %(share)s; the spread is %(bits)s bits.") % {
        "of": of,
        "words": words,
        "largest": titles.get(largest, largest),
        "share": part_of(share["numerator"], share["denominator"]),
        "bits": decimals(found["entropy"], 2),
    }
