"""What is written down with one step of a report. Field names are those of the actions' arguments."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.citizens.models import Category, LawfulChannel, Photo, Report
from halong.citizens.queries import queues
from halong.core.formats import local
from halong.places.models import Agency, Place

LONGEST = 4000


def words(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def picker() -> forms.DateTimeInput:
    """A date and time that is picked, in Vietnam's zone."""
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "900"}, format="%Y-%m-%dT%H:%M")


def agencies_today() -> "QuerySet[Agency]":
    """The agencies of today by name."""
    return Agency.objects.on(timezone.localdate()).order_by("sort_key")


def places_today() -> "QuerySet[Place]":
    """The places of today by name."""
    return Place.objects.on(timezone.localdate()).defer("boundary").order_by("sort_key")


def categories_today() -> "QuerySet[Category]":
    """The kinds of today in the order of the form."""
    found: QuerySet[Category] = Category.objects.on(timezone.localdate()).order_by("order", "pk")
    return found


class StepForm(forms.Form):
    """A form about one report."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        self.prepare()

    def prepare(self) -> None:
        """Offer what this report allows."""

    def choose(self, name: str, rows: "QuerySet[Any]") -> None:
        """The rows among which a field chooses."""
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows


class DirectForm(StepForm):
    """A step that needs no words."""


class NoteForm(StepForm):
    """A note that must be written."""

    note = words(_("Note"))


class OptionalNoteForm(StepForm):
    """A note that may be left out."""

    note = words(_("Note"), required=False)


class SendBackForm(StepForm):
    """Why an answer isn't good enough."""

    note = words(_("What is missing"), help_text=_("The officer reads it; at least 10 characters."))


class RefuseForm(StepForm):
    """Why there is no more time."""

    note = words(_("Reason"), help_text=_("The citizen reads it; at least 20 characters."))


class PartForm(StepForm):
    """What a partner agency has done."""

    note = words(_("What was done"), help_text=_("At least 10 characters."))


class ReturnForm(StepForm):
    """Why the agency isn't competent, and who is."""

    reason = words(_("Reason"), help_text=_("The citizen reads it; at least 20 characters."))
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Competent agency, if known"), required=False, empty_label="–"
    )

    def prepare(self) -> None:
        """Every agency but this one."""
        self.choose("agency", agencies_today().exclude(pk__in=[self.report.agency_id or 0]))


class AssignForm(StepForm):
    """One of the agency's people."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Officer"), empty_label=None)

    def prepare(self) -> None:
        """Those who handle reports there."""
        people = queues.handlers_of(self.report.agency) if self.report.agency else []
        self.choose("user", User.objects.filter(pk__in=[person.pk for person in people]))


class AskForm(StepForm):
    """A question to the citizen."""

    text = words(
        _("Question"), help_text=_("It goes to the sender, signed by the agency. The deadline runs on.")
    )


class InviteForm(StepForm):
    """Another agency and what it is asked for."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), empty_label="")
    request = words(_("What it is asked for"), help_text=_("At least 10 characters."))

    def prepare(self) -> None:
        """Those that don't work on it yet."""
        known = [self.report.agency_id, *self.report.co_agencies.values_list("agency", flat=True)]
        self.choose("agency", agencies_today().exclude(pk__in=[pk for pk in known if pk]))


class ExtendForm(StepForm):
    """Until when and why."""

    due_at = forms.DateTimeField(label=_("New deadline"), widget=picker())
    reason = words(
        _("Reason"),
        help_text=_(
            "The citizen reads it at once, and each extension is counted openly; at least 20 characters."
        ),
    )

    def prepare(self) -> None:
        """Later than the present one."""
        later: datetime = max(self.report.due_at, timezone.now()) + timedelta(days=1)
        self.fields["due_at"].widget.attrs["min"] = (
            f"{local(max(self.report.due_at, timezone.now())):%Y-%m-%dT%H:%M}"
        )
        self.initial.setdefault("due_at", local(later).replace(hour=17, minute=0))


class RouteForm(StepForm):
    """Where a report goes. What is proposed is chosen already."""

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), empty_label=None)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=_("Agency"),
        required=False,
        empty_label=_("As laid down for the category"),
    )
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    note = words(_("Note for the agency and the citizen"), rows=2, required=False)

    def prepare(self) -> None:
        """Kinds and agencies of today; the report's own kind even if it has ended."""
        self.choose("category", categories_today() | Category.objects.filter(pk=self.report.category_id))
        self.choose("agency", agencies_today())


