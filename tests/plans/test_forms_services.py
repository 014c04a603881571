"""The secretariat's form: a service that is saved without a change is the same service, whatever it says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.plans.catalogue import own_catalogue, plain, read, with_services
from samspil.plans.forms.services import ServiceForm

pytestmark = pytest.mark.django_db
SHIPPED = [(name, service) for name in with_services() for service in own_catalogue(name).services]


def filled(form: ServiceForm, **changes) -> dict:
    """What a browser would send of a form that was opened, with something changed."""
    given = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    return given | {"why": "Gennemset"} | changes


@pytest.mark.parametrize(("programme", "service"), SHIPPED, ids=lambda each: getattr(each, "service", each))
def test_saving_without_a_change_changes_nothing(programme, service) -> None:
    data = filled(ServiceForm(programme=programme, service=service))
    form = ServiceForm(data, programme=programme, service=service)
    assert form.is_valid(), form.errors
    found, faults = read(programme, form.content())
    assert not faults
    assert plain(found) == plain(service)


def test_a_deadline_that_is_changed_is_no_longer_the_reports() -> None:
    psychologist = own_catalogue("odense-ic").service("psychologist")
    data = filled(ServiceForm(programme="odense-ic", service=psychologist), start_number=10)
    form = ServiceForm(data, programme="odense-ic", service=psychologist)
    assert form.is_valid()
    start = form.content()["start"]
    assert (start["number"], start["source"]) == (10, f"agreed {timezone.localdate().isoformat()}")
    assert dt.date.fromisoformat(start["source"].removeprefix("agreed ")) == timezone.localdate()
    assert form.content()["sessions"]["source"] == psychologist.sessions.source


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_en": ""}, "title_en"),
        ({"needs": ["gold"]}, "needs"),
        ({"price_dkk": "-1"}, "price_dkk"),
        ({"start_number": "0"}, "start_number"),
        ({"service": "Store Bogstaver"}, "service"),
        ({"provider_kind": "pub"}, "provider_kind"),
        ({"why": ""}, "why"),
    ],
)
def test_a_fault_stands_at_its_field(wrong: dict, field: str) -> None:
    psychologist = own_catalogue("odense-ic").service("psychologist")
    data = filled(ServiceForm(programme="odense-ic", service=psychologist), **wrong)
    form = ServiceForm(data, programme="odense-ic", service=psychologist)
    assert not form.is_valid()
    assert field in form.errors
