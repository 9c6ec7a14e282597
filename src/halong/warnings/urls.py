"""Addresses of warnings: the desk's, the set-up's, the public's."""

from django.urls import path

from halong.warnings.foreign.urls import urlpatterns as foreign
from halong.warnings.views import desk, public, setup

urlpatterns = [
    *foreign,
    path("warnings", desk.warnings, name="warnings"),
    path("warnings/new", desk.new, name="warning-new"),
    path("warnings/shown", desk.shown, name="warning-shown"),
    path("warnings/set-up", setup.set_up, name="warnings-set-up"),
    path("warnings/set-up/authority", setup.authority_new, name="warning-authority-new"),
    path("warnings/set-up/authority/<int:pk>/end", setup.authority_end, name="warning-authority-end"),
    path("warnings/set-up/outlet", setup.outlet_new, name="warning-outlet-new"),
    path("warnings/set-up/outlet/<int:pk>/end", setup.outlet_end, name="warning-outlet-end"),
    path("warnings/<int:pk>", desk.warning, name="warning"),
    path("warnings/<int:pk>/edit", desk.edit, name="warning-edit"),
    path("warnings/<int:pk>/cap.xml", desk.warning_xml, name="warning-xml"),
    path("warnings/<int:pk>/dialog/<slug:step>", desk.dialog, name="warning-dialog"),
    path("warnings/<int:pk>/do/<slug:step>", desk.take, name="warning-step"),
    path("c/warnings", public.warnings, name="public-warnings"),
    path("c/warnings/feed.atom", public.atom, name="public-warnings-feed"),
    path("c/warnings/certificate.pem", public.certificate, name="public-warnings-certificate"),
    path("c/warnings/push", public.push_address, name="public-warnings-push"),
    path("c/warnings/<slug:number>", public.warning, name="public-warning"),
    path("c/warnings/<slug:number>.xml", public.warning_cap, name="public-warning-cap"),
]
