"""Every code of the access log, the policy and the notices in words, for citizens as well as officers.

Sentences avoid "your" and "their": the citizen, a relative and the data protection officer read the same log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from samspil.access.models import Category, ConsentPurpose, Notice, Role, Sector
from samspil.access.policy import Kind, Purpose, Reason, Verb


@dataclass(frozen=True)
class Deed:
    """What somebody did, and the same thing tried in vain."""

    did: Promise
    tried: Promise


DEEDS: dict[tuple[Kind, Verb], Deed] = {
    ("practice_list", "read"): Deed(
        lazy("saw the practice's list of citizens who may need a joint effort, with this name on it"),
        lazy("tried to see the practice's list of citizens who may need a joint effort"),
    ),
    ("practice_list", "write"): Deed(
        lazy("put the name on the practice's list of citizens who may need a joint effort"),
        lazy("tried to put names on a practice's list"),
    ),
    ("practice_list", "decide"): Deed(
        lazy("decided whether a joint effort could be a help"),
        lazy("tried to decide whether a joint effort could be a help"),
    ),
    ("capacity", "read"): Deed(lazy("saw the practice's pace"), lazy("tried to see the practice's pace")),
    ("capacity", "write"): Deed(lazy("set the practice's pace"), lazy("tried to set the practice's pace")),
    ("citizen_record", "read"): Deed(
        lazy("saw the overview of health and care"), lazy("tried to see the overview of health and care")
    ),
    ("citizen_record", "break_glass"): Deed(
        lazy("took emergency access to the overview of health and care"),
        lazy("tried to take emergency access to the overview of health and care"),
    ),
    ("citizen_search", "read"): Deed(lazy("searched for the CPR number"), lazy("tried to search for the CPR number")),
    ("task", "read"): Deed(lazy("saw a task"), lazy("tried to see a task")),
    ("task", "give"): Deed(lazy("gave a task"), lazy("tried to give a task")),
    ("task", "write"): Deed(lazy("finished a task"), lazy("tried to finish a task")),
    ("inclusion", "read"): Deed(
        lazy("saw how far the invitation to the joint effort has come"),
        lazy("tried to see how far the invitation to the joint effort has come"),
    ),
    ("inclusion", "write"): Deed(
        lazy("worked on the invitation to the joint effort"),
        lazy("tried to work on the invitation to the joint effort"),
    ),
    ("inclusion", "decide"): Deed(
        lazy("decided about taking part in the joint effort"),
        lazy("tried to decide about taking part in the joint effort"),
    ),
    ("consent", "read"): Deed(lazy("saw the consents"), lazy("tried to see the consents")),
    ("consent", "write"): Deed(lazy("wrote down an answer about consent"), lazy("tried to change the consents")),
    ("log_in", "read"): Deed(lazy("saw whether there is a log-in"), lazy("tried to see whether there is a log-in")),
    ("log_in", "write"): Deed(lazy("made a log-in"), lazy("tried to make a log-in")),
    ("nomination", "read"): Deed(
        lazy("saw how it went with a nomination for the joint effort"),
        lazy("tried to see how it went with a nomination for the joint effort"),
    ),
    ("nomination", "write"): Deed(
        lazy("nominated the citizen for the joint effort"), lazy("tried to nominate the citizen for the joint effort")
    ),
    ("citizen_page", "read"): Deed(lazy("saw the citizen's own page"), lazy("tried to see the citizen's own page")),
    ("citizen_log", "read"): Deed(lazy("saw who has looked"), lazy("tried to see who has looked")),
    ("proxies", "read"): Deed(
        lazy("saw which relatives have a power of proxy"), lazy("tried to see which relatives have a power of proxy")
    ),
    ("proxies", "write"): Deed(
        lazy("changed a relative's power of proxy"), lazy("tried to change a relative's power of proxy")
    ),
    ("notices", "read"): Deed(lazy("saw the notices"), lazy("tried to see the notices")),
    ("notices", "write"): Deed(lazy("marked a notice as read"), lazy("tried to mark a notice as read")),
    ("officer_notices", "read"): Deed(
        lazy("saw a notice to the data protection officer"),
        lazy("tried to see a notice to the data protection officer"),
    ),
    ("officer_notices", "write"): Deed(
        lazy("marked a notice to the data protection officer as read"),
        lazy("tried to mark a notice to the data protection officer as read"),
    ),
    ("acting_for", "read"): Deed(
        lazy("saw that there is a power of proxy"), lazy("tried to see that there is a power of proxy")
    ),
    ("list_counts", "read"): Deed(lazy("saw counts without names"), lazy("tried to see counts without names")),
    ("model_review", "read"): Deed(
        lazy("saw figures on how good the lists are"), lazy("tried to see figures on how good the lists are")
    ),
    ("process", "read"): Deed(lazy("saw how the programme is going"), lazy("tried to see how the programme is going")),
    ("access_log", "read"): Deed(lazy("searched the access log"), lazy("tried to search the access log")),
    ("break_glass", "read"): Deed(
        lazy("saw cases of emergency access"), lazy("tried to see cases of emergency access")
    ),
    ("break_glass", "write"): Deed(
        lazy("reviewed a case of emergency access"), lazy("tried to review a case of emergency access")
    ),
    ("legal_basis", "read"): Deed(lazy("saw the legal bases"), lazy("tried to see the legal bases")),
    ("legal_basis", "write"): Deed(
        lazy("recorded or revoked a legal basis"), lazy("tried to record or revoke a legal basis")
    ),
    ("people", "read"): Deed(lazy("saw people and accounts"), lazy("tried to see people and accounts")),
    ("people", "write"): Deed(lazy("changed people and accounts"), lazy("tried to change people and accounts")),
    ("plan", "read"): Deed(lazy("saw the plan"), lazy("tried to see the plan")),
    ("plan", "write"): Deed(lazy("wrote in the plan"), lazy("tried to write in the plan")),
    ("plan", "decide"): Deed(lazy("decided about the plan"), lazy("tried to decide about the plan")),
    ("note", "read"): Deed(lazy("read a note"), lazy("tried to read a note")),
    ("note", "write"): Deed(lazy("wrote or answered a note"), lazy("tried to write or answer a note")),
    ("referral", "read"): Deed(lazy("saw a referral"), lazy("tried to see a referral")),
    ("referral", "give"): Deed(lazy("referred to a service"), lazy("tried to refer to a service")),
    ("referral", "write"): Deed(lazy("worked on a referral"), lazy("tried to work on a referral")),
    ("medicine_list", "read"): Deed(lazy("saw the medicine lists"), lazy("tried to see the medicine lists")),
    ("medicine_list", "write"): Deed(
        lazy("wrote down which medicine is taken"), lazy("tried to write down which medicine is taken")
    ),
    ("medicine_list", "decide"): Deed(
        lazy("settled which medicine list holds"), lazy("tried to settle which medicine list holds")
    ),
    ("stay", "read"): Deed(lazy("saw a stay in hospital"), lazy("tried to see a stay in hospital")),
    ("stay", "write"): Deed(lazy("told of admission or discharge"), lazy("tried to tell of admission or discharge")),
    ("catalogue", "read"): Deed(lazy("saw the services there are"), lazy("tried to see the services there are")),
    ("catalogue", "write"): Deed(lazy("changed a service"), lazy("tried to change a service")),
    ("deadlines", "read"): Deed(
        lazy("saw whether deadlines are kept"), lazy("tried to see whether deadlines are kept")
    ),
    ("quality_patients", "read"): Deed(
        lazy("saw which check-ups and treatment goals are met"),
        lazy("tried to see which check-ups and treatment goals are met"),
    ),
    ("quality_patients", "write"): Deed(
        lazy("followed up check-ups that were missed"), lazy("tried to follow up check-ups that were missed")
    ),
    ("patient_flag", "read"): Deed(lazy("saw a mark of special need"), lazy("tried to see a mark of special need")),
    ("patient_flag", "write"): Deed(
        lazy("set or removed a mark of special need"), lazy("tried to set or remove a mark of special need")
    ),
    ("costly_patients", "read"): Deed(
        lazy("saw what care has cost in the last year"), lazy("tried to see what care has cost in the last year")
    ),
    ("practice_figures", "read"): Deed(
        lazy("saw a practice's figures without names"), lazy("tried to see a practice's figures without names")
    ),
    ("network_report", "read"): Deed(
        lazy("saw a network's figures without names"), lazy("tried to see a network's figures without names")
    ),
    ("network_discussion", "read"): Deed(
        lazy("read what a network says of its figures"), lazy("tried to read what a network says of its figures")
    ),
    ("network_discussion", "write"): Deed(
        lazy("wrote what a network says of its figures"), lazy("tried to write what a network says of its figures")
    ),
    ("population_figures", "read"): Deed(
        lazy("saw the population's figures without names"), lazy("tried to see the population's figures without names")
    ),
    ("population_figures", "write"): Deed(
        lazy("published the population's figures"), lazy("tried to publish the population's figures")
    ),
    ("released_figures", "read"): Deed(
        lazy("took a copy of figures without names"), lazy("tried to take a copy of figures without names")
    ),
    ("new_function", "read"): Deed(
        lazy("saw proposals of new functions"), lazy("tried to see proposals of new functions")
    ),
    ("new_function", "write"): Deed(
        lazy("worked on the proposal of a new function"), lazy("tried to work on the proposal of a new function")
    ),
    ("new_function", "decide"): Deed(
        lazy("decided about a new function"), lazy("tried to decide about a new function")
    ),
    ("need_assessment", "read"): Deed(lazy("saw an assessment of needs"), lazy("tried to see an assessment of needs")),
    ("need_assessment", "write"): Deed(lazy("assessed what is needed"), lazy("tried to assess what is needed")),
    ("source", "write"): Deed(lazy("removed a source of data"), lazy("tried to remove a source of data")),
    ("course_events", "read"): Deed(
        lazy("took a copy of what the joint effort has done, for evaluating it"),
        lazy("tried to take a copy of what the joint effort has done"),
    ),
}

PURPOSES: dict[Purpose, Promise] = {
    "care": lazy("treatment and care"),
    "case_finding": lazy("finding citizens who may need a joint effort"),
    "inclusion": lazy("inviting to the joint effort"),
    "self": lazy("the citizen's own use"),
    "improvement": lazy("improving the effort"),
    "oversight": lazy("data protection oversight"),
    "administration": lazy("administration"),
    "emergency": lazy("emergency"),
}

#: By what stands before the colon of a basis; what stands after is the number of a record.
BASES: dict[str, Promise] = {
    "role": lazy("it is part of the role"),
    "treating_practice": lazy("it is the citizen's own practice"),
    "inclusion": lazy("the practice runs the citizen's way into the joint effort"),
    "self": lazy("it is the citizen's own information"),
    "nomination": lazy("the organisation nominated the citizen"),
    "named": lazy("the plan names the person"),
    "addressed": lazy("it was sent to the organisation, or from it"),
    "task": lazy("there is a task for the citizen"),
    "proxy": lazy("the citizen has given a power of proxy"),
    "break_glass": lazy("emergency access was open"),
    "legal_basis": lazy("there is a legal basis"),
    "consent": lazy("the citizen has consented"),
}

REASONS: dict[Reason, Promise] = {
    "role": lazy("the role does not give access"),
    "relation": lazy("there is no care relation, task or power of proxy"),
    "no_basis": lazy("there is no legal basis"),
    "basis_expired": lazy("the legal basis has expired"),
    "no_consent": lazy("the citizen has not consented"),
    "consent_withdrawn": lazy("the citizen has withdrawn the consent"),
}

#: What a legal basis can be for, as `needs` of the policy name it.
BASIS_PURPOSES: dict[str, Promise] = {
    "case_finding": lazy("finding citizens through linked data"),
    "quality": lazy("following up check-ups and treatment goals through linked data"),
    "care": lazy("showing the record to those who have a task"),
    "statutory_care": lazy("showing the record without a task, by law"),
}

#: Notices by their message. The lists put their own here too.
NOTICES: dict[str, Promise] = {
    "break_glass": lazy(
        "%(name)s, %(organisation)s, took emergency access to the information. The reason given: “%(reason)s” "
        "The access closes %(until)s. The data protection officer has been told and looks at the case."
    ),
    "consent_given": lazy("%(name)s has recorded a yes to: %(purpose)s."),
    "consent_declined": lazy("%(name)s has recorded a no to: %(purpose)s."),
    "consent_withdrawn": lazy("%(name)s has withdrawn the consent to: %(purpose)s. It took effect at once."),
    "log_in_made": lazy("%(name)s has made a log-in for you."),
    "log_in_renewed": lazy(
        "%(name)s has made a new password for your log-in, because you asked for it. The old password no longer works. "
        "If you did not ask, say so to the data protection officer."
    ),
    "proxy_granted": lazy("%(name)s has given you a power of proxy."),
    "proxy_revoked": lazy("%(name)s has revoked your power of proxy."),
}


def deed(resource: str, verb: str, *, refused: bool) -> str:
    """What was done or tried, as the rest of a sentence that begins with a name."""
    found = next((words for key, words in DEEDS.items() if key == (resource, verb)), None)
    if found is None:
        return f"{verb} {resource}"
    return str(found.tried if refused else found.did)


#: What a row of the log says of changes to accounts and roles, by its words around the number of a record.
DETAILS: dict[str, Promise] = {
    "person created": lazy("account no. %(number)s made"),
    "person new password": lazy("new password for account no. %(number)s"),
    "person opened": lazy("account no. %(number)s opened"),
    "person closed": lazy("account no. %(number)s closed"),
    "person linked": lazy("account no. %(number)s linked to an identity provider"),
    "person unlinked": lazy("account no. %(number)s no longer linked to an identity provider"),
    "organisation": lazy("organisation no. %(number)s"),
    "membership added": lazy("role no. %(number)s given"),
    "membership ended": lazy("role no. %(number)s ended"),
}


def detail(resource: str, code: str) -> str:
    """What exactly was changed, of accounts, roles and organisations; empty for everything else."""
    kind, _space, rest = code.partition(" ")
    number, _space, did = rest.partition(" ")
    if did.startswith("linked to "):
        did = "linked"
    text = DETAILS.get(f"{kind} {did}".strip()) if resource == "people" else None
    return str(text) % {"number": number} if text is not None else ""


def basis(code: str, titles: Mapping[str, str]) -> str:
    """Why somebody was let in. `titles` names single records, such as `legal_basis:3`."""
    words = str(BASES.get(code.partition(":")[0], code))
    return f"{words} ({titles[code]})" if code in titles else words


def reason(code: str) -> str:
    """Why somebody was refused."""
    return str(next((words for key, words in REASONS.items() if key == code), code))


def purpose(code: str) -> str:
    """What a look was for."""
    return str(next((words for key, words in PURPOSES.items() if key == code), code))


def basis_purpose(code: str) -> str:
    """What a legal basis is for."""
    return str(BASIS_PURPOSES.get(code, code))


def role(code: str) -> str:
    """A role, also one that is no longer there."""
    return str(Role(code).label) if code in Role.values else code


def sector(code: str) -> str:
    """A sector."""
    return str(Sector(code).label) if code in Sector.values else code


def category(code: str) -> str:
    """A kind of data."""
    return str(Category(code).label) if code in Category.values else code


def notice(told: Notice) -> str:
    """The text of a notice in the language of who reads it."""
    values = dict(told.values)
    if values.get("purpose") in ConsentPurpose.values:
        values["purpose"] = ConsentPurpose(values["purpose"]).label
    text = NOTICES.get(told.message)
    return str(text) % values if text is not None else told.message


def who(name: str, role_code: str, organisation: str) -> str:
    """A person with role and organisation, as a log sentence begins."""
    if role_code == Role.SYSTEM:
        return _("Samspil itself")
    if role_code == Role.ANONYMOUS:
        return name or _("Somebody who was not logged in")
    about = ", ".join(part for part in (role(role_code), organisation) if part)
    return f"{name} ({about})" if name else about
