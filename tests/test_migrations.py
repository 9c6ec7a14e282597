import os
import subprocess
import sys

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

pytestmark = pytest.mark.postgres15


@pytest.fixture
def empty_database():
    """The URL of a database without any table."""
    url = os.environ["DATABASE_URL"]
    name = f"migrations_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.replace(f"/{conninfo_to_dict(url)['dbname']}?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def python(url, *words):
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, *words], check=False, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_forward_from_empty_in_one_go(empty_database):
    assert "steps of tables" in python(empty_database, "-m", "halong", "migrate")
    assert python(empty_database, "-m", "halong", "migrate") == ""
    with psycopg.connect(empty_database) as connection:
        tables = {
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
    assert {"procrastinate_jobs", "django_migrations"} - tables == set()


def test_two_at_once_do_not_hurt_each_other(empty_database):
    environment = os.environ | {"DATABASE_URL": empty_database}
    both = [subprocess.Popen([sys.executable, "-m", "halong", "migrate"], env=environment) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]


def test_models_and_migrations_agree():
    python(
        os.environ["DATABASE_URL"],
        "-m",
        "django",
        "makemigrations",
        "--check",
        "--dry-run",
        "--verbosity",
        "1",
    )
