"""``/open311/discovery.xml`` and ``/open311/v2/…``; without an ending the answer is XML."""

from django.urls import re_path

from halong.citizens.open311 import views

END = r"(?:\.(?P<form>\w+))?$"

urlpatterns = [
    re_path(rf"^open311/(?:v2/)?discovery{END}", views.discovery, name="open311-discovery"),
    re_path(rf"^open311/v2/services{END}", views.services, name="open311-services"),
    re_path(rf"^open311/v2/services/(?P<code>[^/]+?){END}", views.service_definition, name="open311-service"),
    re_path(rf"^open311/v2/requests{END}", views.requests, name="open311-requests"),
    re_path(rf"^open311/v2/requests/(?P<number>[^/]+?){END}", views.one_request, name="open311-request"),
    re_path(rf"^open311/v2/tokens/(?P<token>[^/]+?){END}", views.token, name="open311-token"),
    re_path(rf"^open311/v2/servicerequestupdates{END}", views.updates, name="open311-updates"),
]
