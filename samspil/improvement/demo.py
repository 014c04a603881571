"""The demonstration's work with figures: a practice follows up its patients, and its network meets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone, translation

from samspil.access.actor import Actor, professional
from samspil.access.models import Citizen, Membership, Organisation
from samspil.improvement.actions import change_tests, discussing, flagging, meetings, outreach, reviewing
from samspil.improvement.models import (
    ChangeTest,
    IndicatorPublication,
    LostPatient,
    Network,
    NetworkMeeting,
    OutreachAttempt,
    Participation,
    PatientState,
)
from samspil.programmes.indicators import IndicatorSet

_SET = "t2d"
#: Patients of one sitting with the worksheet.
_REVIEWED = 3
_ATTEMPTS = (
    (12, OutreachAttempt.Channel.PHONE, OutreachAttempt.Outcome.NO_ANSWER, "Ringede formiddag og eftermiddag."),
    (9, OutreachAttempt.Channel.LETTER, OutreachAttempt.Outcome.BOOKED, "Har fået tid til årskontrol."),
    (6, OutreachAttempt.Channel.PHONE, OutreachAttempt.Outcome.DECLINED, "Vil gerne ringes op igen til foråret."),
    (3, OutreachAttempt.Channel.IN_PRACTICE, OutreachAttempt.Outcome.BACK, "Kom med sin mand og fik taget prøver."),
)
_SIDES = Participation.Side
_MEETINGS = (
    (95, 120, NetworkMeeting.Form.PHYSICAL, {_SIDES.GENERAL_PRACTICE: 9, _SIDES.MUNICIPALITY: 4, _SIDES.HOSPITAL: 3}),
    (61, 30, NetworkMeeting.Form.VIRTUAL, {_SIDES.GENERAL_PRACTICE: 7, _SIDES.HOSPITAL: 2}),
    (12, 30, NetworkMeeting.Form.VIRTUAL, {_SIDES.GENERAL_PRACTICE: 8, _SIDES.MUNICIPALITY: 3}),
)


@dataclass(frozen=True)
class _People:
    """Who acts."""

    doctor: Actor
    staff: Actor
    chair: Actor

    @classmethod
    def of_demo(cls) -> _People:
        def one(key: str) -> Actor:
            return professional(Membership.objects.select_related("user", "organisation").get(user__username=key))

        return cls(one("demo-gp"), one("demo-practice_staff"), one("demo-team_chair"))


def live(practice: Organisation) -> int:
    """Let the practice follow up its patients, and its network meet. Returns how many things were done; 0 again."""
    publication = IndicatorPublication.objects.filter(set=_SET).first()
    if publication is None or OutreachAttempt.objects.filter(practice=practice).exists():
        return 0
    people = _People.of_demo()
    with translation.override("da"), transaction.atomic():
        done = _follow_up(publication, practice, people)
        network = Network.objects.filter(practices__practice=practice, practices__left__isnull=True).first()
        if network is not None:
            done += _meet(publication, network, people)
    return done


def _follow_up(publication: IndicatorPublication, practice: Organisation, people: _People) -> int:
    today, done = timezone.localdate(), 0
    lost = LostPatient.objects.filter(publication=publication, practice=practice, citizen__practice=practice)
    for patient, (days, channel, outcome, words) in zip(lost.order_by("pk"), _ATTEMPTS, strict=False):
        on = today - dt.timedelta(days=days)
        outreach.record_attempt(people.staff, patient.citizen, _SET, channel, outcome, on=on, words=words)
        done += 1
    vulnerable = _vulnerable(publication, practice)
    if vulnerable is not None:
        why = "Bor alene, har svært ved at komme ud, og sagde nej til to indkaldelser."
        flagging.set_flag(people.doctor, vulnerable, _SET, "vulnerable", why)
        done += 1
    return done + _review(publication, practice, people.staff)


def _vulnerable(publication: IndicatorPublication, practice: Organisation) -> Citizen | None:
    """A patient who lacks more than one check-up."""
    own = PatientState.objects.filter(publication=publication, practice=practice, citizen__practice=practice)
    lacking = own.filter(state__in=("overdue", "no_data"), indicator__in=("annual_review", "eye_exam", "foot_exam"))
    patients = list(lacking.order_by("citizen__birth_date", "indicator").select_related("citizen"))
    counts: dict[int, int] = {}
    for each in patients:
        counts[each.citizen_id] = counts.get(each.citizen_id, 0) + 1
    return max(patients, key=lambda each: counts[each.citizen_id]).citizen if patients else None


def _review(publication: IndicatorPublication, practice: Organisation, staff: Actor) -> int:
    """A sitting with the worksheet: three patients of whom data do not know a check-up."""
    found = IndicatorSet.model_validate(publication.definition)
    asked = {each.variable: each for each in found.worksheet}
    done = 0
    own = PatientState.objects.filter(publication=publication, practice=practice, citizen__practice=practice)
    for state in own.filter(state="no_data").order_by("citizen_id", "indicator").select_related("citizen"):
        needed = found.indicator(state.indicator).needs[0]
        question = asked.get(needed)
        code = next((code for code, means in question.states.items() if means == "met"), None) if question else None
        if question is None or code is None or done == _REVIEWED:
            continue
        day = publication.as_of - dt.timedelta(days=40 + 30 * done) if question.asks_day else None
        reviewing.answer(staff, state.citizen, _SET, {needed: (code, day)})
        done += 1
    if done:
        reviewing.end_sitting(staff, _SET, 25, done)
    return done


def _meet(publication: IndicatorPublication, network: Network, people: _People) -> int:
    today = timezone.localdate()
    held = [
        meetings.Held(
            today - dt.timedelta(days=days),
            minutes,
            form,
            {side.value: count for side, count in persons.items()},
            purpose=purpose,
        )
        for (days, minutes, form, persons), purpose in zip(_MEETINGS, _PURPOSES, strict=True)
    ]
    registered = meetings.register_all(people.chair, network, held)
    discussing.add_note(
        people.chair, network, publication,
        "Vi gennemgik tallene og hvordan de er regnet ud. Fodundersøgelser hos fodterapeut tæller med.",
        meeting=registered[0],
    )  # fmt: skip
    discussing.add_note(
        people.doctor, network, publication,
        "Hos os er det mest patienter, der går til kontrol på sygehuset, som mangler en årskontrol her.",
        indicator="annual_review",
    )  # fmt: skip
    began = today - dt.timedelta(days=80)
    tried = change_tests.begin(
        people.chair, network, title="Fodundersøgelse ved årskontrollen", least_volume=20, began_on=began,
        aim="Sygeplejersken undersøger fødderne samme dag, så ingen skal komme to gange.", indicator="foot_exam",
    )  # fmt: skip
    change_tests.conclude(
        people.chair, tried, tried.version, volume=3, ended_on=today - dt.timedelta(days=20),
        conclusion=ChangeTest.Conclusion.INSUFFICIENT, words="Kun tre patienter nåede det. Vi prøver igen efter jul.",
    )  # fmt: skip
    change_tests.begin(
        people.chair, network, title="Ring til dem, der ikke har været der et år", least_volume=30,
        began_on=today - dt.timedelta(days=15), indicator="annual_review",
        aim="Sekretæren ringer i stedet for at sende brev.",
    )  # fmt: skip
    return len(registered) + 4


_PURPOSES = (
    "Tallene for type 2-diabetes, standarder og regnemåder",
    "Patientkonference: kompliceret insulinbehandling",
    "Hvordan vi får flere med på kommunens forløb",
)
