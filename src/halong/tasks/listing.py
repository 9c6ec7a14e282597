"""What the list of tasks shows: one tab, one page, the late ones first."""

from collections.abc import Iterator
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import pgettext

from halong.accounts.models import User
from halong.core.formats import local
from halong.core.permissions import has_perm
from halong.core.tables import write_csv
from halong.tasks import queries
from halong.tasks.forms import TaskFilter
from halong.tasks.models import CoOwner, Task, TaskQuerySet

A_PAGE = 50
COLUMNS = (
    "id", "title", "state", "priority", "agency", "assignee", "place", "sector", "due_at", "late", "progress",
    "created_at", "created_by", "done_at", "origin", "snapshot", "simulated", "co_owners",
)  # fmt: skip


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything that the list's templates need. Without a tab in the address: the first that has work under way."""
    user, form = cast("User", request.user), TaskFilter(request.GET)
    counts = {tab: queries.in_tab(tab, user).under_way().count() for tab in queries.TABS}
    tab = _asked_tab(request) or next((key for key, count in counts.items() if count), queries.TABS[0])
    found = queries.wanted(queries.in_tab(tab, user), form.wanted(), timezone.now())
    return {
        "page": Paginator(_joined(found), A_PAGE).get_page(request.GET.get("page")),
        "tab": tab,
        "tabs": _tabs(request, tab, counts),
        "filter": form,
        "narrowed": any(value for name, value in form.wanted().items() if name != "tab"),
        "may_assign": has_perm(user, "tasks.assign"),
    }


def _asked_tab(request: HttpRequest) -> str:
    """The tab that the address asks for, if it does."""
    tab = request.GET.get("tab", "")
    return tab if tab in queries.TABS else ""


def _joined(found: TaskQuerySet) -> TaskQuerySet:
    parts = CoOwner.objects.select_related("agency").defer("agency__reference").order_by("added_at", "pk")
    return (
        found.select_related("agency", "assignee", "place", "created_by")
        .prefetch_related(Prefetch("co_owners", parts))
        .defer("place__boundary", "agency__reference")
        .late_first()
    )


def _tabs(request: HttpRequest, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "mine": pgettext("tasks", "Mine"),
        "given": pgettext("tasks", "Given by me"),
        "all": pgettext("tasks", "All"),
    }
    tabs = []
    for key in queries.TABS:
        query = request.GET.copy()
        query.pop("page", None)
        query["tab"] = key
        tabs.append(
            {
                "label": labels[key],
                "url": f"?{query.urlencode()}",
                "current": key == current,
                "count": counts[key],
            }
        )
    return tabs


def csv_response(request: HttpRequest) -> StreamingHttpResponse:
    """The list with its filter as a table, in flat memory; times in Vietnam's zone, ISO 8601."""
    user, form = cast("User", request.user), TaskFilter(request.GET)
    found = queries.wanted(queries.in_tab(_asked_tab(request) or "all", user), form.wanted(), timezone.now())
    response = StreamingHttpResponse(_lines(_joined(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tasks.csv"'
    return response


def _lines(found: TaskQuerySet) -> Iterator[str]:
    heading = write_csv(COLUMNS, [])
    yield "\ufeff" + heading
    for task in found.iterator(chunk_size=1000):
        yield write_csv(COLUMNS, [_row(task)])[len(heading) :]


def _row(task: Task) -> list[Any]:
    times = [local(at).isoformat() if at else "" for at in (task.due_at, task.created_at, task.done_at)]
    return [
        task.pk, task.title, task.state, task.get_priority_display(), task.agency.name, str(task.assignee or ""),
        task.place.name if task.place else "", task.sector, times[0], int(task.is_late), task.progress, times[1],
        str(task.created_by or ""), times[2], task.origin, task.snapshot, int(task.simulated),
        "; ".join(part.agency.name for part in task.co_owners.all()),
    ]  # fmt: skip
