"""Services that may meet a need, ranked by need, target group, stratum and municipality.

Never by whom somebody knows: "those who refer — only because we know them personally" (report 002 REF-4, L4179). A
suggestion names a kind of service and never a person, and nothing is referred by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from samspil.plans.catalogue import Offered
from samspil.programmes.services import Need

#: Why something was suggested; the pages have each in words.
Why = Literal["need", "words", "arm", "band", "municipality", "fast"]


@dataclass(frozen=True)
class Suggestion:
    """A service, and why it is suggested; `needs` are the needs asked for that it meets."""

    offered: Offered
    why: tuple[Why, ...]
    needs: tuple[str, ...] = ()


def suggest(
    services: Iterable[Offered],
    *,
    needs: Collection[str] = (),
    arms: Collection[str] = (),
    band: str = "",
    municipality: str = "",
) -> list[Suggestion]:
    """The services that fit, the best first: most needs met, then made for the target group, the stratum, the place.

    What is for others only is left out: another target group, another stratum, another municipality. What is not known
    of the citizen leaves nothing out. Equals stand in the order of the catalogue.
    """
    found = []
    for each in services:
        service = each.service
        met = tuple(need for need in service.needs if need in needs)
        if (
            (needs and not met)
            or (arms and service.arms and not set(arms) & set(service.arms))
            or (band and service.bands and band not in service.bands)
            or (municipality and service.municipality not in (None, municipality))
        ):
            continue
        why: list[Why] = []
        if met:
            why.append("need")
        if arms and service.arms:
            why.append("arm")
        if band and service.bands:
            why.append("band")
        if municipality and service.municipality is not None:
            why.append("municipality")
        if service.start is not None:
            why.append("fast")
        found.append(Suggestion(each, tuple(why), met))
    order: tuple[Why, ...] = ("arm", "band", "municipality", "fast")
    return sorted(found, key=lambda one: (-len(one.needs), *(reason not in one.why for reason in order)))


def search(services: Iterable[Offered], text: str, needs: Iterable[Need]) -> list[Offered]:
    """The services that Danish words point to, the best first; all of them for no words.

    A word counts most when it is one of a need's own words, less at the beginning of one, least in the texts. Services
    that answer to more of the words come before those that answer to fewer.
    """
    asked = _words(text)
    if not asked:
        return list(services)
    by_need = {need.need: need for need in needs}
    scored = []
    for number, each in enumerate(services):
        points = [_points(each, word, by_need) for word in asked]
        if any(points):
            scored.append((-sum(point > 0 for point in points), -sum(points), number, each))
    return [each for *_rank, each in sorted(scored, key=lambda row: row[:3])]


def _points(offered: Offered, word: str, needs: dict[str, Need]) -> int:
    service = offered.service
    own = {
        each
        for need in service.needs
        if need in needs
        for said in (*needs[need].words, needs[need].title.da, needs[need].title.en)
        for each in _words(said)
    }
    title = set(_words(f"{service.title.da} {service.title.en}"))
    if word in own | title:
        return 4
    # `ensom` finds `ensomhed`, `samtaler` finds `samtale`, and of `sårpleje` both `sår` and `pleje` find nursing.
    if any(each.startswith(word) for each in own | title):
        return 2
    if any(word.startswith(each) or (len(each) > 3 and word.endswith(each)) for each in own if len(each) > 2):
        return 2
    if any(word.startswith(each) for each in title if len(each) > 3):
        return 2
    texts = [service.about, service.target, *service.information]
    return int(any(word in _words(f"{text.da} {text.en}") for text in texts if text is not None))


#: Words that say nothing of what somebody needs.
_SMALL = set(re.findall(r"\w+", "og i på til med for at en et den det af jeg kan ikke er har a an the and of to with"))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) > 1 and word not in _SMALL]
