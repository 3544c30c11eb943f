"""Forms sent wrong: what is wrong is said at its field, for eyes and for ears, and there is something to begin with."""

from __future__ import annotations

from html.parser import HTMLParser

from django.test import Client

from tests.views.route_table import ROUTES, things
from tests.views.test_roles import Cast, Things, cast
from tests.views.visitors import Route, address_of, filled

__all__ = ["cast", "things"]
VOID = {"input", "img", "br", "hr", "link", "meta", "source", "use"}
NONSENSE = "\u2620 no such thing"
# Those of things that cannot be done here at all: the page that says so has no form.
NO_FORM = {"password-change", "key-delete", "export-create"}
ADDED = {"key-create": "?gateway=ark"}
# Who reaches a form that admins do not.
WHO = {"guest-enter": "anonymous", "guest-comment": "guest", "guest-decide": "guest", "sign-in": "anonymous"}


class Reader(HTMLParser):
    """What a page says of errors: fields, the ids that they name, and errors that no field names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool, list[str]]] = []
        self.ids: set[str] = set()
        self.described: set[str] = set()
        self.wrong: list[tuple[str, list[str]]] = []
        self.errors: list[str] = []
        self.names: set[str] = set()
        self.begins = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        inside = values.get("role") == "alert" or bool(self.open and self.open[-1][1])
        described = values.get("aria-describedby", "").split() + (self.open[-1][2] if self.open else [])
        if tag not in VOID:
            # What describes a group describes its fields; that of a field is no group.
            self.open.append((tag, inside, described))
        self.ids |= {values["id"]} if "id" in values else set()
        self.described |= set(described)
        if tag in {"input", "select", "textarea"} and values.get("type") != "hidden":
            self.names.add(values.get("name", ""))
        if values.get("aria-invalid") == "true" and values.get("type") != "hidden":
            self.wrong.append((values.get("name", tag), described))
        if "error" in values.get("class", "").split() and not inside:
            self.errors.append(values.get("id", ""))
        self.begins += "data-focus-on-load" in values

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass


def problems_in(html: str) -> list[str]:
    """What a person who does not see the page would not come to know of its errors."""
    page = Reader(html)
    found = [f"{name} does not name its error" for name, named_ids in page.wrong if not page.ids & set(named_ids)]
    found += [f"error {name or 'without id'} is named by nothing" for name in page.errors if name not in page.described]
    if not page.wrong and not page.begins:
        found.append("nothing to begin with")
    return found


def test_errors_of_forms_are_tied_to_their_fields(cast: Cast, things: Things) -> None:
    found = {}
    for route in ROUTES:
        if route.posted == 422 and route.name not in NO_FORM:
            with cast.on(WHO.get(route.name, "admin")) as client:
                found[route.name] = sent_wrong(client, route, things)

    assert {name: problems for name, problems in found.items() if problems} == {}


def sent_wrong(client: Client, route: Route, things: Things) -> list[str]:
    """The problems of the pages that answer an empty form and one with nonsense in every field."""
    path, found = address_of(route, things) + ADDED.get(route.name, ""), []
    # A browser always sends the token along: no form is quite empty.
    given = {"csrfmiddlewaretoken": "token"} | filled(route.form, things)
    empty = client.post(path, given)
    nonsense = dict.fromkeys(Reader(empty.content.decode()).names, NONSENSE) | given
    for response in (empty, client.post(path, nonsense)):
        if response.status_code == 422:
            found += problems_in(response.content.decode())
    return found
