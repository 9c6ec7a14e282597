"""How bulletins and messages of the story reach trainees: a notice for each of them."""

from django.utils.functional import lazy

from halong.core.permissions import SYSTEM
from halong.exercises.models import Participant, Played
from halong.notify.actions import tell


def tell_people(played: Played) -> int:
    """Tell everybody who takes part, each in his language; returns how many heard it for the first time."""
    return tell(
        [participant.user for participant in Participant.objects.select_related("user")],
        kind="exercise",
        title=lazy(lambda: played.called, str)(),
        text=lazy(lambda: played.text, str)(),
        url=f"/exercise/messages#m{played.pk}",
        key=f"exercise:{played.key}",
        by=SYSTEM,
    )
