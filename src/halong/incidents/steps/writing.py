"""What is written down and told about steps: entries of the timeline, notices to those who have to act."""

from datetime import datetime
from typing import Any

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.core.events import publish
from halong.incidents.duty import url_of
from halong.incidents.events import IncidentChanged
from halong.incidents.models import Entry, Incident, Role, Step
from halong.incidents.permissions import LEADING
from halong.incidents.steps.plan import RunningStep
from halong.incidents.timeline import write_entry
from halong.notify.actions import tell
from halong.playbooks.schema import StepPlan

NOTE = 4000


def note(
    incident: Incident,
    running: RunningStep,
    what: str,
    *,
    by: Any = None,
    text: str = "",
    key: str = "",
    **data: Any,
) -> Entry | None:
    """Write what became of a step; ``what`` is worded by ``steps.words``. With a ``key`` it is written once."""
    plan = running.plan
    given = {"what": what, "step": plan.key, "title": plan.title, "title_en": plan.title_en, **data}
    kind = Entry.Kind.ACTION if plan.automatic else Entry.Kind.STEP
    entry = write_entry(incident, kind, by=by, text=text, key=key, data=given)
    if entry is not None:
        publish(IncidentChanged(incident.pk, kind.value))
    return entry


def fail(incident: Incident, running: RunningStep, reason: str, now: datetime) -> None:
    """An automatic step couldn't be done: say so on the step and in the timeline, and tell who leads the response."""
    step = running.step
    step.state, step.note = Step.State.FAILED, reason[:NOTE]
    step.save(update_fields=["state", "note"])
    note(incident, running, "failed", reason=reason[:300])
    tell(
        holders(incident, *LEADING) or last_resort(incident),
        kind="incident",
        title=_about(gettext_lazy("Failed: {title}"), running.plan, incident),
        text=reason,
        url=address(incident, step),
        key=f"step:{step.pk}:failed:{now.isoformat()}",
    )


def tell_ready(incident: Incident, running: RunningStep) -> None:
    """Tell those who have the step's role that it is theirs to do; without a role, who coordinates."""
    tell_about(incident, running, gettext_lazy("To be done: {title}"), "ready", doers(incident, running.plan))


def tell_about(incident: Incident, running: RunningStep, words: Any, what: str, people: list[User]) -> None:
    """Tell people something about a step, once a ``what``."""
    title = _about(words, running.plan, incident)
    url, key = address(incident, running.step), f"step:{running.step.pk}:{what}"
    text = lazy(running.plan.instruction_words, str)()
    tell(people, kind="incident", title=title, text=text, url=url, key=key)


def doers(incident: Incident, plan: StepPlan) -> list[User]:
    """Who is to do a step: who has its role; while nobody has, who coordinates, commands, or declared the incident."""
    own = holders(incident, plan.role) if plan.role else []
    return own or holders(incident, "coordinator") or holders(incident, "commander") or last_resort(incident)


def holders(incident: Incident, *kinds: str) -> list[User]:
    """Who has one of these roles now."""
    held = Role.objects.filter(incident=incident, kind__in=kinds, until__isnull=True).select_related("person")
    return list({role.person_id: role.person for role in held}.values())


def last_resort(incident: Incident) -> list[User]:
    """Whoever declared the incident: somebody at least hears of it."""
    person = incident.declared_by
    return [person] if person is not None else []


def address(incident: Incident, step: Step) -> str:
    """Where the step stands in the incident's page."""
    return f"{url_of(incident)}#step-{step.key}"


def _about(words: Any, plan: StepPlan, incident: Incident) -> Any:
    rest = format_lazy(words, title=lazy(plan.words, str)())
    return format_lazy("{number}: {rest}", number=incident.number, rest=rest)
