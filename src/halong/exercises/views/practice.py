"""Who has practised what as a table, and for how long it counts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.exercises import listing
from halong.exercises.actions.practice import lay_down_rule
from halong.exercises.forms import RuleForm
from halong.exercises.models import PracticeRule
from halong.exercises.paper import table_response


@access("profile.manage")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """For how many months a practice counts, from a day on."""
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lay_down_rule(by=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("practice-rules")
    context = {"form": form, "rules": PracticeRule.objects.order_by("scenario", "-valid_from")}
    return render(request, "exercises/rules.html", context, status=422 if form.is_bound else 200)


@access("exercises.run")
@require_GET
def practice_csv(request: HttpRequest) -> HttpResponse:
    """Everybody's practice."""
    return table_response("practice", listing.practice_rows())
