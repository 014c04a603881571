"""What the programmes say about plans: their templates, and the format that all plans have in common."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language

from samspil.definitions import SamspilError
from samspil.programmes.in_use import own_folder, programme, programmes
from samspil.programmes.plan import PlanFormat, ProgrammePlan, load_plan_format
from samspil.programmes.schema import Text


@cache
def plan_format() -> PlanFormat:
    """The sections, the standard, the deadlines and the codes that every plan has in common.

    Those of the installation's own programmes where they have a `plan_format.yaml`, else those that come with Samspil.
    """
    return load_plan_format(own_folder())


def plan_rules(name: str) -> ProgrammePlan:
    """What a programme says about its plans. Raises SamspilError when it has none."""
    found = programme(name).plan
    if found is None:
        raise SamspilError(f"the programme `{name}` has no plan.yaml; nobody can have a pathway in it")
    return found


def programmes_with_plans() -> list[str]:
    """The names of the programmes that somebody can have a pathway in."""
    return [name for name, found in programmes().items() if found.plan is not None]


def has_gate(name: str) -> bool:
    """Whether citizens come into a programme through an inclusion, with its gate, and by no other way."""
    return programme(name).inclusion is not None


def in_words(text: Text) -> str:
    """A text of the programmes in the language of who reads it."""
    return text.en if (get_language() or "da").startswith("en") else text.da


def programme_title(name: str) -> str:
    """What a programme is called; its name when its folder is gone."""
    found = programmes().get(name)
    return in_words(found.definition.title) if found is not None else name


def band_title(programme_name: str, band: str) -> str:
    """What a stratum of a programme's models is called; its code when no model has it, and empty for none."""
    found = programmes().get(programme_name)
    versions = (
        [version for model in found.models for version in reversed(model.versions())] if found is not None else []
    )
    titles = [each.title for version in versions for each in version.bands if each.band == band]
    return in_words(titles[0]) if titles else band
