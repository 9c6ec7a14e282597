import os

import psycopg
from django.conf import settings

from halong.database.connections import database_url


def test_the_url_reaches_the_same_server():
    query = "SELECT system_identifier FROM pg_control_system()"
    url = database_url(settings.DATABASES["default"] | {"NAME": "postgres"})
    with psycopg.connect(url) as connection, psycopg.connect(os.environ["DATABASE_URL"]) as other:
        assert connection.execute(query).fetchone() == other.execute(query).fetchone()


def test_options_pass_through():
    url = database_url(
        {
            "NAME": "n",
            "USER": "",
            "PASSWORD": "p w",
            "HOST": "h",
            "PORT": 1,
            "OPTIONS": {"sslmode": "require"},
        }
    )
    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "dbname": "n", "password": "p w", "host": "h", "port": "1", "sslmode": "require"}  # fmt: skip
