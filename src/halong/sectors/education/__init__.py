"""Education: schools and their smart classrooms."""

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

SCHOOL = EntityType(
    name="School",
    label=_("School"),
    plural=_("Schools"),
    icon="school",
    model_url="https://schema.org/School",
    headline=("smartClassrooms",),
    attributes=(
        AttributeSpec("smartClassrooms", _("Smart classrooms"), minimum=0, maximum=500, decimals=0),
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
