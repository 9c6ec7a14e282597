"""``/open311/discovery.xml`` and ``/open311/v2/…``; without an ending the answer is XML, or what Accept prefers.

An endpoint's address is often written with a slash at its end, to which clients add one more: that is forgiven.
"""

from django.urls import re_path

from halong.citizens.open311 import views

END = r"(?:\.(?P<form>\w+))?$"
BASE = r"^open311/v2/+"

urlpatterns = [
    re_path(rf"^(?:open311/+(?:v2/+)?)?discovery{END}", views.discovery, name="open311-discovery"),
    re_path(rf"{BASE}services{END}", views.services, name="open311-services"),
    re_path(rf"{BASE}services/(?P<code>[^/]+?){END}", views.service_definition, name="open311-service"),
    re_path(rf"{BASE}requests{END}", views.requests, name="open311-requests"),
    re_path(rf"{BASE}requests/(?P<number>[^/]+?){END}", views.one_request, name="open311-request"),
    re_path(rf"{BASE}tokens/(?P<token>[^/]+?){END}", views.token, name="open311-token"),
    re_path(rf"{BASE}servicerequestupdates{END}", views.updates, name="open311-updates"),
    re_path(rf"{BASE}[^.]*?{END}", views.nothing, name="open311-nothing"),
]
