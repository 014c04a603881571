"""Powers of proxy: what a citizen lets a relative do, for how long, and taking it back at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_user
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Notice, Proxy, ProxyScope, User
from samspil.access.policy import Resource


def grant_proxy(
    actor: Actor,
    citizen: Citizen,
    *,
    username: str,
    name: str,
    scopes: Sequence[str],
    relation: str = "",
    until: dt.date | None = None,
) -> Proxy:
    """Let a relative act for a citizen. A power that the same relative already has is replaced.

    User name and name have to belong together, so that a slip of the pen grants nothing to a stranger and nobody
    learns from the answer who has an account. Raises Refused, and Invalid.
    """
    resource = Resource("proxies", citizen)
    guard.check(actor, "write", resource, "self")
    today = timezone.localdate()
    if not scopes or not set(scopes) <= set(ProxyScope.values):
        raise Invalid("scopes", _("Choose at least one thing that the relative may do."))
    if until is not None and until < today:
        raise Invalid("until", _("The last day has already passed."))
    relative = User.objects.filter(username=username.strip(), is_active=True).first()
    if relative is None or _folded(relative.name) != _folded(name):
        together = _("No account has this user name together with this name. Ask your relative for both.")
        raise Invalid("username", together)
    if relative.pk == actor.user_id:
        raise Invalid("username", _("This is your own account."))
    with transaction.atomic():
        # Two at once wait for each other here, and the second replaces what the first has granted.
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        now = timezone.now()
        Proxy.objects.filter(citizen=citizen, relative=relative, revoked_at__isnull=True).update(revoked_at=now)
        proxy = Proxy.objects.create(
            citizen=citizen,
            relative=relative,
            relation=relation.strip(),
            scopes=[scope for scope in ProxyScope.values if scope in scopes],
            since=today,
            until=until,
        )
        tell_user(relative, Notice.Kind.PROXY, "proxy_granted", name=citizen.name)
        guard.require(actor, "write", resource, "self", detail="grant")
    actor.forget()
    return proxy


def revoke_proxy(actor: Actor, proxy: Proxy) -> None:
    """Take a power of proxy back, at once. A second time changes nothing. Raises Refused."""
    resource = Resource("proxies", proxy.citizen)
    guard.check(actor, "write", resource, "self", detail="revoke")
    with transaction.atomic():
        revoked = Proxy.objects.filter(pk=proxy.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
        if revoked:
            tell_user(proxy.relative, Notice.Kind.PROXY, "proxy_revoked", name=proxy.citizen.name)
            guard.require(actor, "write", resource, "self", detail="revoke")
    actor.forget()


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
