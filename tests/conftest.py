"""A real database for every run: the embedded PostgreSQL in a folder of its own, or ``HALONG_TEST_DATABASE_URL``."""

import os
import shutil
import tempfile

import psycopg
import pytest

os.environ["HALONG_HOME"] = tempfile.mkdtemp(prefix="halong-test-home-")
os.environ["HALONG_SIMULATE"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")

_cluster = None


def pytest_configure(config):
    global _cluster
    url = os.environ.get("HALONG_TEST_DATABASE_URL")
    if url is None:
        from halong.database.embedded import temporary_cluster

        # Autovacuum would count tables whose rows stand in a test's open transaction as empty, and plans that are made for
        # empty tables take minutes with some hundred rows.
        _cluster = temporary_cluster({"autovacuum": "off"})
        url = _cluster.__enter__()
        os.environ["HALONG_TEST_DATABASE_URL"] = url  # the workers of pytest-xdist share this cluster
    # Tests that commit are cleaned up by TRUNCATE, which the audit log otherwise refuses.
    url += ("&" if "?" in url else "?") + "options=-c%20halong.audit_may_be_emptied%3Don"
    os.environ["DATABASE_URL"] = url
    from django.conf import settings

    from halong.settings import database_settings

    if settings.configured:
        settings.DATABASES["default"].update(database_settings(url))


def pytest_collection_modifyitems(items):
    for item in items:
        if "/observations/" in item.nodeid:
            item.add_marker(pytest.mark.postgres15)


def pytest_unconfigure(config):
    if _cluster is not None:
        _cluster.__exit__(None, None, None)
    shutil.rmtree(os.environ["HALONG_HOME"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _forget_readings(request):
    """Readings and jobs live in tables that Django's flush doesn't know: empty them after tests that commit."""
    yield
    marked = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marked and marked.kwargs.get("transaction")):
        with psycopg.connect(conninfo()) as connection:
            connection.execute(
                "TRUNCATE observation, correction, latest, touched, dirty_hour, dirty_derived, rollup_hour, rollup_day,"
                " indicator_member, indicator_note, dirty_indicator, stale_entity,"
                " procrastinate_jobs, procrastinate_periodic_defers, procrastinate_events"
            )


def conninfo():
    """The libpq connection string of the test database."""
    from django.conf import settings

    known = settings.DATABASES["default"]
    parts = {"dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"]}
    return psycopg.conninfo.make_conninfo(**parts, host=known["HOST"], port=known["PORT"])


@pytest.fixture
def database_url(transactional_db):
    """Where a process or a connection of its own finds the test database."""
    return conninfo()
