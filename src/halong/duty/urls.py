"""Addresses of duty."""

from halong.duty import watch_urls

urlpatterns = [*watch_urls.urlpatterns]
