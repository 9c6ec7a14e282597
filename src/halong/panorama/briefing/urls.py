from django.urls import path

from halong.panorama.briefing import views

urlpatterns = [
    path("briefing", views.briefings, name="briefings"),
    path("briefing/<slug:day>", views.briefing_of_day, name="briefing-of-day"),
    path("briefing/<slug:day>/<int:pk>", views.briefing, name="briefing"),
    path("briefing/<slug:day>/<int:pk>.pdf", views.briefing_pdf, name="briefing-pdf"),
    path("briefing/<slug:day>/<int:pk>/send", views.send, name="briefing-send"),
]
