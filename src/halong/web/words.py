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
        "kept": _("No connection: figures of {time}"),
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
        **map_words(),
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
        "under limit": _("{n} of {total} values below {label} ({value}{unit})."),
        "gaps": _("{n} gaps without data."),
        "limit": _("Limit"),
        "take photo out": _("Take photograph {n} out"),
        **clock_words(),
        **{f"state {key}": str(word) for key, word in STATES.items()},
    }


def clock_words() -> dict[str, str]:
    """What running clocks say; ``{time}`` is one of the short forms."""
    return {
        "short minutes": pgettext("duration", "{n} min"),
        "short hours": pgettext("duration", "{h} h {m} min"),
        "short days": pgettext("duration", "{d} d {h} h"),
        "days and time": pgettext("duration", "{n} d {time}"),
        "time left": pgettext("duration", "{time} left"),
        "time late": pgettext("duration", "{time} late"),
    }


def map_words() -> dict[str, str]:
    """What maps say. The names of the archipelagos stand as Việt Nam writes them."""
    return {
        "east sea": _("East Sea"),
        "inset": _("East Sea with the Hoàng Sa and Trường Sa archipelagos (Việt Nam)"),
        "hoang-sa": _("Hoàng Sa archipelago"),
        "truong-sa": _("Trường Sa archipelago"),
        "hoang-sa 1": pgettext("first line of a name on the map, Hoàng Sa archipelago", "Hoàng Sa"),
        "hoang-sa 2": pgettext("second line of a name on the map, Hoàng Sa archipelago", "archipelago"),
        "truong-sa 1": pgettext("first line of a name on the map, Trường Sa archipelago", "Trường Sa"),
        "truong-sa 2": pgettext("second line of a name on the map, Trường Sa archipelago", "archipelago"),
        "things here": _("{n} things here"),
        "now": pgettext("time on the map", "Now"),
        "look back": pgettext("look back", "The last 24 hours"),
        "hour looked at": _("Hour looked at"),
        "looking back": _("Looking back: {time}"),
        "back to now": _("Back to now"),
        "play": pgettext("verb, time on the map", "Play"),
        "pause": pgettext("verb, time on the map", "Pause"),
        "yesterday at": _("{time} yesterday"),
        "no look back": _("The last 24 hours can't be loaded. Please try again."),
        "surface note": _("Estimated between stations, at most {km} km from one"),
        "density note": _("Per square kilometre, spread over {km} km"),
        "per km2": _("{unit}/km²"),
        "with value": _("{n} with a value"),
        "no value": _("No thing of this kind has a fresh value now."),
        "units": _("{n} units"),
        "no class": _("no data"),
        "estimated": _("Sums of the units that followed, so estimated"),
        "former areas": _("Areas of former units drawn by the units that followed (mainly)"),
        "listed": _("{n} of {total} in view"),
        "none listed": _("Nothing in this view fits the filter."),
        "zoom for more": _("{n} more: zoom in or filter"),
        "copied link": _("Link to this view copied"),
        "distance": pgettext("measure", "Distance"),
        "area": pgettext("measure", "Area"),
        "perimeter": pgettext("measure", "perimeter"),
        "measure hint": _(
            "Click on the map, or press Enter for its middle; Backspace takes the last point away, Escape ends."
        ),
        "map of": _("Map of {place}"),
        "draw area": _("Draw an area"),
        "clear area": _("Clear the area"),
        "circle": pgettext("area around a point", "Circle of {r}"),
        "draw hint": _(
            "Click corner after corner, then the first one again; Enter takes the middle of the map, Escape ends."
        ),
        "state at": _("State at {time}"),
        "printed by": _("Source: Halong, {centre}. Coast: GSHHG. {boundaries}"),
        "boundaries approximate": _("Unit areas are approximate, not official boundaries."),
        "boundaries loaded": _("Unit boundaries as loaded by the operator."),
    }
