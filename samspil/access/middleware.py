"""Finds out who is acting in each request, and answers what the policy refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from samspil.access import log
from samspil.access.actor import ANONYMOUS, Actor, private, professional
from samspil.access.log import Refused
from samspil.access.models import Citizen, Membership, Role, User
from samspil.access.policy import Resource, may

#: Where the session keeps which of several capacities somebody acts in.
CAPACITY = "capacity"


class Request(HttpRequest):
    """A request as the views of the care plane see it."""

    actor: Actor


def capacities(user: User) -> list[Actor]:
    """Every capacity somebody can act in today: memberships first, then as citizen, then as relative."""
    return _memberships(user) + _private_capacities(user)


def _memberships(user: User) -> list[Actor]:
    current = Membership.objects.current(timezone.localdate()).filter(user=user).select_related("organisation")
    found = []
    for membership in current:
        membership.user = user
        found.append(professional(membership))
    return found


def _private_capacities(user: User) -> list[Actor]:
    found = [private(user, Role.CITIZEN)] if user.citizen_id is not None else []
    if user.proxies.current(timezone.localdate()).exists():
        found.append(private(user, Role.RELATIVE))
    return found


def capacity_key(actor: Actor) -> str:
    """How a capacity is named in the session and in forms."""
    return f"membership:{actor.membership.pk}" if actor.membership else str(actor.role)


def find_actor(request: HttpRequest) -> Actor:
    """The capacity chosen in this session, else the first there is. Without any, nobody in particular."""
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    wanted = request.session.get(CAPACITY)
    memberships = _memberships(user)
    # Most people act in a membership; whether they are somebody's relative need not be looked up then.
    if memberships and not str(wanted).startswith((Role.CITIZEN, Role.RELATIVE)):
        possible = memberships
    else:
        possible = memberships + _private_capacities(user)
    chosen = [actor for actor in possible if capacity_key(actor) == wanted] or possible
    return chosen[0] if chosen else Actor(Role.ANONYMOUS, user, name=user.name)


class NulMiddleware:
    """Refuses requests with a NUL character in them, which no page asks for and PostgreSQL cannot store."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            "\0" in request.path_info
            or _has_nul(request.GET)
            or any("\0" in value for value in request.COOKIES.values())
        ):
            raise BadRequest("a NUL character in the request")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """What was sent is read here, after every middleware has begun: what is too large gets its page."""
        try:
            found = request.method == "POST" and _has_nul(request.POST)
        except UnreadablePostError:
            return None
        if found:
            raise BadRequest("a NUL character in the request")
        return None


def _has_nul(fields: QueryDict) -> bool:
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))


class ActorMiddleware:
    """Gives every request its `actor`, and turns a refusal into a logged 403 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cast(Any, request).actor = SimpleLazyObject(lambda: find_actor(request))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Refusals are written to the log here, outside whatever transaction they ended."""
        if not isinstance(exception, Refused):
            return None
        log.append([exception.record])
        context = {"reason": exception.decision.reason, "break_glass": self._break_glass(request, exception)}
        return render(request, "web/refused.html", context, status=403)

    @staticmethod
    def _break_glass(request: HttpRequest, refused: Refused) -> int | None:
        """The citizen whose record was closed, when breaking the glass is open to the actor."""
        record = refused.record
        if record.resource != "citizen_record" or record.verb != "read" or record.citizen_id is None:
            return None
        citizen = Citizen.objects.filter(pk=record.citizen_id).first()
        if citizen is None:
            return None
        resource = Resource("citizen_record", citizen)
        return citizen.pk if may(cast(Any, request).actor, "break_glass", resource, "emergency") else None
