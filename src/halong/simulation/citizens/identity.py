"""By which random number a simulated citizen's phone sends: made of this installation's key, so that nobody who knows the
seed knows a code.
"""

from uuid import UUID

from django.db.models import Q

from halong.citizens import codes
from halong.citizens.models import Report
from halong.simulation.citizens.happenings import Happening


def client_id_of(seed: int, key: str) -> UUID:
    """The number under which a happening is sent, always the same."""
    return UUID(bytes=bytes.fromhex(codes.sign("simulated client", f"{seed}:{key}"))[:16], version=4)


def report_of(seed: int, row: Happening) -> Report | None:
    """The report that came of a happening. A partner's application names it by the number that is its own."""
    own = client_id_of(seed, row.key)
    found = Report.objects.filter(simulated=True).select_related("category", "place", "agency")
    mine = Q(client_id=own) | Q(external_id=str(own)) if row.partner else Q(client_id=own)
    return found.filter(mine).first()


def follower_id_of(seed: int, key: str, number: int) -> UUID:
    """The number of somebody who says that he meets the same."""
    return client_id_of(seed, f"{key}:follower:{number}")
