"""What a programme asks its citizens to agree to: each purpose by itself, in stages, with dated texts."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, SamspilError, read_yaml, validate
from samspil.programmes.schema import SourceRef, Text

CONSENT = "consent.yaml"
Purpose = Literal["participation", "one_plan", "sharing", "data_exchange", "evaluation"]
Recipient = Literal["general_practice", "hospital", "municipality", "private", "ngo", "programme"]
Category = Literal["health", "mental_health", "social", "employment"]


class ConsentText(Definition):
    """The words of one question, as put from `since` on. A consent remembers the version it was given to."""

    version: str = Field(min_length=1, max_length=30)
    since: dt.date
    asks: Text
    if_yes: Text
    if_no: Text
    who: Text


class AskedConsent(Definition):
    """One purpose a citizen can agree to.

    Questions of a lower `stage` are asked first. Only what stands under `required_for` waits for a yes. A yes can be
    limited to some of `recipients` and some of `categories`; where these are empty there is nothing to choose. It
    holds for `months`, or until it is withdrawn when that is null.
    """

    purpose: Purpose
    title: Text
    stage: int = Field(ge=1)
    required_for: Literal["enrolment"] | None = None
    recipients: tuple[Recipient, ...] = ()
    categories: tuple[Category, ...] = ()
    months: int | None = Field(default=None, gt=0)
    source: SourceRef
    texts: tuple[ConsentText, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> AskedConsent:
        if self.required_for is not None and self.purpose != "participation":
            raise ValueError("only `participation` can be required: care must be possible with the smallest consent")
        days = [text.since for text in self.texts]
        if days != sorted(set(days)):
            raise ValueError("`texts` must rise: each is in force from a later day than the one before")
        if len({text.version for text in self.texts}) < len(self.texts):
            raise ValueError("two `texts` have the same version")
        for name, chosen in (("recipients", self.recipients), ("categories", self.categories)):
            if len(set(chosen)) < len(chosen):
                raise ValueError(f"something is named twice in `{name}`")
        return self

    def text(self, day: dt.date) -> ConsentText:
        """The words in force on `day`; before the first of them, the first."""
        return [text for text in self.texts if text.since <= day or text is self.texts[0]][-1]


class Consents(Definition):
    """Everything a programme asks for, in the order of the stages."""

    asked: tuple[AskedConsent, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Consents:
        purposes = [asked.purpose for asked in self.asked]
        twice = sorted({purpose for purpose in purposes if purposes.count(purpose) > 1})
        if twice:
            raise ValueError(f"asked twice: {', '.join(twice)}")
        stages = [asked.stage for asked in self.asked]
        if stages != sorted(stages):
            raise ValueError("`asked` must stand in the order of the stages")
        return self

    def about(self, purpose: str) -> AskedConsent:
        """The question about `purpose`. Raises SamspilError when the programme does not ask for it."""
        found = [asked for asked in self.asked if asked.purpose == purpose]
        if not found:
            raise SamspilError(f"the programme does not ask for consent to `{purpose}`")
        return found[0]


def load_consents(path: Path) -> Consents:
    """One file. Raises DefinitionError with file, line and cause."""
    return validate(read_yaml(path), Consents)


@cache
def consents_of(programme: str, folder: Path | None = None) -> Consents:
    """What the programme `programme` asks for. Raises SamspilError for a programme that asks for nothing."""
    root = folder or Path(__file__).parent
    if programme not in programmes_that_ask(folder):
        raise SamspilError(f"the programme `{programme}` does not ask for consent")
    return load_consents(root / programme / CONSENT)


@cache
def programmes_that_ask(folder: Path | None = None) -> tuple[str, ...]:
    """The programmes below `folder` (those that come with Samspil when absent) that ask citizens for consent."""
    root = folder or Path(__file__).parent
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{CONSENT}")))


@cache
def programmes_that_invite(folder: Path | None = None) -> tuple[str, ...]:
    """The programmes among those that ask which find citizens by lists, so that anybody may be asked."""
    root = folder or Path(__file__).parent
    return tuple(name for name in programmes_that_ask(folder) if (root / name / "inclusion.yaml").exists())
