"""The care plane as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from samspil.config import environment
from samspil.config.watching.lines import catch_strays

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samspil.config.settings")
environment.for_pages()
catch_strays()
application = get_wsgi_application()
