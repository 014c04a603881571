"""What was done with a plan, and what people are told, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Changes of a plan, as revisions and the citizen's page tell them.
CHANGES: dict[str, Promise] = {
    "opened": _("the plan was begun"),
    "pathway_joined": _("another programme joined the plan"),
    "pathway_ended": _("one of the programmes ended"),
    "activated": _("the plan was put into force"),
    "followed_up": _("a follow-up was held"),
    "accountable_changed": _("somebody else is accountable"),
    "coordinator_started": _("a coordinator started"),
    "coordinator_reviewed": _("the need of a coordinator was looked at"),
    "coordinator_leads": _("another coordinator leads"),
    "coordinator_ended": _("a coordinator stopped"),
    "closed": _("the plan was closed"),
    "section_written": _("a text was written"),
    "involvement_chosen": _("chosen how much the citizen takes on"),
    "most_limiting_chosen": _("chosen what limits the citizen most"),
    "goal_added": _("a goal was added"),
    "goal_changed": _("a goal was changed"),
    "goals_confirmed": _("the citizen said yes to the goals"),
    "activity_agreed": _("an activity was agreed on"),
    "activity_changed": _("an activity was changed"),
    "activity_state": _("an activity came further"),
    "contact_added": _("a contact was added"),
    "contact_changed": _("another contact is the first to call"),
    "contact_removed": _("a contact was removed"),
    "link_added": _("another plan was linked"),
    "link_changed": _("said how another plan fits"),
    "link_removed": _("the link to another plan was removed"),
    "composed": _("suggestions of the template were chosen"),
    "material": _("the plan was revised in a joint decision"),
}

#: How much a citizen takes on, as the citizen says it (report 000 L-32).
TAKES_ON: dict[str, Promise] = {
    "others": _("Not so much. The others take the lead for now."),
    "together": _("Some of it. We do it together."),
    "myself": _("Most of it. I take the lead myself."),
}

#: Notices of this room by their message, for `samspil.access.words.NOTICES`.
TOLD: dict[str, Promise] = {
    "referral_sent_citizen": _("You have been referred to %(organisation)s: %(service)s."),
    "referral_accepted_citizen": _("%(organisation)s has said yes to your referral: %(service)s."),
    "referral_rejected_citizen": _(
        "%(organisation)s cannot take your referral: %(service)s. Whoever referred you is told, and talks with you."
    ),
    "referral_withdrawn_citizen": _("Your referral to %(organisation)s has been withdrawn: %(service)s."),
    "referral_received": _("Referral no. %(number)s (%(service)s) has been received by %(organisation)s."),
    "referral_accepted": _("Referral no. %(number)s (%(service)s) has been accepted by %(organisation)s."),
    "referral_booked": _("Referral no. %(number)s (%(service)s): %(organisation)s has agreed a time with the citizen."),
    "referral_started": _("Referral no. %(number)s (%(service)s) has started at %(organisation)s."),
    "appointment_booked": _("You have an appointment %(when)s at %(organisation)s: %(what)s."),
    "appointment_cancelled": _("Your appointment %(when)s is cancelled: %(what)s."),
    "citizen_changed_goals": _("%(name)s has changed the goals of the plan that you answer for."),
    "citizen_confirmed_goals": _("%(name)s has said yes to the goals of the plan that you answer for."),
    "plan_activated": _("Your plan is ready. %(name)s answers for it. The next follow-up is on %(day)s."),
    "pathway_ended": _(
        "%(name)s, %(organisation)s, has ended your course in %(programme)s. Ask if something is unclear."
    ),
    "accountable_changed": _("%(name)s, %(organisation)s, answers for your plan from now on."),
    "handover_accepted": _("%(name)s has accepted to be the accountable person of a plan."),
    "handover_declined": _("%(name)s has declined to be the accountable person of a plan."),
    "coordinator_started": _("%(name)s, %(organisation)s, is your coordinator from now on."),
    "coordinator_started_you": _("You are the coordinator of a citizen's plan from now on."),
    "coordinator_ended": _("%(name)s, %(organisation)s, is no longer your coordinator."),
    "coordinator_ended_you": _("You are no longer the coordinator of a citizen's plan."),
    "admitted": _("Admitted to %(organisation)s on %(day)s."),
    "discharged": _("Discharged from %(organisation)s on %(day)s."),
    "medicine_agreed": _("%(name)s has settled which medicine you are to take. It stands in your plan."),
}
