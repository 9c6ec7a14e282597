"""Reports of citizens and everything around them; see docs/architecture.md "Citizens"."""

from halong.citizens.models.catalogue import (
    AnswerTemplate,
    Category,
    CategoryField,
    Deadline,
    LawfulChannel,
    Publication,
    Route,
    Terms,
)
from halong.citizens.models.people import Contact, DataRequest, Follower, Message, PushAddress
from halong.citizens.models.photos import Photo, PhotoCopy
from halong.citizens.models.report import OPEN, OVER, WITH_AGENCY, Report, ReportEvent, ReportQuerySet
from halong.citizens.models.voices import Allowance, Moderation, ServiceNotice, SpentProof, Suggestion
from halong.citizens.models.work import Answer, CoAgency, Extension, Proof, Question, Substitute

__all__ = [
    "OPEN",
    "OVER",
    "WITH_AGENCY",
    "Allowance",
    "Answer",
    "AnswerTemplate",
    "Category",
    "CategoryField",
    "CoAgency",
    "Contact",
    "DataRequest",
    "Deadline",
    "Extension",
    "Follower",
    "LawfulChannel",
    "Message",
    "Moderation",
    "Photo",
    "PhotoCopy",
    "Proof",
    "Publication",
    "PushAddress",
    "Question",
    "Report",
    "ReportEvent",
    "ReportQuerySet",
    "Route",
    "ServiceNotice",
    "SpentProof",
    "Substitute",
    "Suggestion",
    "Terms",
]
