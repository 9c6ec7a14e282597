"""What the page of the after-action report shows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.core.formats import local
from halong.incidents import queries
from halong.incidents.actions import CorrectionDraft, ReviewDraft
from halong.incidents.forms.review import Corrections, ReviewForm, begun
from halong.incidents.models import Incident, Review
from halong.incidents.permissions import may_lead, may_work

OVER = ("closed", "reviewed")


def review_of(incident: Incident) -> Review | None:
    """The report, if one was begun."""
    return Review.objects.filter(incident=incident).select_related("signed_by").first()


def crumbs(incident: Incident, last: str) -> list[dict[str, str]]:
    """The way back."""
    return [
        {"label": _("Incidents"), "url": reverse("incidents")},
        {"label": incident.number, "url": reverse("incident", args=[incident.pk])},
        {"label": last},
    ]


def context(
    request: HttpRequest, incident: Incident, form: ReviewForm | None = None, lines: Any = None
) -> dict[str, Any]:
    """The page: written by hand until it is signed, then read."""
    review = review_of(incident)
    signed = review is not None and review.signed_at is not None
    rows = list(review.corrections.select_related("agency", "task").order_by("pk")) if review else []
    may_write = incident.state in OVER and not signed and may_work(request.user, incident)
    first = [{"text": row.text, "agency": row.agency, "due": local(row.due_at).date()} for row in rows]
    return {
        "incident": incident,
        "review": review,
        "signed": signed,
        "over": incident.state in OVER,
        "may_write": may_write,
        "may_sign": may_write and review is not None and may_lead(request.user, incident),
        "times": queries.times(incident),
        "corrections": rows,
        "form": form or ReviewForm(initial=begun(review)),
        "lines": lines or Corrections(prefix="corrections", initial=first),
        "crumbs": crumbs(incident, _("After-action report")),
    }


def draft_of(form: ReviewForm, lines: Any) -> ReviewDraft:
    """The report as it was typed in; lines without words are left out."""
    written = [line for line in lines.forms if line.cleaned_data.get("text")]
    return ReviewDraft(
        **{
            name: form.cleaned_data[name]
            for name in ("summary", "went_well", "went_badly", "cause", "version")
        },
        corrections=tuple(
            CorrectionDraft(line.cleaned_data["text"], line.cleaned_data["agency"], line.due_at)
            for line in written
        ),
    )