class ChangeForm(StepForm):
    """Category, urgency and place set right."""

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), empty_label=None)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), empty_label=None)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)

    def prepare(self) -> None:
        """As it stands now."""
        self.choose("category", categories_today() | Category.objects.filter(pk=self.report.category_id))
        self.choose("place", places_today() | Place.objects.filter(pk=self.report.place_id).defer("boundary"))
        for name in ("category", "place", "urgent"):
            self.initial.setdefault(name, getattr(self.report, name))


class UrgencyForm(StepForm):
    """Only the urgency."""

    urgent = forms.TypedChoiceField(
        coerce=lambda value: value == "1", choices=[("1", "1"), ("0", "0")], widget=forms.HiddenInput
    )


class MergeForm(StepForm):
    """The report of the same matter: one of those that look like it (``chosen``), or any by its number."""

    chosen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    into = forms.CharField(
        label=_("Number of the other report"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"placeholder": "PA000123"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """``into`` is the report itself."""
        cleaned = super().clean() or {}
        number = str(cleaned.pop("chosen", "") or cleaned.get("into", "")).strip().upper()
        digits = number.removeprefix("PA").lstrip("0")
        found = (
            Report.objects.filter(pk=int(digits)).first() if digits.isdecimal() and len(digits) < 16 else None
        )
        if found is None:
            self.add_error("into", gettext("There is no report of this number."))
        return {**cleaned, "into": found}


class DeclineForm(StepForm):
    """Why a report is out of scope."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Report.Declined.choices, widget=forms.RadioSelect)
    note = words(
        _("Words for the sender"), help_text=_("At least 10 characters; say where else to turn, if anywhere.")
    )


class HandOverForm(StepForm):
    """Which of the two lawful ways."""

    matter = forms.ChoiceField(
        label=_("What it is"),
        choices=[row for row in LawfulChannel.Matter.choices if row[0] in ("complaint", "denunciation")],
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        """What its text sounds like."""
        self.initial.setdefault("matter", self.report.legal)


class PublicTextForm(StepForm):
    """What the public reads."""

    text = words(
        _("Public text"),
        rows=6,
        help_text=_("Names, numbers and addresses of people are covered once more when it is saved."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def prepare(self) -> None:
        """As it stands now."""
        self.initial.setdefault("text", self.report.public_text)


class WithholdForm(StepForm):
    """Why the public doesn't see it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It is kept in the moderation log.")
    )


class ManyFiles(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """A list of pictures."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each by itself; empty ones are refused."""
        given = data if isinstance(data, list | tuple) else [data]
        return [cast("UploadedFile", super(PhotosField, self).clean(one, initial)) for one in given if one]


class AnswerForm(StepForm):
    """The answer and what shows that it is true: at least one of photo, document and measured value."""

    text = words(
        _("Answer"),
        rows=9,
        help_text=_(
            "Say what was done, where, when and by whom. What stands in [brackets] must be replaced."
        ),
    )
    kept = forms.ModelMultipleChoiceField(
        Photo.objects.none(), required=False, label=_("Photos of afterwards that are here already"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    photos = PhotosField(
        label=_("Photos of afterwards"), required=False,
        help_text=_("JPEG, PNG, HEIC or WebP. Place and device are removed from them."),
    )  # fmt: skip
    document_name = forms.CharField(label=_("Document: number, date, title"), max_length=200, required=False)
    document = forms.FileField(label=_("The document as PDF"), required=False, help_text=_("At most 10 MB"))
    measure_name = forms.CharField(label=_("What was measured"), max_length=200, required=False)
    measure_value = forms.FloatField(label=_("Value"), required=False, localize=True)
    measure_unit = forms.CharField(
        label=pgettext_lazy("of a measured value", "Unit"), max_length=20, required=False
    )
    measured_at = forms.DateTimeField(label=_("Measured at"), required=False, widget=picker())

    def prepare(self) -> None:
        """Photos of afterwards that weren't refused."""
        rows = self.report.photos.filter(use="after").exclude(state="refused").order_by("pk")
        cast("forms.ModelMultipleChoiceField[Any]", self.fields["kept"]).queryset = rows
        if not rows:
            del self.fields["kept"]

    def clean(self) -> dict[str, Any]:
        """A document has a name; a measured value says what and in which unit."""
        cleaned = super().clean() or {}
        if cleaned.get("document") and not cleaned.get("document_name"):
            self.add_error("document_name", gettext("Name the document."))
        measured = [
            cleaned.get(name) not in (None, "") for name in ("measure_name", "measure_value", "measure_unit")
        ]
        if any(measured) and not all(measured):
            self.add_error("measure_value", gettext("Say what was measured, its value and its unit."))
        return cleaned
