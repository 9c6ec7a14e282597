"""Going live: what was simulated goes; what ended on a real channel can't be simulated."""

from typing import Any

from django.db import connection, transaction

from halong.core.permissions import require
from halong.warnings.models import Act, Area, Authority, Dispatch, Warning


@transaction.atomic
def remove_simulated(*, by: Any) -> dict[str, int]:
    """Remove simulated warnings with all that hangs on them, and illustrative rows of authority; how many of each."""
    require(by, "system.manage")
    rows = Warning.objects.filter(simulated=True)
    numbers = list(rows.values_list("pk", flat=True))
    Dispatch.objects.filter(warning__in=numbers).delete()
    Act.objects.filter(warning__in=numbers).delete()
    Area.objects.filter(warning__in=numbers).delete()
    with connection.cursor() as cursor:  # a series points at itself; one statement needs no order
        cursor.execute("DELETE FROM warnings_warning WHERE id = ANY(%s)", [numbers])
    used = Warning.objects.exclude(authority=None).values("authority")
    idle = Authority.objects.filter(key__isnull=False, practice=True).exclude(pk__in=used)
    kept = idle.count()
    idle.delete()
    return {"warnings": len(numbers), "warning authorities": kept}
