from django.urls import path

from halong.indicators.views import collections, editor, league, lists, pages, submissions

urlpatterns = [
    path("indicators", lists.indicators, name="indicators"),
    path("indicators.csv", lists.indicators_csv, name="indicators-csv"),
    path("indicators/new", editor.choose, name="indicator-new"),
    path("indicators/new/<slug:kind>", editor.make, name="indicator-make"),
    path("indicators/fields/<slug:kind>", editor.fields, name="indicator-fields"),
    path("indicators/preview/<slug:kind>", editor.preview, name="indicator-preview"),
    path("indicators/targets/<int:pk>/drop", editor.drop_target, name="target-drop"),
    path("indicators/<int:pk>", pages.indicator, name="indicator"),
    path("indicators/<int:pk>/history.json", pages.indicator_json, name="indicator-json"),
    path("indicators/<int:pk>/history.csv", pages.indicator_csv, name="indicator-csv"),
    path("indicators/<int:pk>/compare.csv", pages.compare_csv, name="indicator-compare-csv"),
    path("indicators/<int:pk>/edit", editor.edit, name="indicator-edit"),
    path("indicators/<int:pk>/switch", editor.switch, name="indicator-switch"),
    path("indicators/<int:pk>/targets", editor.targets, name="indicator-targets"),
    path("collections", collections.collections, name="collections"),
    path("collections/new", collections.new_collection, name="collection-new"),
    path("collections/<int:pk>", collections.collection, name="collection"),
    path("collections/<int:pk>/edit", collections.edit_collection, name="collection-edit"),
    path("collections/<int:pk>/switch", collections.switch_collection, name="collection-switch"),
    path("submissions/<int:pk>", submissions.submission, name="submission"),
    path("submissions/<int:pk>.csv", submissions.sheet_csv, name="submission-csv"),
    path("submissions/<int:pk>/import", submissions.import_figures, name="submission-import"),
    path("submissions/<int:pk>/approve", submissions.approve, name="submission-approve"),
    path("submissions/<int:pk>/return", submissions.send_back, name="submission-return"),
    path("league", league.league, name="league"),
    path("league.csv", league.league_csv, name="league-csv"),
]
