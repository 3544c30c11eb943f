"""Every address in every way: other methods and forms of other sites are refused. Who is let in is in `test_roles.py`,
and a new route is entered in `route_table.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.test import Client

from studio.models import User
from tests.views.route_table import ROUTES, things
from tests.views.visitors import address_of

__all__ = ["things"]
Things = Mapping[str, Any]
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
FORMS = [route for route in ROUTES if "POST" in route.methods and not route.takes_calls]


def test_every_way_of_every_route_is_refused_or_in_the_table(
    client_of: Callable[[User], Client], admin: User, things: Things
) -> None:
    client, found = client_of(admin), {}
    for route in ROUTES:
        path = address_of(route, things)
        for method in METHODS:
            if method not in route.methods:
                found[route.name, method] = client.generic(method, path).status_code

    assert found == dict.fromkeys(found, 405)


def test_forms_of_other_sites_are_refused(artist: User, things: Things) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(artist, backend="studio.views.backends.PersonBackend")

    found = {route.name: client.post(address_of(route, things)).status_code for route in FORMS}

    assert found == dict.fromkeys(found, 403)
