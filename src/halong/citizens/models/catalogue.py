"""What may be reported, who answers for it and until when: all of it dated data, by category and place."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.language import said_in
from halong.core.permissions import scope_q
from halong.places.models import Agency, Dated, Place


class DatedQuerySet(models.QuerySet[Any]):
    """Lists of dated rows."""

    def on(self, day: date) -> Self:
        """Those in force on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def visible_to(self, user: object) -> Self:
        """What the centre has laid down is public knowledge; lists of it are for who sets it up."""
        return self.filter(scope_q(user, "reports.set_up", place="", agency="", sector=""))


class Category(Dated):
    """A kind of report: an Open311 service. ``code`` is its name for good (``service_code``).

    ``keywords`` are words by which a text is recognised, folded, one a line. ``exposure`` says how much of the place the
    public sees. ``numbers_matter``: telephone numbers in the text are the matter itself (advertisements), so they stay.
    """

    class Exposure(models.TextChoices):
        STREET = "street", _("to the street")
        UNIT = "unit", _("to the commune-level unit")
        HIDDEN = "hidden", _("not shown at all")

    class Answering(models.TextChoices):
        REALTIME = "realtime", pgettext_lazy("open311", "Numbered at once")
        BATCH = "batch", pgettext_lazy("open311", "Numbered after the duty officer has looked")

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    group = models.CharField(_("group"), max_length=120, blank=True)
    group_en = models.CharField(_("group in English"), max_length=120, blank=True)
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    icon = models.CharField(max_length=40, default="map-pin")
    keywords = models.TextField(_("words that tell it"), blank=True)
    exposure = models.CharField(max_length=6, choices=Exposure.choices, default=Exposure.STREET)
    answering = models.CharField(max_length=8, choices=Answering.choices, default=Answering.REALTIME)
    numbers_matter = models.BooleanField(default=False)
    urgent = models.BooleanField(_("urgent by its nature"), default=False)
    order = models.IntegerField(default=100)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)
    folded = models.CharField(max_length=400, editable=False, default="")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_category_a_code_and_time")
        ]

    def __str__(self) -> str:
        return said_in(self.name, self.name_en)

    @property
    def group_said(self) -> str:
        """The group in the reader's language."""
        return said_in(self.group, self.group_en)

    @property
    def description_said(self) -> str:
        """The description in the reader's language."""
        return said_in(self.description, self.description_en)


class CategoryField(models.Model):
    """A question that a category asks: an attribute of the Open311 service definition.

    ``values`` are ``{"key", "name", "name_en"}`` for the two list types. ``variable`` False: words to read, no answer.
    """

    class Datatype(models.TextChoices):
        STRING = "string", _("Short text")
        NUMBER = "number", _("Number")
        DATETIME = "datetime", _("Date and time")
        TEXT = "text", _("Long text")
        SINGLE = "singlevaluelist", _("One of a list")
        MULTI = "multivaluelist", _("Several of a list")

    category = models.ForeignKey(Category, models.CASCADE, related_name="fields")
    code = models.CharField(max_length=40)
    variable = models.BooleanField(default=True)
    datatype = models.CharField(max_length=15, choices=Datatype.choices)
    required = models.BooleanField(default=False)
    order = models.IntegerField(default=1)
    question = models.CharField(max_length=300)
    question_en = models.CharField(max_length=300, blank=True)
    hint = models.CharField(max_length=300, blank=True)
    hint_en = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="one_field_a_category_and_code")
        ]
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return said_in(self.question, self.question_en)

    @property
    def hint_said(self) -> str:
        """What to write, in the reader's language."""
        return said_in(self.hint, self.hint_en)

    @property
    def options(self) -> list[tuple[str, str]]:
        """(key, words) of a list type, in the reader's language."""
        return [(row["key"], said_in(row["name"], row.get("name_en", ""))) for row in self.values]


