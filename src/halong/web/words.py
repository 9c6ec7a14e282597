"""Words of the scripts, translated by the server: the scripts themselves carry none."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

STATES = {
    "normal": pgettext_lazy("priority", "Normal"),
    "attention": pgettext_lazy("priority", "Attention"),
    "high": pgettext_lazy("priority", "High"),
    "critical": pgettext_lazy("priority", "Critical"),
    "stale": pgettext_lazy("data", "Late data"),
    "dead": pgettext_lazy("data", "Signal lost"),
}


def script_words() -> dict[str, str]:
    """Sentences that scripts show; ``{n}``-like places are filled in there."""
    return {
        "updated at": _("updated {time}"),
        "minutes ago": _("{n} min ago"),
        "hours ago": _("{n} h ago"),
        "connection lost": _("Connection lost, showing the last data"),
        "lost": _("Connection lost"),
        "copied": _("Copied"),
        "no permission": _("You don't have the permission for this."),
        "failed": _("That didn't work. Nothing was changed; please try again."),
        "map failed": _("The map can't be drawn on this device. The list beside it has the same content."),
        "map loading": _("Loading the map"),
        "zoom in": _("Zoom in"),
        "zoom out": _("Zoom out"),
        "whole province": _("Whole province"),
        "layers": _("Layers"),
        "alerts": pgettext("map layer", "Alerts"),
        "places": pgettext("map layer", "Localities"),
        "things": pgettext("map layer", "Stations"),
        "approximate": _("Approximate areas: official boundaries aren't loaded"),
        "simulated": _("simulated"),
        "open": pgettext("verb", "Open"),
        "close": pgettext("verb", "Close"),
        "chart failed": _("The data can't be loaded. Please try again."),
        "no data": _("No data in this period"),
        "try again": _("Try again"),
        "time": pgettext("of a reading", "Time"),
        "table": pgettext("show as", "Table"),
        "chart": pgettext("show as", "Chart"),
        "not valid": _("not valid"),
        "chart summary": _(
            "{name}: from {min} to {max}{unit}, mean {mean}{unit}, latest {last}{unit} at {time}."
        ),
        "over limit": _("{n} of {total} values above {label} ({value}{unit})."),
        "gaps": _("{n} gaps without data."),
        "limit": _("Limit"),
        **{f"state {key}": str(word) for key, word in STATES.items()},
    }
