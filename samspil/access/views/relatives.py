"""Relatives: what a citizen lets them do, and whom a relative acts for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from samspil.access.actions.relatives import grant_proxy, revoke_proxy
from samspil.access.errors import Invalid
from samspil.access.forms.consent import ProxyForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Proxy, ProxyScope
from samspil.access.queries.relatives import acts_for, proxies_of
from samspil.access.views.subject import subject_of

#: The pages that each scope opens.
PAGES = {
    ProxyScope.READ: {"for-page": _("The citizen's page"), "for-notices": _("Notices")},
    ProxyScope.LOG: {"for-log": _("Who has looked")},
    ProxyScope.CONSENT: {"for-consents": _("Consents")},
}


def relatives(request: Request) -> HttpResponse:
    """The citizen's powers of proxy, and giving one."""
    subject = subject_of(request, "me", None, "proxies")
    found = proxies_of(request.actor, subject.citizen)
    form = ProxyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proxy = grant_proxy(request.actor, subject.citizen, **form.cleaned_data)
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, gettext("%(name)s can now act for you.") % {"name": proxy.relative.name})
            return redirect("me-relatives")
    today = timezone.localdate()
    shown = [
        {
            "proxy": proxy,
            "scopes": [ProxyScope(scope).label for scope in proxy.scopes],
            "current": proxy.revoked_at is None and (proxy.until is None or proxy.until >= today),
        }
        for proxy in found
    ]
    return render(request, "access/relatives.html", {"form": form, "shown": shown}, status=422 if form.errors else 200)


@require_POST
def revoke(request: Request, proxy_id: int) -> HttpResponse:
    """Take a power of proxy back."""
    subject = subject_of(request, "me", None, "proxies")
    proxy = get_object_or_404(Proxy, pk=proxy_id, citizen=subject.citizen)
    revoke_proxy(request.actor, proxy)
    messages.success(request, gettext("%(name)s can no longer act for you.") % {"name": proxy.relative.name})
    return redirect("me-relatives")


@require_safe
def acting_for(request: Request) -> HttpResponse:
    """Whom a relative acts for, with a link to each page that is open to them."""
    shown = [
        {
            "proxy": proxy,
            "pages": [page for scope, pages in PAGES.items() if scope in proxy.scopes for page in pages.items()],
        }
        for proxy in acts_for(request.actor)
    ]
    return render(request, "access/acting_for.html", {"shown": shown})
