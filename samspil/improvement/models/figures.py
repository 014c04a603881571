"""What publishing indicators, segments and cost leaves behind: figures that are read, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from samspil.access.models import Citizen, Organisation


class Network(models.Model):
    """Practices that look at their figures together: a quality cluster, or the practices of a health cluster."""

    code = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class NetworkPractice(models.Model):
    """A practice in a network, dated: practices enter and leave (report 003 L916-920)."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="practices")
    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="networks")
    joined = models.DateField()
    left = models.DateField(null=True, blank=True)
    #: Whether the practice agreed that the network sees its name beside its figures (report 003 REQ-PRIV-3).
    agreed_labels = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["network", "practice"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["network", "practice", "joined"], name="one_membership_per_entry")
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.practice}"


class IndicatorPublication(models.Model):
    """One set of indicators, brought to the practices and networks with the whole series of days of its run."""

    run = models.CharField(max_length=200, unique=True)
    #: The set's name (`t2d`) and its programme.
    set = models.CharField(max_length=50)
    programme = models.CharField(max_length=50)
    case = models.CharField(max_length=50)
    as_of = models.DateField()
    #: The set as in force at `as_of`; and for each earlier day of the series the versions of its indicators, so that a
    #: figure can be explained and a break is seen: {iso day: {indicator: version}}.
    definition = models.JSONField()
    versions = models.JSONField(default=dict)
    data_dates = models.JSONField(default=dict)
    stale = models.JSONField(default=list)
    #: The artefact of the publication zone that these figures are: its id and the checks it passed.
    release = models.CharField(max_length=100)
    checks = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-as_of", "-id"]
        indexes: ClassVar = [models.Index(fields=["set", "-as_of"])]

    def __str__(self) -> str:
        return f"{self.set} {self.as_of}"


class Level(models.TextChoices):
    """What a figure is about. A practice's exact figures are for the practice itself."""

    PRACTICE = "practice"
    NETWORK = "network"
    #: A network's practices that deliver on every day of a series: a change is then not one of who takes part.
    CONSTANT = "constant"
    MUNICIPALITY = "municipality"
    REGION = "region"


class _Figure(models.Model):
    """One figure of a publication: a day, and a practice, a network, a municipality or the region."""

    publication = models.ForeignKey(IndicatorPublication, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    level = models.CharField(max_length=12, choices=Level)
    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    network = models.ForeignKey(Network, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    municipality = models.CharField(max_length=3, blank=True)
    #: The release hides it: it speaks of few, or would give away one that does. Only the practice itself sees it.
    hidden = models.BooleanField(default=False)

    class Meta:
        abstract = True


class IndicatorResult(_Figure):
    """One indicator of one unit on one day, in counts of persons; what is not computed has none.

    `persons` = met + not_met + overdue + no_data + not_applicable; `exceptions` are among those not met. Counts that
    the release hides are kept for practices alone, which see their own.
    """

    class Outcome(models.TextChoices):
        COMPUTED = "computed"
        NOT_COLLECTED = "not_collected"
        NO_PERSONS = "no_persons"

    indicator = models.CharField(max_length=50)
    version = models.CharField(max_length=20)
    outcome = models.CharField(max_length=15, choices=Outcome)
    persons = models.PositiveIntegerField(null=True, blank=True)
    met = models.PositiveIntegerField(null=True, blank=True)
    not_met = models.PositiveIntegerField(null=True, blank=True)
    overdue = models.PositiveIntegerField(null=True, blank=True)
    no_data = models.PositiveIntegerField(null=True, blank=True)
    not_applicable = models.PositiveIntegerField(null=True, blank=True)
    exceptions = models.PositiveIntegerField(null=True, blank=True)
    #: The denominator of the strict share: persons without exceptions and those it does not apply to. A release may
    #: hide those, and show the share.
    strict_d = models.PositiveIntegerField(null=True, blank=True)
    #: The denominator of the observed share: who has data and no exception. It does not follow from the others, as some
    #: exceptions are without data.
    observed_d = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["publication", "level", "network"], name="result_of_network"),
            models.Index(fields=["publication", "level", "practice"], name="result_of_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.level} {self.day}"


class CategoryCount(_Figure):
    """How many persons of a unit fall into one category of an indicator, such as U-ALB 30-299."""

    indicator = models.CharField(max_length=50)
    category = models.CharField(max_length=50)
    persons = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["publication", "level", "network"], name="category_of_network"),
            models.Index(fields=["publication", "level", "practice"], name="category_of_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.category} {self.level} {self.day}"


class Coverage(_Figure):
    """How much of a unit the figures rest on: practices that deliver, of those taking part, and values per variable."""

    participating = models.PositiveIntegerField()
    delivering = models.PositiveIntegerField()
    persons = models.PositiveIntegerField(null=True, blank=True)
    variable = models.CharField(max_length=50)
    with_value = models.PositiveIntegerField(null=True, blank=True)
    first_valid = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["publication", "level", "network"], name="coverage_of_network"),
            models.Index(fields=["publication", "level", "practice"], name="coverage_of_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.variable} {self.level} {self.day}"


class PatientState(models.Model):
    """Where one patient stands with one indicator, at the newest publication of a set. For the own practice alone."""

    class State(models.TextChoices):
        MET = "met"
        NOT_MET = "not_met"
        OVERDUE = "overdue"
        NO_DATA = "no_data"
        NOT_APPLICABLE = "not_applicable"

    publication = models.ForeignKey(IndicatorPublication, on_delete=models.CASCADE, related_name="patients")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    indicator = models.CharField(max_length=50)
    state = models.CharField(max_length=15, choices=State)
    exception = models.CharField(max_length=50, blank=True)
    #: The latest day it was done, and since when it is overdue.
    last = models.DateField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    category = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "citizen", "indicator"], name="one_state_per_indicator")
        ]
        indexes: ClassVar = [models.Index(fields=["publication", "practice", "indicator", "state"])]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.state}"


