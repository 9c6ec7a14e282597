"""The reasons for which something is set aside, in words for people."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from halong.ingest.batch import Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WORDS: "dict[str, tuple[StrPromise, StrPromise]]" = {
    Reason.MALFORMED: (
        _("Can't be read"),
        _("It doesn't have the form that this source sends. Correct it and replay it."),
    ),
    Reason.ENCODING: (
        _("Damaged characters"),
        _("The line was damaged on its way. Correct it and replay it."),
    ),
    Reason.FILE_NAME: (
        _("Unknown file name"),
        _(
            "The name doesn't fit the pattern of the source. Change the pattern or bind a station, then replay."
        ),
    ),
    Reason.NOT_TEXT: (_("Not a text file"), _("An archive or a picture where text was due. Ask the sender.")),
    Reason.TOO_LARGE: (
        _("Too large"),
        _("Larger than the source takes. It is kept whole; replay it if it is wanted."),
    ),
    Reason.UNKNOWN_ENTITY: (_("Unknown thing"), _("No thing has this name. Register it, then replay.")),
    Reason.UNKNOWN_PROPERTY: (
        _("Unknown property"),
        _("The thing has no such series. Open it, then replay."),
    ),
    Reason.UNKNOWN_UNIT: (
        _("Unknown unit"),
        _("The unit isn't known, or isn't one of this quantity. Correct it and replay."),
    ),
    Reason.BAD_VALUE: (_("Not a number"), _("The value is no number. Correct it and replay, or discard it.")),
    Reason.BAD_TIME: (_("Impossible time"), _("The time can't be read. Correct it and replay.")),
    Reason.BAD_QUALITY: (_("Unknown state"), _("The state of the device is none of 00, 01, 02.")),
    Reason.OUT_OF_RANGE: (
        _("Physically impossible"),
        _("The value lies outside what can be true. Check the device, or the range of the series."),
    ),
    Reason.FUTURE: (_("Time in the future"), _("More than five minutes ahead: the device's clock is wrong.")),
    Reason.TOO_OLD: (_("Too old"), _("Older than this source may report.")),
    Reason.UNKNOWN_KIND: (
        _("Unknown kind"),
        _("Nobody has said what this kind is here. Add it to the source's table, then replay."),
    ),
    Reason.BAD_PLACE: (
        _("Not in the province"),
        _("Its place lies outside, or can't be told. Add or correct the place and replay, or discard it."),
    ),
    Reason.NOT_TAKEN: (
        _("Not taken in"),
        _("The words beside it say why. Correct it and replay, or discard it."),
    ),
    Reason.FORBIDDEN_ENTITY: (_("Not this source's"), _("The source may not write to this thing.")),
}


def title(reason: str) -> str:
    """The reason in two or three words."""
    return str(WORDS[reason][0]) if reason in WORDS else reason


def advice(reason: str) -> str:
    """What can be done about it."""
    return str(WORDS[reason][1]) if reason in WORDS else ""
