from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core import registry
from halong.core.registry import MenuItem, SearchProvider


class PanoramaConfig(AppConfig):
    """The leader's view: the panorama, the page of a thing, the wall, search."""

    name = "halong.panorama"

    def ready(self) -> None:
        """Fill the registries of the shell."""
        from halong.context.queries import signal_readers  # noqa: PLC0415 -- needs the models
        from halong.panorama import search, things  # noqa: PLC0415 -- needs the models
        from halong.panorama.wall import display, tiles  # noqa: PLC0415 -- needs the models

        signal_readers.register("panorama", things.signals_of)

        registry.menu.register(
            "panorama",
            MenuItem("panorama", _("Panorama"), "layout-dashboard", "panorama", 10, "panorama.view"),
        )
        registry.menu.register("walls", MenuItem("walls", _("Walls"), "device-tv", "walls", 65, "walls.edit"))
        registry.menu.register("map", MenuItem("map", _("Map"), "map-2", "map", 19, "entities.view"))
        registry.menu.register(
            "sectors", MenuItem("sectors", _("Sectors"), "layout-grid", "sectors", 21, "panorama.view")
        )
        registry.menu.register(
            "briefings",
            MenuItem(
                "briefings", pgettext_lazy("menu", "Briefing"), "news", "briefings", 22, "briefings.view"
            ),
        )
        registry.live_topics.register("panorama", "panorama.view")
        registry.live_topics.register("walls", "panorama.view")
        registry.live_actors.register("display", display.display_of)
        tiles.register_tiles()
        registry.live_topics.register("entity", "entities.view")
        for provider in (
            SearchProvider("places", _("Places"), search.find_places, "map-pin"),
            SearchProvider("things", _("Things"), search.find_things, "antenna"),
            SearchProvider("indicators", _("Indicators"), search.find_indicators, "chart-line"),
            SearchProvider("alerts", _("Alerts"), search.find_alerts, "bell"),
            SearchProvider("tasks", _("Tasks"), search.find_tasks, "clipboard-check"),
            SearchProvider("people", _("People"), search.find_people, "user"),
            SearchProvider("agencies", _("Agencies"), search.find_agencies, "building"),
        ):
            registry.search_providers.register(provider.key, provider)
