"""The records of this room, by subject."""

from samspil.access.models.basis import BreakGlass, CareTask, Category, Consent, ConsentPurpose, LegalBasis, Notice
from samspil.access.models.held import HeldForm
from samspil.access.models.log import AccessRecord, Chain
from samspil.access.models.people import (
    Citizen,
    Membership,
    Organisation,
    OrganisationKind,
    Proxy,
    ProxyScope,
    Role,
    Sector,
    User,
)

__all__ = [
    "AccessRecord",
    "BreakGlass",
    "CareTask",
    "Category",
    "Chain",
    "Citizen",
    "Consent",
    "ConsentPurpose",
    "HeldForm",
    "LegalBasis",
    "Membership",
    "Notice",
    "Organisation",
    "OrganisationKind",
    "Proxy",
    "ProxyScope",
    "Role",
    "Sector",
    "User",
]
