"""The one shared care plan of a citizen: its texts, goals and activities, who answers for it, and every version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import CareTask, Category, Citizen, Membership, Organisation, User


class Plan(models.Model):
    """One current plan per citizen, whatever the number of programmes (report 001 R-PLAN-01, report 002 PLAN-1).

    Exactly one named person is accountable for it, and while it is active it has a next follow-up. Both hold by the
    form of the record: neither can be left out.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being made")
        ACTIVE = "active", _("active")
        CLOSED = "closed", _("closed")

    class Involvement(models.TextChoices):
        """How much the citizen wants to do themselves right now; changes over time (report 000 L-32)."""

        OTHERS = "others", _("others take the lead for now")
        TOGETHER = "together", _("we do it together")
        MYSELF = "myself", _("the citizen takes the lead")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="plans")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="plans")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    #: The accountable person (tovholder). Chosen by name, handed over only when accepted.
    accountable = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="accountable_for")
    #: The condition that limits the citizen most, chosen with them; it comes first (report 002 PLAN-2).
    most_limiting = models.CharField(max_length=50, blank=True)
    involvement = models.CharField(max_length=10, choices=Involvement, blank=True)
    next_follow_up = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    #: When the citizen said yes to the goals; asked again when goals change (report 000 L-28).
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: The last change of content: the citizen sees how fresh the plan is.
    changed_at = models.DateTimeField()
    #: Counts revisions.
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen"], condition=models.Q(closed_at__isnull=True), name="one_current_plan"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(next_follow_up__isnull=False),
                name="active_plan_has_follow_up",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="closed_plan_has_day",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "state", "next_follow_up"])]

    def __str__(self) -> str:
        return f"plan {self.pk} {self.state}"


class Section(models.Model):
    """One text of the plan, such as the citizen's own words. Each has a version of its own, so that people who write
    in different places never meet, and those who write in the same one are shown both texts.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections")
    #: A section of `plan_format.yaml`.
    section = models.CharField(max_length=50)
    text = models.TextField(blank=True)
    #: Said outright that it was not looked at; an empty text says nothing.
    not_assessed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "section"], name="one_text_per_section")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.section}"


class Goal(models.Model):
    """What the citizen wants to reach, in words they would use. Shared by everybody in the plan."""

    class StatedBy(models.TextChoices):
        CITIZEN = "citizen", _("the citizen")
        PROFESSIONAL = "professional", _("a professional")

    class State(models.TextChoices):
        OPEN = "open", _("being worked on")
        REACHED = "reached", _("reached")
        PARTLY = "partly", _("partly reached")
        LET_GO = "let_go", _("let go")

    class Domain(models.TextChoices):
        SOMATIC = "somatic", _("body and illness")
        MENTAL = "mental", _("mental health")
        SOCIAL = "social", _("home and network")
        EMPLOYMENT = "employment", _("work")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="goals")
    words = models.TextField()
    stated_by = models.CharField(max_length=15, choices=StatedBy)
    domain = models.CharField(max_length=15, choices=Domain)
    #: How one sees that it is reached, and how it is now (report 002 PLAN-4).
    measure = models.TextField(blank=True)
    baseline = models.TextField(blank=True)
    midterm_on = models.DateField(null=True, blank=True)
    midterm = models.TextField(blank=True)
    final_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=0)
    #: The user who wrote it first; a citizen's own goal is the citizen's to change.
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.words[:50]


class Activity(models.Model):
    """Who does what by when, for which goal. One party is responsible; shared responsibility cannot be written.

    The party is an organisation (one person of it when `holder` is set), or the citizen.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("agreed")
        ACTIVE = "active", _("under way")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="activities")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="activities")
    what = models.CharField(max_length=300)
    #: A service of a programme's catalogue; empty for what is none, such as a walk every day.
    programme = models.CharField(max_length=50, blank=True)
    service = models.CharField(max_length=50, blank=True)
    #: The kind of data it tells of: who may not see that kind does not see the activity.
    category = models.CharField(max_length=20, choices=Category)
    party = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="activities")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_citizen = models.BooleanField(default=False)
    due = models.DateField(null=True, blank=True)
    #: A duty by law, such as a job-centre meeting; shown apart and never a goal (report 001 R-PLAN-05).
    statutory = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "activities"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(by_citizen=True, party__isnull=True)
                | models.Q(by_citizen=False, party__isnull=False),
                name="one_party_per_activity",
            )
        ]

    def __str__(self) -> str:
        return self.what


