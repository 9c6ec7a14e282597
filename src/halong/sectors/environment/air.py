"""Air: ambient stations (Smart Data Models' AirQualityObserved) and stacks of industry.

Names are those of dataModel.Environment/AirQualityObserved where it has one. Ranges are physical, not
legal. Ambient concentrations are kept in µg/m³ (GQ), those of stacks in mg/m³ (GP), both at normal
conditions (25 °C, 760 mmHg).
"""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType

Series = partial(AttributeSpec, series=True)
Ambient = partial(Series, unit="GQ", minimum=0, decimals=1)
Stack = partial(Series, unit="GP", minimum=0, decimals=1)

WEATHER = (
    Series(
        "temperature",
        _("Temperature"),
        unit="CEL",
        minimum=-20,
        maximum=60,
        symbols=("Temp", "Nhiệt độ", "T"),
    ),
    Series(
        "relativeHumidity",
        _("Relative humidity"),
        unit="P1",
        minimum=0,
        maximum=100,
        symbols=("RH", "Humidity", "Hum", "Độ ẩm"),
    ),
    Series(
        "pressure",
        _("Air pressure"),
        unit="A97",
        minimum=800,
        maximum=1100,
        symbols=("P", "Pressure", "Baro", "Áp suất"),
    ),
    Series(
        "windSpeed",
        _("Wind speed"),
        unit="MTS",
        minimum=0,
        maximum=90,
        symbols=("WS", "WindSpd", "Wind Speed"),
    ),
    Series(
        "windDirection",
        _("Wind direction"),
        unit="DD",
        minimum=0,
        maximum=360,
        decimals=0,
        symbols=("WD", "WindDir", "Wind Direction"),
    ),
    Series(
        "precipitation",
        _("Rainfall"),
        unit="MMT",
        minimum=0,
        maximum=500,
        chart="bar",
        symbols=("Rain", "Lượng mưa"),
    ),
)

AIR_STATION = EntityType(
    name="AirQualityObserved",
    label=_("Ambient air station"),
    plural=_("Ambient air stations"),
    icon="wind",
    model_url="https://github.com/smart-data-models/dataModel.Environment/blob/master/AirQualityObserved/doc/spec.md",
    headline=("airQualityIndex", "pm25", "pm10"),
    attributes=(
        Series(
            "airQualityIndex",
            _("VN_AQI (hour)"),
            minimum=0,
            maximum=500,
            decimals=0,
            interval_s=3600,
            derived=True,
            chart="bar",
            scale="vn-aqi",
        ),
        Series(
            "airQualityIndexDaily",
            _("VN_AQI (day)"),
            minimum=0,
            maximum=500,
            decimals=0,
            interval_s=86400,
            derived=True,
            chart="bar",
            scale="vn-aqi",
        ),
        Ambient("pm25", _("PM2.5"), maximum=2_000, symbols=("PM2,5", "PM2.5", "PM25", "PM2_5", "PM-2.5")),
        Ambient("pm10", _("PM10"), maximum=5_000, symbols=("PM10", "PM-10")),
        Ambient("pm1", _("PM1"), maximum=2_000, symbols=("PM1", "PM1.0")),
        Ambient("tsp", _("Total suspended dust"), maximum=10_000, symbols=("TSP", "PM")),
        Ambient("so2", "SO2", maximum=10_000, symbols=("SO2",)),
        Ambient("no2", "NO2", maximum=10_000, symbols=("NO2",)),
        Ambient("no", "NO", maximum=10_000, symbols=("NO",)),
        Ambient("nox", "NOx", maximum=20_000, symbols=("NOx",)),
        Ambient("co", "CO", maximum=300_000, decimals=0, symbols=("CO",)),
        Ambient("o3", "O3", maximum=2_400, symbols=("O3",)),
        Ambient("sh2", "H2S", maximum=10_000, symbols=("H2S",)),
        Ambient("nh3", "NH3", maximum=50_000, symbols=("NH3",)),
        Ambient("c6h6", _("Benzene"), maximum=10_000, symbols=("Benzene", "C6H6")),
        Ambient("toluene", _("Toluene"), maximum=50_000, symbols=("Toluene",)),
        Ambient("xylene", _("Xylene"), maximum=50_000, symbols=("Xylene",)),
        Ambient("pb", pgettext_lazy("metal", "Lead"), maximum=1_000, decimals=2, symbols=("Pb",)),
        Ambient("hcl", "HCl", maximum=50_000, symbols=("HCl",)),
        *WEATHER,
    ),
)

# No public data model knows a stack as a place of measurement (OffGasStack is a part of a sewage plant),
# hence our own type.
EMISSION_STATION = EntityType(
    name="EmissionStation",
    label=_("Emission station"),
    plural=_("Emission stations"),
    icon="building-factory-2",
    headline=("tsp", "so2", "nox", "co"),
    attributes=(
        Stack("tsp", _("Total dust"), maximum=5_000, symbols=("PM", "Dust", "TSP", "Bụi")),
        Stack("so2", "SO2", maximum=20_000, symbols=("SO2",)),
        Stack("no", "NO", maximum=20_000, symbols=("NO",)),
        Stack("no2", "NO2", maximum=20_000, symbols=("NO2",)),
        Stack("nox", "NOx", maximum=20_000, symbols=("NOx",)),
        Stack("co", "CO", maximum=50_000, symbols=("CO",)),
        Stack("sh2", "H2S", maximum=5_000, symbols=("H2S",)),
        Stack("nh3", "NH3", maximum=5_000, symbols=("NH3",)),
        Stack("hg", _("Mercury vapour"), maximum=100, decimals=4, symbols=("VHg", "Hg")),
        Series("o2", _("Oxygen"), unit="P1", minimum=0, maximum=25, symbols=("O2",)),
        Series(
            "flow",
            _("Gas flow"),
            unit="MQH",
            minimum=0,
            maximum=10_000_000,
            decimals=0,
            symbols=("Flow", "Lưu lượng"),
        ),
        Series(
            "temperature",
            _("Gas temperature"),
            unit="CEL",
            minimum=-20,
            maximum=1_500,
            decimals=0,
            symbols=("Temp", "Nhiệt độ"),
        ),
        Series(
            "pressure",
            _("Pressure"),
            unit="A97",
            minimum=500,
            maximum=2_000,
            symbols=("P", "Pressure", "Áp suất"),
        ),
        Series(
            "relativeHumidity", _("Relative humidity"), unit="P1", minimum=0, maximum=100, symbols=("RH",)
        ),
        AttributeSpec("facility", _("Facility")),
    ),
)
