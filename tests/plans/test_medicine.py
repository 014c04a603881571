"""Medicine: every source its list, one urgent task when they differ, one agreed list for the citizen (002 PLAN-6)."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from samspil.access.actor import private
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import Notice, OrganisationKind, Role
from samspil.plans.actions import medicine
from samspil.plans.divergence import divergences
from samspil.plans.models import MedicineList, PlanTask
from samspil.plans.queries.medicine import medicine_of
from samspil.plans.queries.own import own_plan
from tests import care
from tests.plans import made

TODAY = timezone.localdate


def line(drug="Metformin", dose="500 mg 2 gange dagligt", atc="A10BA02"):
    return {"drug": drug, "atc": atc, "dose": dose}


ONE_MORE = line("Furosemid", "40 mg morgen", "C03CA01")


def test_alg_11_the_same_substance_in_two_sources_with_another_dose():
    """002 ALG-11 (L2659-2662)."""
    (found,) = divergences({"læge": [line()], "sygehus": [line(dose="1000 mg 2 gange dagligt")]})
    assert found.drug == "Metformin"
    assert found.doses == {"læge": "500 mg 2 gange dagligt", "sygehus": "1000 mg 2 gange dagligt"}


def test_alg_11_a_drug_that_one_source_has_stopped():
    (found,) = divergences({"læge": [line(), ONE_MORE], "sygehus": [line()]})
    assert (found.drug, found.doses) == ("Furosemid", {"læge": "40 mg morgen", "sygehus": None})


@pytest.mark.parametrize(
    "other",
    [
        line(drug="metformin "),
        line(dose="500mg 2 gange dagligt"),
        line(dose="500 MG  2 gange dagligt."),
        line(atc=""),
        line(drug="Metformin »Teva«"),
        line(atc="a10 ba02"),
    ],
    ids=[
        "letter case",
        "space",
        "capitals",
        "no code on one side",
        "another name of the same code",
        "code written out",
    ],
)
def test_what_means_the_same_is_the_same(other):
    assert divergences({"læge": [line()], "sygehus": [other]}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("5 mg", "50 mg"), ("2,5 mg", "25 mg"), ("1 morgen", "1 aften"), ("2,5 mg", "2,5 g")],
)
def test_what_means_something_else_differs(one, other):
    assert len(divergences({"læge": [line(dose=one)], "sygehus": [line(dose=other)]})) == 1


def test_a_decimal_comma_is_a_decimal_point():
    assert divergences({"læge": [line(dose="2,5 mg")], "sygehus": [line(dose="2.5 mg")]}) == []


def test_a_drug_on_several_lines_is_compared_as_a_whole():
    morning, evening = line(dose="1 morgen"), line(dose="1 aften")
    assert divergences({"læge": [morning, evening], "sygehus": [evening, morning]}) == []
    assert len(divergences({"læge": [morning, evening], "sygehus": [morning]})) == 1


def test_fewer_than_two_sources_cannot_differ():
    assert divergences({}) == divergences({"læge": [line()]}) == []
    assert len(divergences({"læge": [line()], "sygehus": []})) == 1


_LINES = st.lists(
    st.builds(line, st.sampled_from(["A", "B", "C"]), st.sampled_from(["1", "2"]), st.sampled_from(["", "X01"])),
    max_size=4,
)


@given(_LINES, _LINES)
def test_who_comes_first_does_not_matter(one, other):
    there, back = divergences({"a": one, "b": other}), divergences({"b": other, "a": one})
    assert {frozenset(each.doses.items()) for each in there} == {frozenset(each.doses.items()) for each in back}


@given(_LINES)
def test_a_list_agrees_with_itself(lines):
    assert divergences({"a": lines, "b": list(reversed(lines))}) == []


@pytest.fixture
def doctor(db):
    return care.member(name="Lis Læge")


@pytest.fixture
def anna(doctor):
    return care.citizen(doctor.organisation, "Anna Poulsen")


@pytest.fixture
def hospital(anna, doctor):
    member = made.provider(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk")
    made.ask(anna, member.organisation, doctor)
    care.consent(anna, "sharing", doctor.user)
    return member


def tell(member, citizen, *lines, on=None):
    return medicine.record(care.acting(member), citizen, on or TODAY(), lines)


def open_tasks():
    return PlanTask.objects.filter(kind="medication_divergence", task__closed_at__isnull=True)


def test_lists_that_differ_raise_one_urgent_task_for_the_practice(anna, doctor, hospital):
    tell(doctor, anna, line())
    assert not open_tasks().exists()
    tell(hospital, anna, line(dose="1000 mg"))
    about = open_tasks().get()
    assert (about.urgent, about.task.organisation, about.task.due) == (True, doctor.organisation, TODAY())
    tell(hospital, anna, line(dose="1500 mg"))
    assert open_tasks().count() == 1


def test_lists_that_agree_again_need_nobody(anna, doctor, hospital):
    tell(doctor, anna, line())
    tell(hospital, anna, line(dose="1000 mg"))
    tell(hospital, anna, line())
    assert not open_tasks().exists()


def test_the_doctor_settles_and_the_citizen_follows_that_list(anna, doctor, hospital):
    lists = [tell(doctor, anna, line()), tell(hospital, anna, line(dose="1000 mg"))]
    agreed = medicine.agree(care.acting(doctor), anna, [each.pk for each in lists], [line(dose="1000 mg")])
    assert not open_tasks().exists()
    assert medicine_of(care.acting(doctor), anna).lists == [agreed]
    assert own_plan(private(care.citizen_account(anna), Role.CITIZEN), anna).medicine == agreed
    assert Notice.objects.get(citizen=anna).message == "medicine_agreed"


def test_a_source_that_later_differs_from_the_agreed_list_asks_again(anna, doctor, hospital):
    lists = [tell(doctor, anna, line()), tell(hospital, anna, line(dose="1000 mg"))]
    medicine.agree(care.acting(doctor), anna, [each.pk for each in lists], [line(dose="1000 mg")])
    tell(hospital, anna, line(dose="1000 mg"))
    assert not open_tasks().exists()
    tell(hospital, anna, line(dose="1000 mg"), ONE_MORE)
    assert open_tasks().count() == 1


def test_a_list_that_came_meanwhile_is_looked_at_first(anna, doctor, hospital):
    first = tell(doctor, anna, line())
    tell(hospital, anna, line(dose="1000 mg"))
    with pytest.raises(Conflict) as raised:
        medicine.agree(care.acting(doctor), anna, [first.pk], [line()])
    assert "Geriatrisk" in raised.value.message
    assert not MedicineList.objects.filter(agreed=True).exists()


def test_only_the_doctor_settles(anna, doctor, hospital):
    mine = tell(doctor, anna, line())
    for member in (hospital, care.member(doctor.organisation, Role.PRACTICE_STAFF), care.member()):
        with pytest.raises(Refused):
            medicine.agree(care.acting(member), anna, [mine.pk], [line()])


@pytest.mark.parametrize("category", ["social", "employment"])
def test_medicine_is_health_and_a_consent_for_something_else_does_not_open_it(anna, doctor, category):
    nurse = made.provider(OrganisationKind.MUNICIPAL_UNIT)
    made.ask(anna, nurse.organisation, doctor)
    care.consent(anna, "sharing", doctor.user, category=category)
    for act in (lambda: medicine_of(care.acting(nurse), anna), lambda: tell(nurse, anna, line())):
        with pytest.raises(Refused):
            act()


@pytest.mark.parametrize("bad", [line(drug=""), line(dose="")], ids=["no drug", "no dose"])
def test_a_line_names_drug_and_dose(anna, doctor, bad):
    with pytest.raises(Invalid):
        tell(doctor, anna, bad)


def test_a_list_is_not_from_tomorrow(anna, doctor):
    with pytest.raises(Invalid) as raised:
        tell(doctor, anna, line(), on=TODAY() + dt.timedelta(days=1))
    assert raised.value.field == "on"


def test_somebody_without_a_practice_gives_no_task(db):
    anna = care.citizen(None)
    by = care.member(role=Role.HOSPITAL)
    nurse = care.member(role=Role.MUNICIPAL)
    care.consent(anna, "sharing", by.user)
    for member in (by, nurse):
        made.ask(anna, member.organisation, by)
    tell(by, anna, line())
    tell(nurse, anna, line(dose="1000 mg"))
    assert not open_tasks().exists()


def typed(prefix, *lines, **more):
    fields = {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": 0, **more}
    for number, each in enumerate(lines):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in each.items()}
    return fields


def test_telling_and_settling_on_the_page(client, anna, doctor, hospital):
    at = f"/citizens/{anna.pk}/medicine/"
    tell(hospital, anna, line(dose="1000 mg"))
    care.log_in(client, doctor)
    answer = client.post(f"{at}own/", typed("own", line(), line("", "", ""), **{"own-on": TODAY().isoformat()}))
    assert answer.status_code == 302
    page = client.get(at)
    assert "1000 mg" in page.content.decode()
    seen = page.context["seen"].initial["seen"]
    late = tell(hospital, anna, line(dose="1500 mg"))
    sent = typed("agreed", line(dose="1000 mg"), **{"agreed-seen": seen})
    conflict = client.post(f"{at}agreed/", sent)
    assert conflict.status_code == 422
    assert str(late.pk) in conflict.context["seen"]["seen"].value()
    sent["agreed-seen"] = conflict.context["seen"]["seen"].value()
    assert client.post(f"{at}agreed/", sent).status_code == 302
    assert MedicineList.objects.get(agreed=True).lines == [line(dose="1000 mg")]


def test_a_faulty_line_comes_back_with_what_was_typed(client, anna, doctor):
    care.log_in(client, doctor)
    sent = typed("own", line(dose=""), **{"own-on": TODAY().isoformat()})
    answer = client.post(f"/citizens/{anna.pk}/medicine/own/", sent)
    assert answer.status_code == 422
    assert 'value="Metformin"' in answer.content.decode()
