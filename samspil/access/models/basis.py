"""What makes a look lawful: legal bases, consents, tasks, and the glass that may be broken in an emergency."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models.people import Citizen, Membership, Organisation, Sector, User, active_on


class Category(models.TextChoices):
    """Kinds of data about a citizen that law and citizens treat differently."""

    HEALTH = "health", _("health")
    MENTAL_HEALTH = "mental_health", _("mental health")
    SOCIAL = "social", _("social matters")
    EMPLOYMENT = "employment", _("work and benefits")


class ConsentPurpose(models.TextChoices):
    """What a citizen can agree to, each by itself (report 000 L397-403, L3128-3132; report 001 R-CONS-02, -03)."""

    PARTICIPATION = "participation", _("taking part")
    ONE_PLAN = "one_plan", _("one joint plan")
    SHARING = "sharing", _("sharing with those who are to carry out the plan")
    DATA_EXCHANGE = "data_exchange", _("exchange of data between sectors")
    EVALUATION = "evaluation", _("evaluation")


class LegalBasis(models.Model):
    """A dispensation, statute or general consent that opens a flow of data, for whom, for what and until when.

    After `until`, or when revoked, the flow is closed (report 001 R-CONS-04). Purposes, sectors, categories and days
    are what the policy asks about; `jurisdiction` says to people where the basis holds and limits nothing here.
    """

    class Kind(models.TextChoices):
        DISPENSATION = "dispensation", _("dispensation")
        STATUTE = "statute", _("statute")
        CONSENT = "consent", _("consent")

    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    jurisdiction = models.CharField(max_length=100)
    #: Purposes it covers, as the policy names them.
    purposes = models.JSONField(default=list)
    #: Sectors and categories it covers; an empty list is all of them.
    sectors = models.JSONField(default=list, blank=True)
    categories = models.JSONField(default=list, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-since", "-id"]
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return self.title

    def in_force(self, day: dt.date) -> bool:
        """Whether it opens anything on `day`."""
        return self.revoked_at is None and self.since <= day and (self.until is None or self.until >= day)

    def covers(self, purpose: str, sector: str | None, category: str | None) -> bool:
        """Whether purpose, sector and category lie in its scope.

        Without a category it is about something made of several of them, such as a list, which is open as soon as any
        is covered. That says nothing about what may be shown of it: each category has to be asked for by itself.
        """
        return (
            purpose in self.purposes
            and (not self.sectors or sector is None or sector in self.sectors)
            and (not self.categories or category is None or category in self.categories)
        )


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self, day: dt.date) -> ConsentQuerySet:
        """Consents given, not withdrawn, and within their period."""
        return self.filter(active_on(day), given=True, withdrawn_at__isnull=True)


class Consent(models.Model):
    """A citizen's answer: yes or no to one purpose, one recipient, one category, for a period, to a text they read.

    The recipient is an organisation, or a whole sector, or (both empty) whoever the purpose names. An empty
    category is every category.
    """

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="consents")
    programme = models.CharField(max_length=50)
    purpose = models.CharField(max_length=20, choices=ConsentPurpose)
    given = models.BooleanField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=30, choices=Sector, blank=True)
    category = models.CharField(max_length=20, choices=Category, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    text_version = models.CharField(max_length=30)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["citizen", "purpose"])]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'yes' if self.given else 'no'}"

    @property
    def active(self) -> bool:
        """Given and not withdrawn; the period is not looked at."""
        return self.given and self.withdrawn_at is None

    def reaches(self, organisation: Organisation | None, category: str | None) -> bool:
        """Whether the consent lets `organisation` see `category` (None: any)."""
        return self._is_for(organisation) and (not self.category or category is None or self.category == category)

    def decides(self, organisation: Organisation | None, category: str | None, day: dt.date) -> bool:
        """Whether this answer says yes or no to `organisation` seeing `category` on `day`; None is the whole record.

        A yes to one category opens the record, for that category; a no to one category does not close it.
        """
        if self.withdrawn_at is not None or self.since > day or (self.until is not None and self.until < day):
            return False
        if self.given:
            return self.reaches(organisation, category)
        return self._is_for(organisation) and (not self.category or self.category == category)

    def within(self, organisation: Organisation | None, sector: str, category: str) -> bool:
        """Whether an answer about these would say all that this one says."""
        if organisation is not None:
            recipient = self.organisation_id == organisation.pk
        else:
            own = self.organisation.sector if self.organisation is not None else self.sector
            recipient = not sector or own == sector
        return recipient and (not category or self.category == category)

    def _is_for(self, organisation: Organisation | None) -> bool:
        if self.organisation_id is not None:
            return organisation is not None and self.organisation_id == organisation.pk
        return not self.sector or (organisation is not None and self.sector == organisation.sector)


class CareTask(models.Model):
    """Something an organisation, or one person of it, has been asked to do for a citizen. Open until done."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tasks")
    #: The person who holds it; null is anybody of the organisation.
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    title = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    due = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due", "id"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "closed_at"]),
            # A page of a work list is read in its order, however many tasks are open.
            models.Index(
                fields=["organisation", "due", "id"],
                condition=models.Q(closed_at__isnull=True, holder__isnull=True),
                name="open_tasks_of_unit",
            ),
            models.Index(
                fields=["holder", "organisation", "due", "id"],
                condition=models.Q(closed_at__isnull=True),
                name="open_tasks_of_person",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BreakGlass(models.Model):
    """Emergency access to one citizen by one person, with a reason and an end; the citizen and the officer are told."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="broken_glass")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="broken_glass")
    reason = models.TextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    #: When the data protection officer has looked at the case, who, and with what finding.
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["membership", "citizen", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.membership.user} {self.opened_at:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """Something a citizen or a person with a role has to be told. Written once, marked when read."""

    class Kind(models.TextChoices):
        BREAK_GLASS = "break_glass", _("emergency access")
        CONSENT = "consent", _("consent")
        INVITATION = "invitation", _("invitation")
        TASK = "task", _("task")
        PROXY = "proxy", _("power of proxy")
        LOG_IN = "log_in", _("log-in")
        PLAN = "plan", _("the plan")

    kind = models.CharField(max_length=20, choices=Kind)
    #: Told to a citizen, or to everybody with a role (of an organisation when one is named), or to one user.
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    role = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    #: What the text is made from: a message code and its values, so that it can be told in either language.
    message = models.CharField(max_length=50)
    values = models.JSONField(default=dict)
    #: Who the notice is about, when it is not told to them.
    about = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["role", "read_at"])]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"
