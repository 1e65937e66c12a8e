import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

application = get_wsgi_application()

# Now, not with the first request: until then, files may be replaced under a worker that waits for one.
import_module(settings.ROOT_URLCONF)
import_string("articles.caching.release")()
