"""Water: rivers and lakes, the coast, and the discharges of industry.

The three kinds of station are types of their own, so that rules, limits and maps can choose by type alone;
each of their entities is a ``WaterQualityObserved`` of the Smart Data Models, too. Names are those of
dataModel.WaterQuality/WaterQualityObserved; a name of it that NGSI-LD's queries can't hold is written with
"_" for "-" ("N-TOT" → ``N_TOT``, "Cl-" → ``Cl``). Nitrogen and phosphorus compounds are stated as N and P,
as Vietnamese standards do.
"""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType

Series = partial(AttributeSpec, series=True)
Solute = partial(Series, unit="M1", minimum=0, decimals=2)
MODEL = (
    "https://github.com/smart-data-models/dataModel.WaterQuality/blob/master/WaterQualityObserved/doc/spec.md"
)

PHYSICAL = (
    Series("pH", "pH", minimum=0, maximum=14, decimals=2, symbols=("pH",)),
    Series(
        "temperature",
        _("Water temperature"),
        unit="CEL",
        minimum=-2,
        maximum=100,
        symbols=("Temp", "Nhiệt độ", "T"),
    ),
    Solute("O2", _("Dissolved oxygen (DO)"), maximum=40, symbols=("DO", "Oxy hòa tan")),
    Series(
        "turbidity",
        _("Turbidity (NTU)"),
        minimum=0,
        maximum=10_000,
        symbols=("Turbidity", "Turb", "NTU", "Độ đục"),
    ),
    Series(
        "conductivity",
        _("Conductivity"),
        unit="G42",
        minimum=0,
        maximum=100_000,
        decimals=0,
        symbols=("EC", "Cond", "Conductivity", "Độ dẫn điện"),
    ),
    Series(
        "salinity", _("Salinity"), unit="NX", minimum=0, maximum=50, symbols=("Salinity", "Sal", "Độ mặn")
    ),
    Series(
        "orp",
        _("Redox potential (ORP)"),
        unit="2Z",
        minimum=-2_000,
        maximum=2_000,
        decimals=0,
        symbols=("ORP",),
    ),
    Solute("tds", _("Total dissolved solids (TDS)"), maximum=100_000, decimals=1, symbols=("TDS",)),
    Solute("tss", _("Total suspended solids (TSS)"), maximum=20_000, decimals=1, symbols=("TSS",)),
)
NUTRIENTS = (
    Solute("bod", _("Biochemical oxygen demand (BOD5)"), maximum=20_000, decimals=1, symbols=("BOD", "BOD5")),
    Solute("cod", _("Chemical oxygen demand (COD)"), maximum=50_000, decimals=1, symbols=("COD",)),
    Solute("toc", _("Total organic carbon (TOC)"), maximum=20_000, decimals=1, symbols=("TOC",)),
    Solute("NH4", _("Ammonium (as N)"), maximum=5_000, symbols=("NH4", "NH4+", "N-NH4", "Amoni")),
    Solute("NO3", _("Nitrate (as N)"), maximum=5_000, symbols=("NO3", "NO3-", "N-NO3", "Nitrat")),
    Solute("NO2", _("Nitrite (as N)"), maximum=1_000, decimals=3, symbols=("NO2", "NO2-", "N-NO2", "Nitrit")),
    Solute("P_PO4", _("Phosphate (as P)"), maximum=1_000, symbols=("PO4", "P-PO4", "Phosphat")),
    Solute("N_TOT", _("Total nitrogen"), maximum=5_000, symbols=("TN", "N-TOT", "Tổng N")),
    Solute("P_TOT", _("Total phosphorus"), maximum=1_000, symbols=("TP", "P-TOT", "Tổng P")),
    Solute("Cl", _("Chloride"), maximum=100_000, decimals=1, symbols=("Cl", "Cl-", "Clorua")),
)
METALS = tuple(
    Solute(name, label, maximum=1_000, decimals=4, symbols=symbols)
    for name, label, symbols in (
        ("As", _("Arsenic"), ("As",)),
        ("Cd", _("Cadmium"), ("Cd",)),
        ("Pb", pgettext_lazy("metal", "Lead"), ("Pb",)),
        ("Cr_III", _("Chromium III"), ("Cr3", "Cr3+", "Cr-III")),
        ("Cr_VI", _("Chromium VI"), ("Cr6", "Cr6+", "Cr-VI")),
        ("Cu", _("Copper"), ("Cu",)),
        ("Zn", _("Zinc"), ("Zn",)),
        ("Hg", _("Mercury"), ("Hg",)),
        ("Ni", _("Nickel"), ("Ni",)),
        ("Mn", _("Manganese"), ("Mn",)),
        ("Fe", _("Iron"), ("Fe",)),
    )
)
MICROBES = (
    Series("coliform", _("Coliform (MPN/100 mL)"), minimum=0, maximum=1e9, decimals=0, symbols=("Coliform",)),
    Series(
        "escherichiaColi",
        _("E. coli (MPN/100 mL)"),
        minimum=0,
        maximum=1e9,
        decimals=0,
        symbols=("E.coli", "Ecoli", "EColi"),
    ),
)
PESTICIDES = tuple(
    Series(name, label, unit="H29", minimum=0, maximum=1_000, decimals=3, symbols=(symbol,))
    for name, label, symbol in (
        ("aldrin", _("Aldrin"), "Aldrin"),
        ("bhc", _("BHC"), "BHC"),
        ("dieldrin", _("Dieldrin"), "Dieldrin"),
        ("ddt", _("DDTs, total"), "DDT"),
        ("heptachlor", _("Heptachlor and its epoxide"), "Heptachlor"),
    )
)