class Contact(models.Model):
    """Somebody to call: a professional, or a relative who takes part. One of them is the first to call."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    #: As `home nurse` or `daughter`.
    relation = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    phone = models.CharField(max_length=30)
    when = models.CharField(max_length=200, blank=True)
    first = models.BooleanField(default=False)
    is_relative = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-first", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan"], condition=models.Q(first=True), name="one_first_contact")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.relation}"


class PlanLink(models.Model):
    """Another plan the citizen has, by statute or in one sector; named here, not copied (report 001 R-PLAN-01)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="links")
    #: A kind of `plan_format.yaml`.
    kind = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=200)
    #: Where goals of the two plans do not go together, in words.
    conflict = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title


class FollowUp(models.Model):
    """A follow-up that was held, and what came of it; the next one is set in the same act."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="follow_ups")
    held_on = models.DateField()
    words = models.TextField(blank=True)
    next_on = models.DateField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.held_on}"


class Revision(models.Model):
    """The plan as it was after a change, whole: so that any two can be compared, and nothing is ever lost.

    A material revision is a joint decision that earns a fee; everything else is an edit (report 000 L4209-4229).
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("edit")
        CITIZEN = "citizen", _("the citizen's own change")
        MATERIAL = "material", _("material revision")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    #: What was done, a code of `words.py`, and why a revision is material.
    what = models.CharField(max_length=40)
    why = models.TextField(blank=True)
    #: The whole content, see `content.py`.
    content = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    organisation = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "number"], name="revisions_are_counted")]

    def __str__(self) -> str:
        return f"{self.plan_id} no. {self.number}"


class Draft(models.Model):
    """What somebody is writing and has not saved: kept while they write, gone when they save or throw it away."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="plan_drafts")
    section = models.CharField(max_length=50)
    text = models.TextField()
    #: The version of the section it was begun from.
    base = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "user", "section"], name="one_draft_each")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.section}"


class Handover(models.Model):
    """A proposal that somebody else becomes accountable. Until it is accepted nothing has changed (001 R-TEAM-11)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="handovers")
    from_member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="handovers")
    why = models.TextField()
    task = models.OneToOneField(CareTask, on_delete=models.PROTECT, null=True, blank=True, related_name="handover")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(answered_at__isnull=True), name="one_open_handover"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} to {self.to_member_id}"


class Coordination(models.Model):
    """A coordinator (forløbskoordinator) for a citizen with documented special needs; temporary by design.

    Not the accountable person: a coordinator helps only those who need one (report 002 COORD-1, -10, ALG-7). All are
    listed and one of them leads (report 001 R-TEAM-12).
    """

    class Kind(models.TextChoices):
        """How the function is meant (report 001 R-TEAM-16)."""

        CONTINUOUS = "continuous", _("follows the citizen all the way")
        RELAY = "relay", _("takes over for a while and hands back")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="coordinations")
    coordinator = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="coordinations")
    kind = models.CharField(max_length=12, choices=Kind)
    lead = models.BooleanField(default=False)
    #: Special circumstances, codes of `plan_format.yaml`, and the citizen's conditions that were looked at.
    circumstances = models.JSONField(default=list)
    conditions = models.JSONField(default=list)
    need = models.TextField()
    ends_when = models.TextField()
    since = models.DateField()
    review_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-since", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(ended_on__isnull=True, lead=True), name="one_lead_coordinator"
            ),
            models.UniqueConstraint(
                fields=["plan", "coordinator"], condition=models.Q(ended_on__isnull=True), name="coordinates_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.coordinator_id}"
