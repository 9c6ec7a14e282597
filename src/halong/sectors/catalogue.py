"""The sectors that Halong ships, and those that other packages bring through the entry points
``halong.sectors``.
"""

import logging
from importlib.metadata import EntryPoint, entry_points

from halong.core.sector import Sector
from halong.sectors import (
    economy,
    education,
    environment,
    government,
    health,
    infrastructure,
    security,
    tourism,
    traffic,
    wifi,
)

GROUP = "halong.sectors"
BUILT_IN: tuple[Sector, ...] = (
    health.SECTOR,
    education.SECTOR,
    environment.SECTOR,
    traffic.SECTOR,
    tourism.SECTOR,
    security.SECTOR,
    wifi.SECTOR,
    government.SECTOR,
    infrastructure.SECTOR,
    economy.SECTOR,
)
logger = logging.getLogger(__name__)


def load_sectors() -> list[Sector]:
    """The built-in sectors, then the installed ones by name.

    An installed one that can't be loaded, is no ``Sector``, or takes a built-in's key is logged and left
    out: the centre goes on.
    """
    sectors = {sector.key: sector for sector in BUILT_IN}
    for point in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        sector = load_sector(point)
        if sector and sectors.setdefault(sector.key, sector) != sector:
            logger.error("sector %r of %s is left out: its key is taken", sector.key, point.value)
    return list(sectors.values())


def load_sector(point: EntryPoint) -> Sector | None:
    """What an entry point names, or None, logged, if that isn't a sector."""
    try:
        sector = point.load()
    except Exception:  # whatever a stranger's package raises while it is imported
        logger.exception("sector %s can't be loaded", point.value)
        return None
    if isinstance(sector, Sector):
        return sector
    logger.error("%s is no halong.core.sector.Sector", point.value)
    return None
