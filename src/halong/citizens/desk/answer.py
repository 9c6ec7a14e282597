"""From the form of an answer to the answer: photos go into quarantine first, then all proofs are handed over at once."""

import hashlib
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.citizens.actions.answering import ProofDraft, write_answer
from halong.citizens.actions.photographs import attach_photo
from halong.citizens.forms.steps import AnswerForm
from halong.citizens.images import Refused
from halong.citizens.models import Photo
from halong.citizens.queries.queues import DeskView
from halong.core.errors import Conflict, Invalid, TooLarge
from halong.core.faults import show_faults


def send(form: AnswerForm, *, by: Any) -> bool:
    """Write the answer; False when something is wrong, which the form then says. Nothing is kept then."""
    try:
        with transaction.atomic():
            write_answer(form.report, by=by, text=form.cleaned_data["text"], proofs=_proofs(form, by))
    except (Refused, TooLarge) as error:
        form.add_error("photos", _("A photo can't be taken: %(why)s") % {"why": _why(error)})
    except Invalid as error:
        show_faults(form, error)
    except Conflict as error:
        form.add_error(None, error.detail)
    else:
        return True
    form.report.refresh_from_db()
    return False


def _why(error: Refused | TooLarge) -> str:
    return {
        "too-large": _("it is too large"),
        "unknown-type": _("it is no JPEG, PNG, HEIC or WebP"),
    }.get(error.detail, _("it is damaged or too large"))


def _proofs(form: AnswerForm, by: Any) -> list[ProofDraft]:
    given = form.cleaned_data
    photos: list[Photo] = list(given.get("kept") or [])
    for file in given["photos"]:
        content = file.read()
        key = hashlib.sha256(content).hexdigest()
        photos.append(attach_photo(form.report, content, key=key, use=Photo.Use.AFTER, by=by))
    proofs = [ProofDraft("photo", photo=photo) for photo in dict.fromkeys(photos)]
    if given["document_name"]:
        content = given["document"].read() if given["document"] else b""
        proofs.append(ProofDraft("document", name=given["document_name"], content=content))
    if given["measure_name"]:
        proofs.append(
            ProofDraft(
                "measure", name=given["measure_name"], value=given["measure_value"], unit=given["measure_unit"],
                measured_at=given["measured_at"],
            )
        )  # fmt: skip
    return proofs


def crumbs(view: DeskView) -> list[dict[str, str]]:
    """The way back."""
    return [
        {"label": _("Reports"), "url": reverse("reports")},
        {"label": view.report.number, "url": reverse("report", args=[view.report.pk])},
        {"label": _("Answer")},
    ]
