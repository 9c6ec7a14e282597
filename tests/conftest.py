"""A real database for every run: the embedded PostgreSQL in a folder of its own, or ``HALONG_TEST_DATABASE_URL``."""

import os
import tempfile

os.environ["HALONG_HOME"] = tempfile.mkdtemp(prefix="halong-test-home-")
os.environ["HALONG_SIMULATE"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")

_cluster = None


def pytest_load_initial_conftests(early_config, parser, args):
    """Start the database before pytest-django reads the settings."""


def pytest_configure(config):
    global _cluster
    url = os.environ.get("HALONG_TEST_DATABASE_URL")
    if url is None:
        from halong.database.embedded import temporary_cluster

        _cluster = temporary_cluster()
        url = _cluster.__enter__()
    os.environ["DATABASE_URL"] = url
    from django.conf import settings

    from halong.settings import database_settings

    if settings.configured:
        settings.DATABASES["default"].update(database_settings(url))


def pytest_unconfigure(config):
    if _cluster is not None:
        _cluster.__exit__(None, None, None)
