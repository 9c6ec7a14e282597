"""Who is called when a higher operating stage begins: the teams that are laid down for it, each by its own chain."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.core.events import subscribe
from halong.core.permissions import SYSTEM
from halong.duty.actions import page_team
from halong.duty.models import Team
from halong.duty.subjects import Subject
from halong.stages.events import StageChanged
from halong.stages.models import LEVELS
from halong.stages.queries import called

PRIORITIES = {2: 3, 3: 2, 4: 1, 5: 1}


@subscribe(StageChanged)
def call_teams(happened: StageChanged) -> None:
    """Page each team that the stage calls, once. A stage that goes down calls nobody."""
    if happened.level <= happened.before:
        return
    title = _("Operating stage") + f" {happened.level} · {LEVELS[happened.level]}"
    subject = Subject(
        "stage", str(happened.change_id), title, reverse("stages"), PRIORITIES.get(happened.level, 4)
    )
    with transaction.atomic():
        for team in Team.objects.filter(name__in=called(happened.level), ended_at=None).order_by("pk"):
            page_team(team, subject=subject, by=SYSTEM, key=f"stage:{happened.change_id}:{team.pk}")
