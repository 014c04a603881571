"""Which kind of data each part of a plan tells of: the policy is asked about each kind by itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from samspil.access.models import Category
from samspil.plans.programme import plan_format


def category_of_section(section: str) -> Category | None:
    """The kind of data that a section tells of; None where everybody sees it who sees any of the plan."""
    known = plan_format().section(section)
    return Category(known.category) if known is not None and known.category else None


def category_of_domain(domain: str) -> Category | None:
    """The kind of data that a goal of a domain tells of: that of the section of the same name."""
    return category_of_section(domain)


def category_of_link(kind: str) -> Category | None:
    """The kind of data that a link to another plan tells of."""
    found = next((each.category for each in plan_format().links if each.kind == kind), None)
    return Category(found) if found else None


def only_kinds(content: dict[str, Any], kinds: Collection[str]) -> dict[str, Any]:
    """The content of a plan (`content.py`) without what tells of other kinds of data."""

    def open_to(category: str | None) -> bool:
        return category is None or category in kinds

    found = dict(content)
    found["sections"] = {k: v for k, v in content["sections"].items() if open_to(category_of_section(k))}
    found["goals"] = {k: v for k, v in content["goals"].items() if open_to(category_of_domain(v["domain"]))}
    found["activities"] = {k: v for k, v in content["activities"].items() if open_to(v["category"])}
    found["links"] = {k: v for k, v in content["links"].items() if open_to(category_of_link(v["kind"]))}
    if not open_to(Category.HEALTH):
        found["most_limiting"] = ""
    return found
