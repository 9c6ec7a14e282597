"""Incidents on paper: the situation report as PDF, the after-action report as PDF and as a text document (DOCX)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core import pdf
from halong.core.language import reader_language, text_of
from halong.incidents import after
from halong.incidents.models import Entry, Incident

PAPER = Path(__file__).resolve().parent / "paper"


def situation_pdf(entry: Entry) -> bytes:
    """A situation report as it stood at its hour, in the present language; the same bytes each time."""
    content = entry.data["content"][reader_language()]
    return pdf.render(PAPER / "situation.typ", _sheet(content=content, words=_words()), entry.at)


def review_pdf(incident: Incident) -> bytes:
    """The after-action report in the present language; before it is signed it says that it is a draft."""
    return pdf.render(PAPER / "review.typ", _sheet(content=after.gather(incident)), timezone.now())


def review_docx(incident: Incident) -> bytes:
    """The same as a text document, to be worked on with a word processor."""
    from halong.incidents.paper.word import document  # noqa: PLC0415 -- only those who want it pay for python-docx

    return document(_sheet(content=after.gather(incident)))


def _sheet(**given: Any) -> dict[str, Any]:
    """What every sheet says: whose it is, in which language, whether it is an exercise's."""
    return {
        "language": reader_language(),
        "office": text_of(settings.PROFILE["centre"]["name"]),
        "banner": _("EXERCISE") if settings.HALONG_EXERCISE else "",
        **given,
    }


def _words() -> dict[str, str]:
    return {
        **after.words(),
        "title": _("Situation report"),
        "summary": _("What is known"),
        "steps": _("Steps of the playbook"),
        "tasks": _("Tasks"),
        "parts": _("Alerts, reports, calls"),
        "people": pgettext("incident", "People"),
        "latest": _("Latest entries"),
    }
