"""The door for a web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()

from crm.rights import roles  # noqa: E402 - the apps are ready only now
from vault import heartbeat  # noqa: E402

roles.refuse_drift()
heartbeat.start()