class Route(Dated):
    """Which agency reports go to: of a category (empty: all) in a place with all below it (empty: everywhere).

    ``agency`` empty: the People's Committee of the unit in which the report lies. The most particular route counts.
    ``together``: agencies that work along from the start.
    """

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="routes")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    together = models.ManyToManyField(Agency, blank=True, related_name="+")
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "place", "valid_from"], name="one_route", nulls_distinct=False
            )
        ]


class Deadline(Dated):
    """How long each step may take: of a category (empty: all) in a place (empty: everywhere), ordinary or urgent.

    Hours count while offices work (``Terms.hours``), or around the clock where ``clock`` says so.
    """

    class Clock(models.TextChoices):
        WORKING = "working", _("working hours")
        CALENDAR = "calendar", _("hours around the clock")

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="deadlines")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    urgent = models.BooleanField(default=False)
    clock = models.CharField(max_length=8, choices=Clock.choices, default=Clock.WORKING)
    triage_hours = models.FloatField()  # from sending to the agency
    accept_hours = models.FloatField()  # from the agency's queue to its yes or its return
    answer_hours = models.FloatField()  # from sending to the approved answer
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "place", "urgent", "valid_from"],
                name="one_deadline",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(triage_hours__gt=0, accept_hours__gt=0, answer_hours__gt=0),
                name="deadline_hours_positive",
            ),
        ]


class Terms(Dated):
    """What holds for every report from a day on: office hours, how long personal data stay, what people consent to.

    ``hours`` are spans of Vietnam's clock, ``[["07:30", "11:30"], ["13:00", "17:00"]]``.
    """

    hours = models.JSONField(default=list)
    reopen_days = models.IntegerField(
        default=15
    )  # working days in which a citizen may ask to have it done again
    contact_days = models.IntegerField(default=90)  # days after closing for which contact data stay
    text_days = models.IntegerField(default=365)  # days after closing after which only the public text stays
    consent = models.TextField()
    consent_en = models.TextField(blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "terms"
        constraints = [models.UniqueConstraint(fields=["valid_from"], name="one_terms_a_day")]

    @property
    def consent_said(self) -> str:
        """Purpose and consent in the reader's language."""
        return said_in(self.consent, self.consent_en)


class LawfulChannel(Dated):
    """Where the law wants a matter that is no field report: shown instead of taking it in.

    ``place`` empty: everywhere. ``words`` tell what to do; nothing of them decides anything.
    """

    class Matter(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        DENUNCIATION = "denunciation", _("Denunciation")
        EMERGENCY = "emergency", _("Emergency")
        REGULATION = "regulation", _("Proposal on regulations")

    matter = models.CharField(max_length=12, choices=Matter.choices)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    words = models.TextField()
    words_en = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    url = models.URLField(blank=True)
    order = models.IntegerField(default=10)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    objects = DatedQuerySet.as_manager()

    def __str__(self) -> str:
        return said_in(self.name, self.name_en)

    @property
    def words_said(self) -> str:
        """What to do, in the reader's language."""
        return said_in(self.words, self.words_en)


class AnswerTemplate(models.Model):
    """A beginning of an answer. What stands in square brackets must be replaced by what was really done."""

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.CASCADE, null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "agency", "title"], name="one_answer_template", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.title


class Publication(models.Model):
    """The decision to make a table that compares agencies public: it counts after five working days for objections."""

    class Table(models.TextChoices):
        AGENCIES = "reports.agencies", _("Answering of reports by agency")

    table = models.CharField(max_length=40, choices=Table.choices)
    decision = models.CharField(_("decision (number, date, who signed)"), max_length=300)
    decided_on = models.DateField()
    effective_at = models.DateTimeField()  # after the days for objections
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now)

    def in_force_at(self, moment: datetime) -> bool:
        """Whether the table may be shown to the public now."""
        return self.effective_at <= moment and (self.withdrawn_at is None or self.withdrawn_at > moment)
