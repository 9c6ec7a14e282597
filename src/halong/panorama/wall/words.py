"""Words of the editor's script; the script itself carries none."""

from django.utils.translation import gettext as _


def editor_words() -> dict[str, str]:
    """Sentences; ``{n}``-like places are filled in by the script."""
    return {
        "page": _("Page {n}"),
        "at": _("{name}: column {x}, row {y}, {w} wide, {h} high"),
        "moved": _("Column {x}, row {y}"),
        "sized": _("{w} wide, {h} high"),
        "no room": _("There is no room there."),
        "full": _("This page is full. Add a page, or make tiles smaller."),
        "added": _("Added: {name}"),
        "removed": _("Removed: {name}"),
        "undone": _("Undone"),
        "redone": _("Done again"),
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "unsaved": _("Not saved yet"),
        "conflict": _("{who} saved this layout at {at}. Load it to see the changes, or save yours over it."),
        "somebody": _("Somebody else"),
        "failed": _("That didn't work. Nothing was saved; please try again."),
        "remove page": _("Remove this page with its tiles?"),
        "nothing chosen": _("Choose a tile to see its settings."),
    }
