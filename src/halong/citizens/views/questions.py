"""The questions of a category at the set-up."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from halong.citizens.actions.questions import lay_down_questions
from halong.citizens.forms.questions import FromDayForm, Questions, initial_of
from halong.citizens.models import Category
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults


@access("reports.set_up")
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """What a category asks; saved, it holds from a day on."""
    category = get_object_or_404(Category.objects.visible_to(request.user), pk=pk)
    given = request.POST or None
    forms = Questions(given, initial=initial_of(list(category.fields.all())))
    day = FromDayForm(given)
    if given is not None and forms.is_valid() and day.is_valid() and _saved(request, category, forms, day):
        return redirect("/reports/set-up?kind=categories")
    context = {"category": category, "forms": forms, "day": day}
    return render(request, "citizens/desk/questions.html", context, status=422 if given is not None else 200)


def _saved(request: HttpRequest, category: Category, forms: Any, day: FromDayForm) -> bool:
    rows = [form.made() for form in forms.kept()]
    try:
        lay_down_questions(category, rows, by=actor_of(request), valid_from=day.cleaned_data["valid_from"])
    except HalongError as error:
        show_faults(day, error)
        return False
    except ValidationError as error:
        day.add_error(None, "; ".join(error.messages))
        return False
    messages.success(request, _("Saved."))
    return True
