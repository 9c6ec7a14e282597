from django.urls import path

from halong.incidents.views import acts, declare, listing, review, room, steps

urlpatterns = [
    path("incidents", listing.incidents, name="incidents"),
    path("incidents/map.geojson", listing.incidents_map, name="incidents-map"),
    path("incidents/board", listing.board, name="incidents-board"),
    path("incidents/now", listing.under_way, name="incidents-now"),
    path("incidents/new", declare.declare, name="incident-declare"),
    path("incidents/new/playbook", declare.offer, name="incident-offer"),
    path("incidents/join", declare.join, name="incident-join"),
    path("incidents/photos/<int:pk>", room.photo, name="incident-photo"),
    path("incidents/<int:pk>", room.room, name="incident"),
    path("incidents/<int:pk>/now", room.now, name="incident-now"),
    path("incidents/<int:pk>/timeline", room.entries, name="incident-timeline"),
    path("incidents/<int:pk>/note", room.note, name="incident-note"),
    path("incidents/<int:pk>/people", room.people_json, name="incident-people"),
    path("incidents/<int:pk>/near", room.near, name="incident-near"),
    path("incidents/<int:pk>/map.geojson", room.map_json, name="incident-map"),
    path("incidents/<int:pk>/area.geojson", room.area_json, name="incident-area"),
    path("incidents/<int:pk>/take-out/<slug:what>/<int:row>", room.remove, name="incident-remove"),
    path("incidents/<int:pk>/do/<slug:name>", acts.dialog, name="incident-dialog"),
    path("incidents/<int:pk>/done/<slug:name>", acts.take, name="incident-act"),
    path("incidents/<int:pk>/steps/<int:row>/<slug:what>", steps.step, name="incident-step"),
    path("incidents/<int:pk>/task", steps.task, name="incident-task"),
    path("incidents/<int:pk>/reports/<int:entry>", review.situation, name="incident-report"),
    path("incidents/<int:pk>/reports/<int:entry>.pdf", review.situation_pdf, name="incident-report-pdf"),
    path("incidents/<int:pk>/review", review.review, name="incident-review"),
    path("incidents/<int:pk>/review/sign", review.sign, name="incident-review-sign"),
    path("incidents/<int:pk>/review.<slug:form>", review.review_file, name="incident-review-file"),
]