SURFACE_WATER_STATION = EntityType(
    name="SurfaceWaterStation",
    label=_("Surface water station"),
    plural=_("Surface water stations"),
    icon="ripple",
    also=("WaterQualityObserved",),
    model_url=MODEL,
    headline=("waterQualityIndex", "O2", "pH", "cod"),
    attributes=(
        Series(
            "waterQualityIndex",
            _("VN_WQI"),
            minimum=0,
            maximum=100,
            decimals=0,
            interval_s=3600,
            derived=True,
            chart="bar",
            scale="vn-wqi",
        ),
        *PHYSICAL,
        *NUTRIENTS,
        *METALS,
        *MICROBES,
        *PESTICIDES,
        Series(
            "waterLevel",
            _("Water level"),
            unit="MTR",
            minimum=-20,
            maximum=500,
            decimals=2,
            symbols=("Level", "WL", "Mực nước"),
        ),
        AttributeSpec("waterBody", _("Water body")),
    ),
)

COASTAL_WATER_STATION = EntityType(
    name="CoastalWaterStation",
    label=_("Coastal water station"),
    plural=_("Coastal water stations"),
    icon="beach",
    also=("WaterQualityObserved",),
    model_url=MODEL,
    headline=("O2", "pH", "salinity", "NH4"),
    attributes=(
        *PHYSICAL,
        Solute("NH4", _("Ammonium (as N)"), maximum=5_000, symbols=("NH4", "NH4+", "N-NH4", "Amoni")),
        Solute(
            "P_PO4", _("Phosphate (as P)"), maximum=1_000, decimals=3, symbols=("PO4", "P-PO4", "Phosphat")
        ),
        Solute("TO", _("Total oil"), maximum=10_000, symbols=("Oil", "TO", "Dầu mỡ")),
        Series(
            "Chla",
            _("Chlorophyll a"),
            unit="H29",
            minimum=0,
            maximum=1_000,
            symbols=("Chla", "Chl-a", "Chlorophyll"),
        ),
        *METALS,
        *MICROBES,
        AttributeSpec("waterBody", _("Water body")),
    ),
)

WASTEWATER_STATION = EntityType(
    name="WastewaterStation",
    label=_("Wastewater station"),
    plural=_("Wastewater stations"),
    icon="droplet-exclamation",
    also=("WaterQualityObserved",),
    model_url=MODEL,
    headline=("cod", "tss", "NH4", "pH", "flow"),
    attributes=(
        Series(
            "flow",
            _("Wastewater flow"),
            unit="MQH",
            minimum=0,
            maximum=1_000_000,
            symbols=("Flow", "FlowOut", "Lưu lượng"),
        ),
        *PHYSICAL,
        Series(
            "color",
            _("Colour (Pt-Co)"),
            minimum=0,
            maximum=10_000,
            decimals=0,
            symbols=("Color", "Colour", "Độ màu"),
        ),
        *NUTRIENTS,
        *METALS,
        Solute("cyanide", _("Cyanide"), maximum=1_000, decimals=3, symbols=("CN", "CN-", "Xyanua")),
        Solute("phenol", _("Phenol"), maximum=1_000, decimals=3, symbols=("Phenol",)),
        Solute("TO", _("Mineral oil"), maximum=10_000, symbols=("Oil", "TO", "Dầu mỡ")),
        Solute("sulfide", _("Sulfide"), maximum=1_000, symbols=("S2-", "Sulfide", "Sunfua")),
        Solute("fluoride", _("Fluoride"), maximum=1_000, symbols=("F", "F-", "Florua")),
        Solute("residualChlorine", _("Residual chlorine"), maximum=1_000, symbols=("Cl2", "Clo dư")),
        *MICROBES,
        Series(
            "limitsExceeded",
            _("Parameters beyond the limit"),
            minimum=0,
            maximum=40,
            decimals=0,
            interval_s=3600,
            derived=True,
            chart="step",
        ),
        AttributeSpec("facility", _("Facility")),
        AttributeSpec("dischargeColumn", _("Column of the standard"), choices=(("A", "A"), ("B", "B"))),
        AttributeSpec("kq", _("Factor of the receiving water (Kq)"), minimum=0.6, maximum=1.3, decimals=2),
        AttributeSpec("kf", _("Factor of the discharge (Kf)"), minimum=0.9, maximum=1.2, decimals=2),
    ),
)

# Water stations of other systems that say no more than the public model does.
WATER_STATION = EntityType(
    name="WaterQualityObserved",
    label=_("Water station"),
    plural=_("Water stations"),
    icon="droplet",
    model_url=MODEL,
    headline=("O2", "pH", "temperature"),
    attributes=(*PHYSICAL, *NUTRIENTS, *METALS, *MICROBES),
)
