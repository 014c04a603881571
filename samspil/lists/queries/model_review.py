"""The model-review report: what doctors' decisions say about a model, criterion by criterion (report 000 L-01, L-02).

For the clinical group, on one model, round by round, because a round is one set of criteria. It is aggregate clinical
content that is printed and sent around, so small counts are hidden from everybody alike, together with
whatever would give one away; there are no totals over rounds and no periods that could be subtracted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.lists.models import EligibilityCheck, EligibilityRound, Publication, Review, Source
from samspil.lists.names import Bulletin, language, model_title
from samspil.lists.programme import of_model, rules
from samspil.lists.queries.activity import DECIDED, Scope
from samspil.lists.suppression import Sum, hidden, hidden_rows, joined, small
from samspil.lists.worth import Decisions
from samspil.population.stratification import MISSING, SCORED
from samspil.programmes.inclusion import Inclusion as Rules

REPORT = Resource("model_review")


@dataclass(frozen=True)
class Precision:
    """Names with something in common that were decided on, and how many of them a doctor wanted to invite.

    `decisions` is None when they are too few to be shown. `missing` counts names of the round for which
    the criterion could not be judged.
    """

    label: str
    decisions: Decisions | None
    missing: int | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Said:
    """A coded reason, with its count or None when it is not shown."""

    title: str
    count: int | None
    means: str = ""


@dataclass(frozen=True)
class BandPrecision:
    """A band of the score, and the scores in it, joined where they are too few by themselves."""

    band: Precision
    scores: list[Precision]


@dataclass(frozen=True)
class EndsOfSource:
    """Of the inclusions from one source that ended: how many ended for each reason that speaks against them."""

    source: str
    ended: int | None
    faults: list[Said]


@dataclass
class RoundReview:
    """What one set of criteria was worth."""

    round: EligibilityRound
    publications: list[Publication]
    overall: Precision
    criteria: list[Precision]
    bands: list[BandPrecision]
    reasons: list[Said]
    names: int | None
    incomplete: int | None
    unchecked: list[str]
    overrides: list[tuple[str, Said]]
    sources: list[EndsOfSource]


@dataclass
class ModelReview:
    """The whole report, with the day it was made."""

    model: str
    title: str
    day: dt.date
    few: int
    rounds: list[RoundReview]


def model_review(actor: Actor, model: str) -> ModelReview:
    """The report on one model. Raises Refused for who may not read it, SamspilError for a model there is none of."""
    guard.require(actor, "read", REPORT, "improvement", detail=model)
    found = _Collected(model, rules(of_model(model).definition.programme))
    rounds = EligibilityRound.objects.filter(model=model).order_by("number")
    few = found.rules.worth.few
    return ModelReview(model, model_title(model), timezone.localdate(), few, [found.of_round(one) for one in rounds])


@dataclass(frozen=True)
class _Scored:
    """Decisions about names with the same band and score."""

    band: str
    score: int
    decisions: Decisions


class _Collected:
    """Everything the report is made from, of all rounds of a model, in a fixed number of questions."""

    def __init__(self, model: str, of_programme: Rules) -> None:
        self.rules, self.few = of_programme, of_programme.worth.few
        scope = Scope((model,))
        self.publications: dict[int, list[Publication]] = {}
        for publication in Publication.objects.filter(model=model).order_by("as_of", "id"):
            self.publications.setdefault(publication.round_id, []).append(publication)
        self.bulletins = {key: Bulletin(found[-1]) for key, found in self.publications.items()}
        decided = scope.standing().filter(kind__in=DECIDED)
        in_round = "entry__publication__round_id"
        self.items = sorted({item.item for found in self.bulletins.values() for item in found.model.items})
        self.criteria = {row[in_round]: row for row in decided.values(in_round).annotate(**self._criteria())}
        self.scores: dict[int, dict[tuple[str, int], Decisions]] = {}
        for key, band, score, kind, number in decided.values_list(
            in_round, "entry__band", "entry__score", "kind"
        ).annotate(n=Count("id")):
            these = self.scores.setdefault(key, {})
            one = Decisions(number, 0) if kind == Review.Kind.INVITE else Decisions(0, number)
            these[band, score] = these.get((band, score), Decisions()) + one
        rejected = decided.filter(kind=Review.Kind.NOT_RELEVANT).values_list(in_round, "reason").annotate(n=Count("id"))
        self.reasons = {(key, reason): number for key, reason, number in rejected}
        self.names = {
            key: (number, incomplete)
            for key, number, incomplete in scope.names()
            .values_list("publication__round_id")
            .annotate(n=Count("id"), lacking=Count("id", filter=Q(incomplete=True)))
        }
        ends = scope.inclusions().exclude(end_reason="").values_list("round_id", "source", "end_reason")
        self.ends = {(key, source, reason): n for key, source, reason, n in ends.annotate(n=Count("id"))}
        self.overrides = _overrides(model)

    def _criteria(self) -> dict[str, Count]:
        """Of each criterion: names that earned points by it, how many of them are to be invited, and not judged."""
        found = {}
        for item in self.items:
            # The status too: SQLite holds a missing value, which is JSON's null, for more than any number.
            earned = Q(**{f"entry__criteria__{item}__1": SCORED, f"entry__criteria__{item}__2__gt": 0})
            found[f"decided_{item}"] = Count("id", filter=earned)
            found[f"invited_{item}"] = Count("id", filter=earned & Q(kind=Review.Kind.INVITE))
            found[f"missing_{item}"] = Count("id", filter=Q(**{f"entry__criteria__{item}__1": MISSING}))
        return found

    def of_round(self, one: EligibilityRound) -> RoundReview:
        """The part of the report about one round."""
        bulletin = self.bulletins.get(one.pk)
        overall = sum(self.scores.get(one.pk, {}).values(), Decisions())
        names, incomplete = self.names.get(one.pk, (0, 0))
        return RoundReview(
            round=one,
            publications=self.publications.get(one.pk, []),
            overall=self._shown("", overall, too_few=self._speaks_of_few(overall)),
            criteria=self._of_criteria(one.pk, bulletin, overall) if bulletin else [],
            bands=self._of_bands(one.pk, bulletin) if bulletin else [],
            reasons=self._of_reasons(one.pk),
            names=None if small(names, self.few) else names,
            incomplete=None if small(incomplete, self.few) or small(names - incomplete, self.few) else incomplete,
            unchecked=self._unchecked(one.pk, bulletin) if bulletin else [],
            overrides=self._of_overrides(one.pk, bulletin) if bulletin else [],
            sources=self._of_sources(one.pk),
        )

    def _shown(self, label: str, decisions: Decisions, *, too_few: bool, missing: int | None = None) -> Precision:
        if too_few:
            return Precision(label, None, missing)
        return Precision(label, decisions, missing, decisions.precision.wilson())

    def _speaks_of_few(self, decisions: Decisions) -> bool:
        return small(decisions.invited, self.few) or small(decisions.not_relevant, self.few)

    def _of_criteria(self, key: int, bulletin: Bulletin, overall: Decisions) -> list[Precision]:
        """In the model's order. Hidden too when those *without* the criterion are few: they could be subtracted."""
        row: Mapping[str, int] = self.criteria.get(key, {})
        found = []
        for item in bulletin.model.items:
            if not item.enabled:
                continue
            name = item.item
            invited, decided = row.get(f"invited_{name}", 0), row.get(f"decided_{name}", 0)
            having = Decisions(invited, decided - invited)
            without = Decisions(overall.invited - having.invited, overall.not_relevant - having.not_relevant)
            missing = row.get(f"missing_{name}", 0)
            found.append(
                self._shown(
                    str(getattr(item.title, language())),
                    having,
                    too_few=self._speaks_of_few(having) or self._speaks_of_few(without),
                    missing=None if small(missing, self.few) else missing,
                )
            )
        return found

    def _of_bands(self, key: int, bulletin: Bulletin) -> list[BandPrecision]:
        """Bands with something decided, and the scores in each from the lowest up."""
        rows = [_Scored(band, score, found) for (band, score), found in sorted(self.scores.get(key, {}).items())]
        bands = {band: [row for row in rows if row.band == band] for band in self._band_order(bulletin, rows)}
        whole = {band: sum((row.decisions for row in found), Decisions()) for band, found in bands.items()}
        withheld = hidden_rows({band: (d.invited, d.not_relevant) for band, d in whole.items()}, self.few)
        result = []
        for band, found in bands.items():
            title = bulletin.band(band) if band else ""
            scores = []
            if band not in withheld:
                groups = joined(found, lambda group: self._speaks_of_few(_together(group)))
                scores = [self._shown(_range(group), _together(group), too_few=False) for group in groups]
            result.append(BandPrecision(self._shown(title, whole[band], too_few=band in withheld), scores))
        return result

    def _band_order(self, bulletin: Bulletin, rows: Sequence[_Scored]) -> list[str]:
        there = {row.band for row in rows}
        known = [band.band for band in bulletin.model.bands if band.band in there]
        return known + sorted(there - set(known))

    def _of_reasons(self, key: int) -> list[Said]:
        """Every reason there is, also those nobody gave; what is counted under a code that is gone stands last."""
        known = {reason.reason: reason for reason in self.rules.review.reasons}
        counts = dict.fromkeys(known, 0) | {code: n for (of, code), n in self.reasons.items() if of == key}
        total = sum(counts.values())
        withheld = hidden(counts | {"": total}, self.few, [Sum("", tuple(counts))])
        return [
            Said(
                str(getattr(known[code].title, language())) if code in known else code,
                None if code in withheld else count,
                known[code].means if code in known else "",
            )
            for code, count in counts.items()
        ]

    def _unchecked(self, key: int, bulletin: Bulletin) -> list[str]:
        codes = dict.fromkeys(code for found in self.publications[key] for code in found.unchecked)
        return [bulletin.exclusion(code) for code in codes]

    def _of_overrides(self, key: int, bulletin: Bulletin) -> list[tuple[str, Said]]:
        """Exclusions that were set aside, by exclusion and reason; each inclusion counts once."""
        titles = {found.reason: str(getattr(found.title, language())) for found in self.rules.gate.override_reasons}
        return [
            (
                self._stood_in_the_way(bulletin, code),
                Said(titles.get(why, why), None if small(number, self.few) else number),
            )
            for (of, code, why), number in sorted(self.overrides.items())
            if of == key
        ]

    def _stood_in_the_way(self, bulletin: Bulletin, code: str) -> str:
        """What was set aside: an exclusion of the model, or one of the gate's own."""
        if code == "age":
            return _("Age outside the target group")
        if code == "not_in_target":
            return _("Score below the target group")
        return bulletin.exclusion(code)

    def _of_sources(self, key: int) -> list[EndsOfSource]:
        faults = [end for end in self.rules.gate.end_reasons if end.means == "fault"]
        found = []
        for source in Source:
            counts = {
                reason: n for (of, came_from, reason), n in self.ends.items() if (of, came_from) == (key, source.value)
            }
            rest = sum(counts.values()) - sum(counts.get(end.reason, 0) for end in faults)
            parts = {end.reason: counts.get(end.reason, 0) for end in faults} | {"other ends": rest}
            every = parts | {"all": sum(counts.values())}
            withheld = hidden(every, self.few, [Sum("all", tuple(parts))])
            found.append(
                EndsOfSource(
                    str(source.label),
                    None if "all" in withheld else every["all"],
                    [
                        Said(
                            str(getattr(end.title, language())),
                            None if end.reason in withheld else parts[end.reason],
                            end.means,
                        )
                        for end in faults
                    ],
                )
            )
        return found


def _overrides(model: str) -> dict[tuple[int, str, str], int]:
    """By round, exclusion and reason: inclusions for which it was set aside."""
    checks = EligibilityCheck.objects.filter(inclusion__model=model).exclude(override_reason="")
    rows = checks.order_by().values_list("inclusion__round_id", "inclusion_id", "blocked_by", "override_reason")
    each = {(of, inclusion, code, why) for of, inclusion, codes, why in rows for code in codes}
    found: dict[tuple[int, str, str], int] = {}
    for of, _inclusion, code, why in each:
        found[of, code, why] = found.get((of, code, why), 0) + 1
    return found


def _together(rows: Sequence[_Scored]) -> Decisions:
    return sum((row.decisions for row in rows), Decisions())


def _range(rows: Sequence[_Scored]) -> str:
    first, last = rows[0].score, rows[-1].score
    return str(first) if first == last else f"{first}–{last}"
