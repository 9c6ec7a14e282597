"""Addresses of citizens' reports."""

from django.urls import include, path

from halong.citizens.views import own, public, sending, voices

CODE = "c/r/<slug:code>"

urlpatterns = [
    path("", include("halong.citizens.open311.urls")),
    path("", include("halong.citizens.desk.urls")),
    path("c/report", sending.report_form, name="citizen-report"),
    path("c/api/reports", sending.report_api, name="citizen-report-api"),
    path("c/api/reports/photos", sending.photo_api, name="citizen-photo-api"),
    path("c/api/check", sending.check, name="citizen-check"),
    path("c/api/near", sending.near, name="citizen-near"),
    path("c/api/challenge", sending.challenge, name="citizen-challenge"),
    path("c/lawful", sending.lawful, name="citizen-lawful"),
    path("c/follow", own.find, name="citizen-find"),
    path(CODE, own.own_page, name="citizen-own"),
    path(f"{CODE}/reply", own.reply, name="citizen-reply"),
    path(f"{CODE}/rate", own.rate, name="citizen-rate"),
    path(f"{CODE}/reopen", own.reopen, name="citizen-reopen"),
    path(f"{CODE}/contact", own.contact, name="citizen-contact"),
    path(f"{CODE}/unfollow", own.unfollow, name="citizen-unfollow"),
    path(f"{CODE}/push", own.push_address, name="citizen-push"),
    path(f"{CODE}/photos", own.add_photos, name="citizen-add-photos"),
    path(f"{CODE}/photos/<int:pk>", own.own_photo, name="citizen-own-photo"),
    path("c/reports", public.report_list, name="public-reports"),
    path("c/reports.csv", public.csv_file, name="public-reports-csv"),
    path("c/reports.rss", public.rss, name="public-reports-rss"),
    path("c/reports.geojson", public.geojson, name="public-reports-geojson"),
    path("c/reports/figures", public.figures, name="public-report-figures"),
    path("c/reports/hot-spots.geojson", public.hot_spots_geojson, name="public-report-hot-spots"),
    path("c/reports/<int:pk>", public.report_page, name="public-report"),
    path("c/reports/<int:pk>/follow", own.follow, name="citizen-follow"),
    path("c/photos/<int:pk>/<slug:kind>", public.photo, name="public-report-photo"),
    path("c/suggest", voices.suggest, name="citizen-suggest"),
    path("c/suggestions", voices.suggestions, name="public-suggestions"),
    path("c/suggestions/<int:pk>", voices.suggestion_page, name="public-suggestion"),
    path("c/s/<slug:code>", voices.own_suggestion, name="citizen-suggestion"),
    path("c/notices", voices.notices, name="public-notices"),
    path("c/data-request", voices.data_request, name="citizen-data"),
    path("c/d/<slug:code>", voices.data_answer, name="citizen-data-answer"),
]
