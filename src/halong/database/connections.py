"""The connection of Django's settings in the form that PostgreSQL's own programs take."""

from typing import Any

from psycopg.conninfo import make_conninfo


def database_url(settings: dict[str, Any]) -> str:
    """The libpq connection string of one entry of ``settings.DATABASES``."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {libpq: str(settings[name]) for name, libpq in names.items() if settings.get(name)}
    known = {key: value for key, value in settings.get("OPTIONS", {}).items() if isinstance(value, str)}
    return make_conninfo(**given | known)