class LostPatient(models.Model):
    """A patient of a set whom the practice has not been in contact with for long (report 003 L941-944)."""

    publication = models.ForeignKey(IndicatorPublication, on_delete=models.CASCADE, related_name="lost")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    last_contact = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["publication", "citizen"], name="lost_once")]
        indexes: ClassVar = [models.Index(fields=["publication", "practice"])]

    def __str__(self) -> str:
        return f"{self.publication} {self.last_contact}"


class FiguresPublication(models.Model):
    """Segments, or cost, of the population: tables of the publication zone, as released."""

    class Kind(models.TextChoices):
        SEGMENTS = "segments"
        COST = "cost"

    run = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    as_of = models.DateField()
    #: The definitions in force: titles, owners, services, warnings, so that a figure explains itself.
    definition = models.JSONField(default=dict)
    data_dates = models.JSONField(default=dict)
    release = models.CharField(max_length=100)
    checks = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-as_of", "-id"]
        indexes: ClassVar = [models.Index(fields=["kind", "-as_of"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.as_of}"


class ReleasedTable(models.Model):
    """One table of a publication as it was released: its columns, and its rows with null for what is hidden."""

    indicators = models.ForeignKey(
        IndicatorPublication, on_delete=models.CASCADE, null=True, blank=True, related_name="tables"
    )
    figures = models.ForeignKey(
        FiguresPublication, on_delete=models.CASCADE, null=True, blank=True, related_name="tables"
    )
    name = models.CharField(max_length=50)
    columns = models.JSONField()
    rows = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(indicators__isnull=False) ^ models.Q(figures__isnull=False),
                name="table_of_one_publication",
            ),
            models.UniqueConstraint(fields=["indicators", "name"], name="one_table_of_indicators"),
            models.UniqueConstraint(fields=["figures", "name"], name="one_table_of_figures"),
        ]

    def __str__(self) -> str:
        return self.name


class CostlyPatient(models.Model):
    """One of a practice's most costly patients with a disease, for the treating practice alone (001 R-POP-07)."""

    publication = models.ForeignKey(FiguresPublication, on_delete=models.CASCADE, related_name="costly")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    diagnosis = models.CharField(max_length=50)
    rank = models.PositiveIntegerField()
    #: DKK in the last twelve months, and in the twelve before.
    cost = models.DecimalField(max_digits=12, decimal_places=2)
    before = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    #: By sector, DKK as text.
    sectors = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "citizen", "diagnosis"], name="costly_once")
        ]
        indexes: ClassVar = [models.Index(fields=["publication", "practice", "diagnosis", "rank"])]

    def __str__(self) -> str:
        return f"{self.diagnosis} {self.rank}"
