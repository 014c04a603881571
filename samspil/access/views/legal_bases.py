"""Legal bases: which there are, recording one, revoking one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samspil.access import guard
from samspil.access.actions.legal_bases import record_legal_basis, revoke_legal_basis
from samspil.access.errors import Invalid
from samspil.access.forms.fields import say
from samspil.access.forms.oversight import LegalBasisForm
from samspil.access.middleware import Request
from samspil.access.models import LegalBasis
from samspil.access.policy import Resource
from samspil.access.queries import oversight


@require_safe
def legal_bases(request: Request) -> HttpResponse:
    """Every legal basis with its state."""
    context = {"bases": oversight.legal_bases(request.actor), "can_record": oversight.can_record(request.actor)}
    return render(request, "access/legal_bases.html", context)


def record(request: Request) -> HttpResponse:
    """Record a legal basis."""
    guard.check(request.actor, "write", Resource("legal_basis"), "oversight")
    form = LegalBasisForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            record_legal_basis(request.actor, **form.cleaned_data)
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The legal basis has been recorded."))
            return redirect("legal-bases")
    return render(request, "access/legal_basis.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def revoke(request: Request, basis_id: int) -> HttpResponse:
    """Close what a legal basis opened."""
    revoke_legal_basis(request.actor, get_object_or_404(LegalBasis, pk=basis_id))
    messages.success(request, _("The legal basis has been revoked. What it opened is closed."))
    return redirect("legal-bases")
