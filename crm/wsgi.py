"""The door for a web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402 - the apps are ready only now

from consent.stores import chosen  # noqa: E402
from crm.rights import roles  # noqa: E402
from vault import heartbeat  # noqa: E402

roles.refuse_drift()
heartbeat.start()
chosen.refuse_unfit()
connections.close_all()  # a worker that is forked from here must open its own
