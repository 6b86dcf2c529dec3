"""Every address of the site, and who may try it."""

import re
import uuid

from django.urls import URLPattern, URLResolver, get_resolver

ROLES = ("li", "wu", "chen", "zhao", "sun", None)
NOBODY = uuid.UUID(int=7)
PARTS = {"uuid": str(NOBODY), "slug": "nowhere", "str": "nothing", "int": "7"}


def patterns(found=None, before=""):
    """Every address of the site with its view: (route, view)."""
    for pattern in found or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def address(route, **known):
    """An address of this route; what is not known is somebody's who is not there."""

    def fill(match):
        kind, name = match.groups()
        return str(known.get(name, PARTS[kind]))

    return "/" + re.sub(r"<(\w+):(\w+)>", fill, route)


HEALTH = {"/readyz", "/readyz/"}  # answers 503 where no sweep has run yet, and is meant to
ADDRESSES = sorted({address(route) for route, _view in patterns()} - HEALTH)


def places(home):
    """Every address, for somebody who is not there and for the person who is."""
    here = {"pk": home.contact.pk, "phone": home.phone.pk, "code": home.event.code, "token": home.receipt.stop_token}
    event = {"pk": home.event.pk, "code": home.event.code}
    return sorted({address(route, **known) for route, _view in patterns() for known in ({}, here, event)} - HEALTH)
