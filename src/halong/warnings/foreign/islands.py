"""Whether an alert touches quần đảo Hoàng Sa or quần đảo Trường Sa (Việt Nam): by its areas, its words, its codes. Pure.

The boxes are generous: what is held wrongly costs a look, what isn't held would speak for Việt Nam's islands unseen.
"""

import re
from collections.abc import Iterable

from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.validation import make_valid

from halong.core.text import fold
from halong.warnings.cap.message import Alert
from halong.warnings.foreign.reading import shape_of

# west, south, east, north, with about 12 nautical miles around the outermost features
HOANG_SA = box(110.9, 15.4, 113.2, 17.4)
TRUONG_SA = box(111.0, 6.0, 117.9, 12.4)

# Folded: without accents, in lower case. Names of the groups and of their best-known islands in several languages.
_WORDS = re.compile(
    r"\b(?:hoang sa|truong sa|paracels?|spratl(?:y|ys|ies)|xisha|nansha|sansha|kalayaan"
    r"|phu lam|tri ton|linh con|woody island|yongxing|money island|triton island|pattle"
    r"|ba binh|itu aba|taiping island|song tu tay|song tu dong|thitu|pag-?asa island|sinh ton|nam yet|fiery cross"
    r"|subi reef|mischief reef|johnson south|union banks?|gaven reefs?|cuarteron|hughes reef"
    r"|da lat island|swallow reef|layang-?layang)\b"
)
_SIGNS = re.compile("西沙|南沙|三沙|永兴岛|永興島|太平岛|太平島|中业岛|中業島|永暑礁|渚碧礁|美济礁|美濟礁")
_CODES = frozenset(
    {"460300", "460301", "460302", "460321", "460322", "460323"}
)  # divisions that China claims there


def touches_islands(alert: Alert) -> bool:
    """Whether any area, word or code of the alert touches one of the archipelagos."""
    return _by_words(_words(alert)) or _by_codes(alert) or _by_shape(alert)


def _words(alert: Alert) -> Iterable[str]:
    yield from (alert.note, alert.sender)
    for info in alert.infos:
        yield from (info.event, info.headline, info.description, info.instruction, info.sender_name)
        for _name, value in info.parameters:
            yield value
        for area in info.areas:
            yield area.description
            for _name, value in area.geocodes:
                yield value


def _by_words(texts: Iterable[str]) -> bool:
    return any(_SIGNS.search(text) or _WORDS.search(fold(text)) for text in texts)


def _by_codes(alert: Alert) -> bool:
    areas = (area for info in alert.infos for area in info.areas)
    return any(value.strip() in _CODES for area in areas for _name, value in area.geocodes)


def _by_shape(alert: Alert) -> bool:
    shape = shape_of(alert)
    if shape is None:
        return False
    return any(_ring_touches([(lon, lat) for lon, lat in part[0]]) for part in shape["coordinates"])


def _ring_touches(ring: list[tuple[float, float]]) -> bool:
    """A ring that can't be understood is judged by the box around it."""
    lons, lats = [lon for lon, _lat in ring], [lat for _lon, lat in ring]
    whole: BaseGeometry = box(min(lons), min(lats), max(lons), max(lats))
    try:
        polygon = Polygon(ring)
        found = polygon if polygon.is_valid else make_valid(polygon)
        area = found if isinstance(found, Polygon | MultiPolygon) and not found.is_empty else whole
        return bool(area.intersects(HOANG_SA) or area.intersects(TRUONG_SA))
    except (GEOSException, ValueError):
        return bool(whole.intersects(HOANG_SA) or whole.intersects(TRUONG_SA))
