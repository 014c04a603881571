"""Organisations, the people who work in them, citizens, and the relatives who act for a citizen."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """Who answers for an organisation. Law and purpose differ by sector (report 000 L2134-2154)."""

    GENERAL_PRACTICE = "general_practice", _("general practice")
    HOSPITAL = "hospital", _("hospital")
    MUNICIPALITY = "municipality", _("municipality")
    PRIVATE = "private", _("private provider")
    NGO = "ngo", _("voluntary organisation")
    PROGRAMME = "programme", _("the programme itself")


class OrganisationKind(models.TextChoices):
    """What an organisation is in the programme."""

    PRACTICE = "practice", _("practice")
    HOSPITAL_DEPARTMENT = "hospital_department", _("hospital department")
    MUNICIPAL_UNIT = "municipal_unit", _("municipal unit")
    PSYCHOLOGIST = "psychologist", _("psychologist")
    NGO = "ngo", _("voluntary organisation")
    SECRETARIAT = "secretariat", _("secretariat")
    EVALUATOR = "evaluator", _("evaluator")
    REGION = "region", _("region")

    @property
    def sector(self) -> Sector:
        """The sector that organisations of this kind belong to."""
        return {
            OrganisationKind.PRACTICE: Sector.GENERAL_PRACTICE,
            OrganisationKind.HOSPITAL_DEPARTMENT: Sector.HOSPITAL,
            OrganisationKind.REGION: Sector.HOSPITAL,
            OrganisationKind.MUNICIPAL_UNIT: Sector.MUNICIPALITY,
            OrganisationKind.PSYCHOLOGIST: Sector.PRIVATE,
            OrganisationKind.NGO: Sector.NGO,
        }.get(self, Sector.PROGRAMME)


class Role(models.TextChoices):
    """In what capacity somebody looks. `citizen` and `relative` follow from the log-in, the rest from memberships."""

    GP = "gp", _("GP")
    PRACTICE_STAFF = "practice_staff", _("practice staff")
    MUNICIPAL = "municipal", _("municipal professional")
    HOSPITAL = "hospital", _("hospital professional")
    PSYCHOLOGIST = "psychologist", _("psychologist")
    NGO = "ngo", _("worker of a voluntary organisation")
    TEAM_CHAIR = "team_chair", _("team chair")
    LEADERSHIP = "leadership", _("cluster leadership")
    SECRETARIAT = "secretariat", _("programme secretariat")
    ANALYST = "analyst", _("analyst")
    DATA_PROTECTION_OFFICER = "dpo", _("data protection officer")
    ADMINISTRATOR = "administrator", _("administrator")
    CITIZEN = "citizen", _("citizen")
    RELATIVE = "relative", _("relative")
    SYSTEM = "system", _("the system itself")
    ANONYMOUS = "anonymous", _("not logged in")

    @property
    def is_professional(self) -> bool:
        """Whether the role is held through a membership, and so needs a second factor."""
        return self not in {Role.CITIZEN, Role.RELATIVE, Role.SYSTEM, Role.ANONYMOUS}


class Organisation(models.Model):
    """A practice, a department, a municipal unit or another party. Only practices have a provider number."""

    kind = models.CharField(max_length=30, choices=OrganisationKind)
    sector = models.CharField(max_length=30, choices=Sector)
    name = models.CharField(max_length=200)
    provider_number = models.CharField(max_length=20, unique=True, null=True, blank=True)
    #: Doctors of a practice; unknown is null, and then nothing is expected of it.
    doctors = models.PositiveIntegerField(null=True, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes accounts; without a password an account can only log in through an identity provider."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: object) -> User:
        """A new account."""
        user = self.model(username=username, name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who can log in: a professional, a citizen or a relative."""

    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=5, default="da")
    is_active = models.BooleanField(default=True)
    #: Somebody else made the password: it lets in to choose another, and to nothing else until that is done.
    password_is_temporary = models.BooleanField(default=False)
    #: The citizen this account belongs to.
    citizen = models.OneToOneField("Citizen", on_delete=models.PROTECT, null=True, blank=True, related_name="account")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


def active_on(day: dt.date) -> models.Q:
    """Spells active on `day`: `from` and `to` are inclusive, an open end is null."""
    return models.Q(since__lte=day) & (models.Q(until__isnull=True) | models.Q(until__gte=day))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: dt.date) -> MembershipQuerySet:
        """Memberships active on `day`."""
        return self.filter(active_on(day))


class Membership(models.Model):
    """A person's role in an organisation, from one day to another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role if r.is_professional])
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["organisation__name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "organisation", "role", "since"], name="one_membership"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")), name="membership_spell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.organisation}"


class Citizen(models.Model):
    """A citizen and the practice that treats them. `person_id` is the pseudonym of the analysis zone."""

    class Sex(models.TextChoices):
        FEMALE = "F", _("woman")
        MALE = "M", _("man")

    person_id = models.BigIntegerField(unique=True)
    cpr = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    #: The treating practice; null for somebody who has none.
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="citizens")
    practice_since = models.DateField(null=True, blank=True)
    #: Dead or emigrated according to the latest published run.
    inactive = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    def age(self, day: dt.date) -> int:
        """Completed years on `day`."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def cpr_text(self) -> str:
        """The CPR number as it is written: six digits, hyphen, four digits."""
        return f"{self.cpr[:6]}-{self.cpr[6:]}"


class ProxyScope(models.TextChoices):
    """What a relative may do for a citizen, in words to the citizen."""

    READ = "read", _("see your page")
    LOG = "log", _("see who has looked at your information")
    CONSENT = "consent", _("give and withdraw consent for you")


class ProxyQuerySet(models.QuerySet["Proxy"]):
    def current(self, day: dt.date) -> ProxyQuerySet:
        """Powers of proxy in force on `day`."""
        return self.filter(active_on(day), revoked_at__isnull=True)


class Proxy(models.Model):
    """A power of proxy: what a citizen has granted a relative, and for how long. Can be revoked at once."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="proxies")
    relative = models.ForeignKey(User, on_delete=models.PROTECT, related_name="proxies")
    relation = models.CharField(max_length=100, blank=True)
    scopes = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    objects = ProxyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-granted_at", "-id"]

    def __str__(self) -> str:
        return f"{self.relative} for {self.citizen}"
