"""An administrator's pages: organisations, people and their memberships."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samspil.access import guard
from samspil.access.actions import people as act
from samspil.access.errors import Invalid
from samspil.access.forms.fields import say
from samspil.access.forms.people import (
    EndForm,
    ForgottenForm,
    MembershipForm,
    OrganisationForm,
    PersonForm,
    SubjectForm,
)
from samspil.access.middleware import Request
from samspil.access.models import Organisation, OrganisationKind, Role
from samspil.access.policy import Resource
from samspil.access.queries import people as ask

#: Where the session keeps a one-time password between making it and showing it, once.
_SHOWN = "one_time_password"


def people(request: Request) -> HttpResponse:
    """Finding somebody."""
    text = _typed(request, "q")
    found = ask.find_people(request.actor, text, _typed(request, "after"))
    return render(request, "access/people.html", {"found": found, "text": text})


def new_person(request: Request) -> HttpResponse:
    """Making an account."""
    ask.find_people(request.actor)
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            user, password = act.create_person(request.actor, act.NewPerson(**form.cleaned_data))
        except Invalid as error:
            say(form, error)
        else:
            request.session[_SHOWN] = {"user": user.pk, "password": password}
            return redirect("person", user.pk)
    return render(request, "access/new_person.html", {"form": form}, status=422 if form.errors else 200)


def person(request: Request, number: int) -> HttpResponse:
    """One account."""
    return _person(request, ask.one_person(request.actor, number))


@require_POST
def add_membership(request: Request, number: int) -> HttpResponse:
    """Giving somebody a role."""
    found = ask.one_person(request.actor, number)
    form = MembershipForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            act.add_membership(
                request.actor, found.user, data["organisation"], Role(data["role"]), data["since"], data["until"]
            )
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The role has been given."))
            return redirect("person", number)
    return _person(request, found, membership_form=form)


def end_membership(request: Request, number: int) -> HttpResponse:
    """Setting the last day of a membership."""
    membership = ask.one_membership(request.actor, number)
    form = EndForm(request.POST or None, initial={"until": act.today()})
    if form.is_valid():
        try:
            act.end_membership(request.actor, membership, form.cleaned_data["until"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The last day has been set."))
            return redirect("person", membership.user_id)
    context = {"form": form, "membership": membership}
    return render(request, "access/end_membership.html", context, status=422 if form.errors else 200)


@require_POST
def change_log_in(request: Request, number: int) -> HttpResponse:
    """A new one-time password, or closing and opening the account."""
    user = ask.one_person(request.actor, number).user
    try:
        match request.POST.get("do"):
            case "password":
                password = act.new_one_time_password(request.actor, user)
                request.session[_SHOWN] = {"user": user.pk, "password": password}
            case "close":
                act.open_or_close(request.actor, user, is_active=False)
                messages.success(request, _("The account has been closed."))
            case "open":
                act.open_or_close(request.actor, user, is_active=True)
                messages.success(request, _("The account has been opened."))
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("person", number)


def forgotten(request: Request) -> HttpResponse:
    """A new one-time password for a relative, found by user name and name; nothing else is shown of the account."""
    guard.check(request.actor, "write", Resource("people"), "administration")
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context["user_helped"], context["password"] = act.help_relative(request.actor, **form.cleaned_data)
        except Invalid as error:
            say(form, error)
    return render(request, "access/forgotten.html", context, status=422 if form.errors else 200)


@require_POST
def link_subject(request: Request, number: int) -> HttpResponse:
    """Linking an account to an identity provider, or taking a link away."""
    found = ask.one_person(request.actor, number)
    form = SubjectForm(request.POST)
    try:
        unlink = request.POST.get("unlink", "")
        if unlink.isdecimal():
            act.unlink_subject(request.actor, found.user, int(unlink))
            return redirect("person", number)
        if form.is_valid():
            act.link_subject(request.actor, found.user, form.cleaned_data["provider"], form.cleaned_data["subject"])
            messages.success(request, _("The account has been linked."))
            return redirect("person", number)
    except Invalid as error:
        say(form, error)
    return _person(request, found, subject_form=form)


def organisations(request: Request) -> HttpResponse:
    """Finding an organisation."""
    text = _typed(request, "q")
    found = ask.organisations(request.actor, text)
    return render(request, "access/organisations.html", {"organisations": found, "text": text})


def new_organisation(request: Request) -> HttpResponse:
    """Making an organisation."""
    ask.organisations(request.actor)
    return _organisation(request, None)


def organisation(request: Request, number: int) -> HttpResponse:
    """Changing an organisation."""
    return _organisation(request, ask.one_organisation(request.actor, number))


def _typed(request: Request, name: str) -> str:
    """What stands in an address, without the character that no database looks for."""
    return request.GET.get(name, "").replace("\0", "").strip()


def _organisation(request: Request, found: Organisation | None) -> HttpResponse:
    names = ("kind", "name", "provider_number", "doctors", "phone")
    form = OrganisationForm(request.POST or None, initial={name: getattr(found, name, None) for name in names})
    if form.is_valid():
        facts = act.OrganisationFacts(**form.cleaned_data | {"kind": OrganisationKind(form.cleaned_data["kind"])})
        try:
            act.save_organisation(request.actor, facts, found)
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The organisation has been saved."))
            return redirect("organisations")
    context = {"form": form, "organisation": found}
    return render(request, "access/organisation.html", context, status=422 if form.errors else 200)


def _person(request: Request, found: ask.Person, **forms_with_faults: forms.Form) -> HttpResponse:
    shown = request.session.get(_SHOWN) or {}
    password = ""
    if shown.get("user") == found.user.pk:
        password = request.session.pop(_SHOWN)["password"]
    context: dict[str, Any] = {
        "person": found,
        "password": password,
        "membership_form": MembershipForm(initial={"since": act.today()}),
        "subject_form": SubjectForm() if settings.IDENTITY_PROVIDERS else None,
    }
    status = 422 if forms_with_faults else 200
    return render(request, "access/person.html", context | forms_with_faults, status=status)
