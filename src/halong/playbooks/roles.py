"""Who does a step. ``incidents.models.Role.Kind`` has the same keys (a test holds them together): incidents come later."""

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ROLES: dict[str, "StrPromise"] = {
    "commander": pgettext_lazy("incident role", "Response commander"),
    "coordinator": pgettext_lazy("incident role", "Incident coordinator"),
    "field": pgettext_lazy("incident role", "Field officer"),
    "liaison": pgettext_lazy("incident role", "Liaison"),
    "press": pgettext_lazy("incident role", "Spokesperson"),
    "recorder": pgettext_lazy("incident role", "Recorder"),
}
