"""``{% load tasks_tags %}``: the button "Give a task" beside a red number."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from halong.core.permissions import has_perm
from halong.tasks.about import About, page_of
from halong.tasks.origins import origin_word

register = template.Library()
register.filter("origin_word", origin_word)


@register.inclusion_tag("tasks/assign_button.html", takes_context=True)
def assign_button(
    context: dict[str, Any],
    *,
    origin: str,
    size: str = "",
    kind: str = "",
    icon_only: bool = False,
    **given: Any,
) -> dict[str, Any]:
    """The button that opens the form with everything filled in; nothing for who may not give tasks.

    ``origin`` ("alert") and ``ref`` (its id) find the task again. Also ``title``; ``snapshot``, the number in words
    ("58 µg/m³ (limit 45)"); ``agency`` and ``place`` (objects), ``sector``, ``priority`` (of tasks), ``simulated``; ``url``,
    the page that the number stands on, else the present one. Opens in ``#dialog-host``; without scripts it is a page.
    """
    request = context.get("request")
    if request is None or not has_perm(request.user, "tasks.assign"):
        return {"href": ""}
    about = About(
        origin=origin,
        ref=str(given.pop("ref", "")),
        title=str(given.pop("title", ""))[:300],
        snapshot=str(given.pop("snapshot", ""))[:300],
        url=(given.pop("url", "") or page_of(request))[:500],
        agency=getattr(given.pop("agency", None), "pk", None),
        place=getattr(given.pop("place", None), "pk", None),
        **given,
    )
    href = f"{reverse('task-new')}?{urlencode({'about': about.sealed()})}"
    return {"href": href, "size": size, "kind": kind, "icon_only": icon_only, "title": about.title}
