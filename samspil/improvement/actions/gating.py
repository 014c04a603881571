"""The gate before a new function: proposed for a published group, asked about, and decided (report 001 T-10, T-11).

Data answer what data can, people the rest by name. Nothing is decided before everything is answered, and nothing is
created that a question refuses (001 L1123-1136). An estimate becomes a need only when a planner has confirmed seeing
it beside the diagnosed, the attending and the referred (002 STRAT-3).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership
from samspil.improvement.bulletins import said
from samspil.improvement.models import FiguresPublication, GateAnswer, IndicatorPublication, ProposedFunction
from samspil.improvement.queries.population import FUNCTIONS, Segments, segments_of
from samspil.improvement.targets import Target, facts, four_of, standing, targets
from samspil.population.gate import from_data
from samspil.programmes.segment_rules import GateQuestion

#: More places than this are a slip of the keys.
MOST = 10_000_000
#: As many letters as a title may have.
TITLE = 200


def _writer(actor: Actor, verb: str = "write") -> Membership:
    guard.require(actor, "decide" if verb == "decide" else "write", FUNCTIONS, "improvement")
    assert actor.membership is not None, "only members of an organisation are granted anything here"
    return actor.membership


@transaction.atomic
def propose(
    actor: Actor, publication: FiguresPublication | None, *, target: str, title: str, about: str, capacity: int
) -> ProposedFunction:
    """Propose a function for a group of the newest segments, with how many it can take at a time.

    Nothing is proposed before the population is described, its health known and its strata found (003-004 REQ-G-10).
    Raises Refused and Invalid.
    """
    by = _writer(actor)
    if publication is None or publication.kind != FiguresPublication.Kind.SEGMENTS:
        raise Invalid("", _("No segments have been published: describe and stratify the population first."))
    if not IndicatorPublication.objects.exists():
        raise Invalid("", _("No indicators have been published: the population's state of health is not known yet."))
    title, about = title.strip(), about.strip()
    if not title or len(title) > TITLE:
        raise Invalid("title", _("Give the function a name."))
    if not about:
        raise Invalid("about", _("Write what the function is to do."))
    if target not in targets(segments_of(publication)):
        raise Invalid("target", _("Choose whom the function is for."))
    if not 1 <= capacity <= MOST:
        raise Invalid("capacity", _("Write how many citizens the function can take at a time."))
    return ProposedFunction.objects.create(
        title=title,
        about=about,
        stratum=target,
        publication=publication,
        capacity=capacity,
        by=by,
        at=timezone.now(),
    )


@transaction.atomic
def answer(
    actor: Actor, function: ProposedFunction, version: int, *, question: str, yes: bool | None, words: str
) -> GateAnswer:
    """Answer one question of the gate; the newest answer counts, earlier ones stay.

    What data say of it is kept beside the answer. Raises Refused, Invalid, and Conflict when somebody was first.
    """
    by = _writer(actor)
    found = segments_of(function.publication)
    asked = _question(found, question)
    words = words.strip()
    if asked.answered == "yes_or_no" and yes is None:
        raise Invalid("yes", _("Answer with yes or no."))
    if not words:
        raise Invalid("words", _("Write the reason for the answer."))
    _hold(function, version)
    data = from_data(asked, facts(found, _target(found, function), function.capacity))
    made = GateAnswer.objects.create(
        function=function,
        question=question,
        satisfied=yes if yes is not None else True,
        words=words,
        data={} if data is None else {"yes": data.yes, **_figures(found, function)},
        by=by,
        at=timezone.now(),
    )
    if asked.question == found.rules.gate.decisive.question:
        function.decisive = words
        function.save(update_fields=["decisive"])
    return made


@transaction.atomic
def confirm_numbers(actor: Actor, function: ProposedFunction, version: int) -> None:
    """A planner confirms having seen the four numbers side by side (002 STRAT-3).

    For a segment of a programme the referred must be measured: else there is an estimate and no demand to hold it
    against. Raises Refused, Invalid and Conflict.
    """
    _writer(actor)
    found = segments_of(function.publication)
    target = _target(found, function)
    for _title, row in four_of(found, target):
        if target.programme is not None and (row is None or row.count("referred").value is None):
            raise Invalid("", _("The referred are not measured, so there is no demand to hold the estimate against."))
    _hold(function, version)
    function.confirmed_numbers = True
    function.save(update_fields=["confirmed_numbers"])


@transaction.atomic
def decide(actor: Actor, function: ProposedFunction, version: int, *, create: bool) -> ProposedFunction:
    """Decide whether the function may be created. Raises Refused, Invalid with what is lacking, and Conflict.

    Nothing is decided while a question is open or the four numbers are not confirmed; with a no to any question, the
    decisive one among them, it is not created.
    """
    _writer(actor, "decide")
    found = segments_of(function.publication)
    result = standing(found, function)
    titles = _titles(found)
    if not function.confirmed_numbers:
        raise Invalid("", _("Nobody has confirmed having seen the four numbers."))
    if result.open:
        open_ = "; ".join(titles[name] for name in result.open)
        raise Invalid("", _("Not answered yet: %(questions)s") % {"questions": open_})
    if create and result.refused:
        refused = "; ".join(titles[name] for name in result.refused)
        raise Invalid("", _("It cannot be created, because the answer is no: %(questions)s") % {"questions": refused})
    _hold(function, version)
    function.state = ProposedFunction.State.PASSED if create else ProposedFunction.State.REFUSED
    function.decided_at = timezone.now()
    function.save(update_fields=["state", "decided_at"])
    return function


def _questions(found: Segments) -> list[GateQuestion]:
    return [*found.rules.gate.questions, found.rules.gate.decisive]


def _titles(found: Segments) -> dict[str, str]:
    return {each.question: said(each.title) for each in _questions(found)}


def _question(found: Segments, name: str) -> GateQuestion:
    for each in _questions(found):
        if each.question == name:
            return each
    raise Invalid("question", _("There is no such question."))


def _target(found: Segments, function: ProposedFunction) -> Target:
    return targets(found)[function.stratum]


def _figures(found: Segments, function: ProposedFunction) -> dict[str, int | None]:
    return {"persons": _target(found, function).persons.value, "needed": function.capacity}


def _hold(function: ProposedFunction, version: int) -> None:
    """Take the proposal for a change: still open, and as it was when the page was shown. Raises Conflict."""
    unchanged = ProposedFunction.objects.filter(
        pk=function.pk, version=version, state=ProposedFunction.State.OPEN
    ).update(version=F("version") + 1)
    function.refresh_from_db()
    if not unchanged:
        if function.state != ProposedFunction.State.OPEN:
            raise Conflict(_("Somebody has decided already: %(what)s.") % {"what": function.get_state_display()})
        raise Conflict(_("Somebody else has changed the proposal since. Look at it again."))
