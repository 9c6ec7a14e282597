"""Writing the programme: today only a profile does."""

from collections.abc import Iterable

from django.db import transaction

from halong.audit import actions as audit
from halong.core.permissions import Actor, require
from halong.programme.models import IndexValue, Project


@transaction.atomic
def add_projects(projects: Iterable[Project], *, by: Actor) -> int:
    """Add tasks and projects whose codes aren't there yet; those that are stay as they are. Returns how
    many are new.
    """
    require(by, "profile.manage")
    known = set(Project.objects.values_list("code", flat=True))
    new = [project for project in projects if project.code not in known]
    Project.objects.bulk_create(new)
    if new:
        audit.record(by, "programme.add_projects", None, count=len(new))
    return len(new)


@transaction.atomic
def add_index_values(values: Iterable[IndexValue], *, by: Actor) -> int:
    """Add values of indices for years that aren't there yet; those that are stay as they are. Returns how
    many are new.
    """
    require(by, "profile.manage")
    known = set(IndexValue.objects.values_list("index", "part", "year"))
    new = [value for value in values if (value.index, value.part, value.year) not in known]
    IndexValue.objects.bulk_create(new)
    if new:
        audit.record(by, "programme.add_index_values", None, count=len(new))
    return len(new)


@transaction.atomic
def remove_illustrative_projects(*, by: Actor) -> int:
    """Delete projects that are only illustrations. Returns how many there were."""
    require(by, "profile.manage")
    count = Project.objects.filter(illustrative=True).delete()[0]
    if count:
        audit.record(by, "programme.remove_illustrative", None, count=count)
    return count
