"""What the panorama remembers of those who look at it."""

from django.conf import settings
from django.db import models


class LastLook(models.Model):
    """When somebody looked at the panorama last, and when the visit before that one ended."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    at = models.DateTimeField()  # of the present visit, moved on while it lasts
    before = models.DateTimeField(null=True)  # the last moment of the visit before; null: this is the first
