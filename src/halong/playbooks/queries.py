"""Which playbooks there are, and which one fits an incident."""

from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from halong.playbooks.models import Playbook, PlaybookVersion
from halong.playbooks.schema import StepPlan, read_steps


def offered(kind: str | None = None) -> QuerySet[PlaybookVersion]:
    """The latest published version of each playbook that isn't ended (of a kind), by kind, severity and name."""
    latest = PlaybookVersion.objects.filter(playbook=OuterRef("playbook"), published_at__isnull=False)
    found = PlaybookVersion.objects.filter(
        playbook__ended_at__isnull=True, pk=Subquery(latest.order_by("-number").values("pk")[:1])
    )
    if kind is not None:
        found = found.filter(playbook__kind=kind)
    return found.select_related("playbook").order_by("playbook__kind", "playbook__severity", "playbook__name")


def best_for(kind: str, severity: int) -> PlaybookVersion | None:
    """The published playbook of this kind for the highest severity that isn't above this one; None without any."""
    fitting = offered(kind).filter(playbook__severity__lte=severity)
    return fitting.order_by("-playbook__severity", "-published_at", "pk").first()


def steps_of(version: PlaybookVersion) -> tuple[StepPlan, ...]:
    """The steps of a version, read."""
    return read_steps(version.steps)


@dataclass(frozen=True)
class Listed:
    """A row of the list: a playbook, its published version and its draft, if there are."""

    playbook: Playbook
    published: PlaybookVersion | None
    draft: PlaybookVersion | None

    @property
    def steps(self) -> int:
        """How many steps the version to look at has."""
        version = self.published or self.draft
        return len(version.steps) if version else 0


def listing(*, ended: bool = False) -> list[Listed]:
    """All playbooks, those that are offered or those that are ended, by kind, severity and name; two queries."""
    versions = PlaybookVersion.objects.select_related("published_by").order_by("-number")
    found = Playbook.objects.filter(ended_at__isnull=not ended).order_by("kind", "severity", "name")
    return [_listed(playbook) for playbook in found.prefetch_related(Prefetch("versions", versions))]


def _listed(playbook: Playbook) -> Listed:
    versions = list(playbook.versions.all())
    published = next((version for version in versions if version.published_at), None)
    draft = next((version for version in versions if not version.published_at), None)
    return Listed(playbook, published, draft)


def history(playbook: Playbook) -> QuerySet[PlaybookVersion]:
    """Its published versions, the newest first."""
    published = playbook.versions.filter(published_at__isnull=False)
    return published.select_related("published_by", "created_by").order_by("-number")


def draft_of(playbook: Playbook) -> PlaybookVersion | None:
    """The version that is being written, if there is one."""
    return playbook.versions.filter(published_at__isnull=True).first()


def published_of(playbook: Playbook) -> PlaybookVersion | None:
    """The version that incidents begin with today, if there is one."""
    return history(playbook).first()
