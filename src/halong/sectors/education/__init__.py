"""Education: schools, their smart classrooms, and the air in these."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

# A school's system reports for all its classrooms at once.
Series = partial(AttributeSpec, series=True, interval_s=900, minimum=0)

SCHOOL = EntityType(
    name="School",
    label=_("School"),
    plural=_("Schools"),
    icon="school",
    model_url="https://schema.org/School",
    headline=("classroomsInUse", "smartClassrooms", "co2"),
    attributes=(
        AttributeSpec("smartClassrooms", _("Smart classrooms"), minimum=0, maximum=500, decimals=0),
        Series(
            "connected", _("Connected to the network"), maximum=1, decimals=0, chart="step"
        ),  # 1: the line is up; between: a part of the interval
        Series("classroomsInUse", _("Smart classrooms in use"), maximum=500, decimals=0, chart="step"),
        # The mean of the rooms that are in use, as the models of Environment name it.
        Series("co2", _("Carbon dioxide in classrooms"), unit="59", minimum=300, maximum=10_000, decimals=0),
        Series("temperature", _("Temperature in classrooms"), unit="CEL", minimum=-10, maximum=60),
        Series("pm25", _("PM2.5 in classrooms"), unit="GQ", maximum=2_000),
        AttributeSpec("pupils", _("Pupils"), minimum=0, maximum=20_000, decimals=0),
        AttributeSpec(
            "educationalLevel",
            _("Level of education"),
            choices=(
                ("preschool", _("Preschool")),
                ("primary", _("Primary school")),
                ("lower-secondary", _("Lower secondary school")),
                ("upper-secondary", _("Upper secondary school")),
                ("several", _("School of several levels")),
            ),
        ),
        AttributeSpec("address", _("Address"), kind="JsonProperty"),
    ),
)
SECTOR = Sector(key="education", name=_("Education"), order=20, icon="school", types=(SCHOOL,))
