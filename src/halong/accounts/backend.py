"""Sign-in by user name and password."""

from django.contrib.auth.backends import ModelBackend


class Backend(ModelBackend):
    """Placeholder of the skeleton."""
