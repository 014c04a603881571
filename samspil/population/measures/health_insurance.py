"""Measures of services that the region pays outside hospital."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.population.measures.registry import every, is_, measure, one_of
from samspil.population.time import AsOf, Period


@measure("specialist_contact", vocabulary={"specialties": "specialist_contact.specialty"})
def specialist_contacts(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    specialties: tuple[str, ...],
    referred_by_gp: bool | None = None,
) -> ir.IntegerScalar:
    """Number of contacts with specialists outside hospital, of given specialties, referred by a GP or not."""
    return rows.count(
        where=every(
            within.contains(rows.date),
            one_of(rows.specialty, specialties),
            is_(rows.referred_by_gp, referred_by_gp),
        )
    )


@measure("specialist_contact")
def specialist_fees(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Fees of specialists outside hospital, DKK."""
    return rows.fee.sum(where=within.contains(rows.date))


@measure("specialist_contact", vocabulary={"specialties": "specialist_contact.specialty"}, last_known=True)
def last_specialist(rows: ir.Table, at: AsOf, *, specialties: tuple[str, ...]) -> ir.DateScalar:
    """Day of the last contact with specialists outside hospital, of given specialties; missing when there is none."""
    return rows.date.max(where=at.seen(rows.date) & rows.specialty.isin(specialties))
