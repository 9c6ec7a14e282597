"""How bulletins and messages of the story reach trainees: a notice for each of them."""

from django.utils import translation

from halong.core.permissions import SYSTEM
from halong.exercises.models import Participant, Played
from halong.notify.actions import tell


def tell_people(played: Played) -> int:
    """Tell everybody who takes part, each in his language; returns how many heard it for the first time."""
    told = 0
    for participant in Participant.objects.select_related("user"):
        language = participant.user.language or "vi"
        english = language.startswith("en")
        with translation.override(language):
            told += tell(
                [participant.user],
                kind="exercise",
                title=played.title_en if english else played.title,
                text=str(played.data.get("text_en" if english else "text", "")),
                url=f"/exercise/messages#m{played.pk}",
                key=f"exercise:{played.key}",
                by=SYSTEM,
            )
    return told
