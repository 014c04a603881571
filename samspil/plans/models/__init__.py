"""The records of this room, by subject."""

from samspil.plans.models.pathway import Pathway, PlanPrint, ReadingNeeds
from samspil.plans.models.plan import (
    Activity,
    Contact,
    Coordination,
    Draft,
    FollowUp,
    Goal,
    Handover,
    Plan,
    PlanLink,
    Revision,
    Section,
)
from samspil.plans.models.referral import (
    Appointment,
    CatalogueChange,
    Epicrisis,
    Referral,
    ReferralStep,
    ServiceDecision,
)
from samspil.plans.models.work import Addressee, MedicineList, Note, PlanTask, Reminder, ReminderWish, Stay

__all__ = [
    "Activity",
    "Addressee",
    "Appointment",
    "CatalogueChange",
    "Contact",
    "Coordination",
    "Draft",
    "Epicrisis",
    "FollowUp",
    "Goal",
    "Handover",
    "MedicineList",
    "Note",
    "Pathway",
    "Plan",
    "PlanLink",
    "PlanPrint",
    "PlanTask",
    "ReadingNeeds",
    "Referral",
    "ReferralStep",
    "Reminder",
    "ReminderWish",
    "Revision",
    "Section",
    "ServiceDecision",
    "Stay",
]
