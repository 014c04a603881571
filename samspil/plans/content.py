"""The whole content of a plan as plain values: what a revision keeps, and what differences are read from.

Keys are the records' own, so that a goal that was reworded is the same goal.
"""

from __future__ import annotations

from typing import Any

from samspil.plans.models import Plan


def content_of(plan: Plan) -> dict[str, Any]:
    """Every word, goal, activity, contact and link of a plan, as it is in the database now."""
    return {
        "state": plan.state,
        "accountable": plan.accountable.user.name,
        "most_limiting": plan.most_limiting,
        "involvement": plan.involvement,
        "next_follow_up": plan.next_follow_up.isoformat() if plan.next_follow_up else None,
        "confirmed": plan.confirmed_at is not None,
        "programmes": sorted(f"{each.programme}/{each.arm}".rstrip("/") for each in plan.pathways.all()),
        "sections": {
            each.section: {"text": each.text, "not_assessed": each.not_assessed} for each in plan.sections.all()
        },
        "goals": {
            str(each.pk): {
                "words": each.words,
                "stated_by": each.stated_by,
                "domain": each.domain,
                "measure": each.measure,
                "baseline": each.baseline,
                "midterm_on": each.midterm_on.isoformat() if each.midterm_on else None,
                "midterm": each.midterm,
                "final_on": each.final_on.isoformat() if each.final_on else None,
                "state": each.state,
            }
            for each in plan.goals.all()
        },
        "activities": {
            str(each.pk): {
                "what": each.what,
                "goal": each.goal_id and str(each.goal_id),
                "programme": each.programme,
                "service": each.service,
                "category": each.category,
                "party": each.party.name if each.party else None,
                "holder": each.holder.name if each.holder else None,
                "by_citizen": each.by_citizen,
                "due": each.due.isoformat() if each.due else None,
                "statutory": each.statutory,
                "state": each.state,
            }
            for each in plan.activities.select_related("party", "holder")
        },
        "contacts": {
            str(each.pk): {
                "name": each.name,
                "relation": each.relation,
                "phone": each.phone,
                "when": each.when,
                "first": each.first,
                "is_relative": each.is_relative,
            }
            for each in plan.contacts.all()
        },
        "links": {
            str(each.pk): {"kind": each.kind, "title": each.title, "owner": each.owner, "conflict": each.conflict}
            for each in plan.links.all()
        },
    }
