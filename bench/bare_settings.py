"""The floor's site: our databases and nothing of our pages: no middleware, no context, three addresses."""

from crm.settings import *  # noqa: F403 - the same installation, bared
from crm.settings import TEMPLATES

MIDDLEWARE = []
ROOT_URLCONF = "bench.plain"
TEMPLATES[0]["OPTIONS"]["context_processors"] = []
