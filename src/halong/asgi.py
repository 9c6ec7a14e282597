"""One process, three applications: readings and live updates in raw ASGI, everything else in Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()
application = django_application
