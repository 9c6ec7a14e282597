"""Which things of the registry are simulated, as devices."""

from halong.context.models import Attribute, Entity
from halong.observations.models import Series
from halong.simulation.device import Channel, Device
from halong.simulation.kinds import kind_of

TRAITS = (
    "bedsTotal",
    "icuBedsTotal",
    "smartClassrooms",
    "roomsTotal",
    "capacity",
    "customers",
    "lampsTotal",
)  # attributes of the registry that a behaviour looks at


def load_devices() -> list[Device]:
    """The living things marked as simulated that measure something and whose behaviour is known, by URN."""
    entities = Entity.objects.living().filter(simulated=True, lon__isnull=False, lat__isnull=False)
    channels: dict[int, list[Channel]] = {}
    for series in Series.objects.filter(entity__in=entities, derived="").order_by("pk"):
        channels.setdefault(series.entity_id, []).append(
            Channel(
                series.property,
                series.unit,
                series.interval_s,
                series.minimum,
                series.maximum,
                series.decimals,
            )
        )
    traits: dict[int, dict[str, float]] = {}
    for attribute in Attribute.objects.filter(entity__in=entities, name__in=TRAITS, deleted_at__isnull=True):
        value = attribute.document.get("value")
        if isinstance(value, (int, float)):
            traits.setdefault(attribute.entity_id, {})[attribute.name] = float(value)
    return [
        Device(
            urn=entity.urn,
            types=tuple(entity.types),
            lon=entity.lon or 0.0,
            lat=entity.lat or 0.0,
            channels=tuple(channels[entity.pk]),
            traits=traits.get(entity.pk, {}),
        )
        for entity in entities.order_by("urn")
        if entity.pk in channels and kind_of(entity.types) is not None
    ]
