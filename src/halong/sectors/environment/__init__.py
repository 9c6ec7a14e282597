"""Environment and natural resources: air, surface, coastal and waste water, emissions; VN_AQI, VN_WQI, QCVN
limits.
"""

from django.utils.translation import pgettext_lazy

from halong.core.sector import Sector
from halong.sectors.environment import air, vn_aqi, vn_wqi, water
from halong.sectors.environment.derived import DERIVED
from halong.sectors.environment.limits import LIMITS

SECTOR = Sector(
    key="environment",
    name=pgettext_lazy("sector", "Environment"),
    order=30,
    icon="leaf",
    types=(
        air.AIR_STATION,
        water.SURFACE_WATER_STATION,
        water.COASTAL_WATER_STATION,
        water.WASTEWATER_STATION,
        air.EMISSION_STATION,
        water.WATER_STATION,
    ),
    scales=(vn_aqi.SCALE, vn_wqi.SCALE),
    limits=LIMITS,
    derived=DERIVED,
)
