"""What the desk writes about suggestions, notices of services, data requests and substitutes."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import Grant, Role, User
from halong.citizens.actions.voices import NoticeDraft
from halong.citizens.forms.filters import ALL
from halong.citizens.forms.privacy import identity
from halong.citizens.forms.steps import agencies_today, picker, places_today, words
from halong.citizens.models import ServiceNotice, Suggestion
from halong.core.permissions import has_perm
from halong.places.models import Agency, Place


class SuggestionFilter(forms.Form):
    """Which suggestions. ``tab`` travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", ALL), *Suggestion.Kind.choices])

    def wanted(self) -> dict[str, Any]:
        """The filter; what isn't valid is left out."""
        self.is_valid()
        return dict(self.cleaned_data)


class ConsiderForm(forms.Form):
    """Who looks into it."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency"), required=False, empty_label=_("as it is")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Any]", self.fields["agency"]).queryset = agencies_today()


class SuggestionAnswerForm(forms.Form):
    """The answer, and how it is used."""

    text = words(_("Answer"), rows=6, help_text=_("At least 40 characters, signed by the agency."))
    use = words(
        _("How it is used"),
        required=False,
        help_text=_("One that is used is always published; the author isn't named."),
    )
    publish = forms.BooleanField(label=_("Publish it with the answer"), required=False)


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class NoticeForm(forms.Form):
    """A notice of a service."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ServiceNotice.Kind.choices)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    text = words(_("Text"), required=False)
    text_en = words(_("Text in English"), required=False)
    starts_at = forms.DateTimeField(label=pgettext_lazy("time", "From"), widget=picker())
    ends_at = forms.DateTimeField(label=pgettext_lazy("time", "To"), widget=picker(), required=False)
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(),
        label=_("Places"),
        required=False,
        help_text=_("None chosen: the whole province."),
    )
    source_url = forms.URLField(label=_("Where it was announced"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [agency.pk for agency in agencies_today() if has_perm(by, "notices.publish", agency)]
        cast("forms.ModelChoiceField[Any]", self.fields["agency"]).queryset = agencies_today().filter(
            pk__in=own
        )
        cast("forms.ModelMultipleChoiceField[Any]", self.fields["places"]).queryset = places_today()

    def draft(self, simulated: bool) -> NoticeDraft:
        """The notice that was written."""
        given = self.cleaned_data | {"places": tuple(self.cleaned_data["places"])}
        return NoticeDraft(**given, simulated=simulated)


class DataAnswerForm(forms.Form):
    """What the asker is told, and how it is known who he is."""

    answer = words(_("Answer"), help_text=_("At least 10 characters; a refusal needs its reason in law."))
    identity = identity()


class SubstituteForm(forms.Form):
    """Who acts for whom, until when."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), empty_label=None)
    principal = forms.ModelChoiceField(User.objects.none(), label=_("Who is absent"), empty_label="")
    substitute = forms.ModelChoiceField(
        User.objects.none(), label=_("Who acts for him or her"), empty_label=""
    )
    start = forms.DateTimeField(label=pgettext_lazy("time", "From"), widget=picker(), initial=timezone.now)
    end = forms.DateTimeField(label=pgettext_lazy("time", "To"), widget=picker())
    decision = forms.CharField(label=_("Decision"), max_length=300, required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = [row for row in agencies_today() if has_perm(by, "reports.approve", row)]
        own = [row for row in agencies_today() if has_perm(by, "reports.handle", row)]
        grants = Grant.objects.filter(
            agency__in=may, role__in=[Role.OFFICER, Role.LEADER], user__is_active=True
        )
        people = {*grants.values_list("user", flat=True), by.pk}
        rows: dict[str, Any] = {
            "agency": agencies_today().filter(pk__in=[row.pk for row in [*may, *own]]),
            "principal": User.objects.filter(pk__in=people).order_by("full_name", "username"),
            "substitute": User.objects.filter(is_active=True).order_by("full_name", "username"),
        }
        for name, found in rows.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = found
