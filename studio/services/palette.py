"""What somebody can go to: pages and acts by what they may, the rooms of a project, projects by name, takes by number.

Nothing here lets anybody in: each page asks again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from studio.choices import Role
from studio.models import Project, Render, User
from studio.services import projects

MOST_PROJECTS = 8
# Where no project is open, the rooms of so many of the newest ones are offered.
MOST_WITH_ROOMS = 3
# Beyond it, no database has a row.
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Goal:
    """One line: where it leads, its icon and words, and a note behind them; `name` is that of its address."""

    label: str
    address: str
    icon: str
    name: str = ""
    note: str = ""

    def answers(self, words: list[str]) -> bool:
        """Whether each of the words (in small letters) stands somewhere in it."""
        text = f"{self.label} {self.name}".casefold()
        return all(word in text for word in words)


# Name of the address, words and icon.
EVERYBODYS = (
    ("home", gettext_lazy("Projects"), "folder"),
    ("gallery", gettext_lazy("Gallery"), "gallery"),
    ("review", gettext_lazy("Review"), "check"),
    ("notification-list", gettext_lazy("Notifications"), "bell"),
    ("notification-settings", gettext_lazy("What I am told"), "settings"),
    ("password-change", gettext_lazy("Change password"), "key"),
)
PAYERS = (("spend", gettext_lazy("Spend"), "money"), ("price-list", gettext_lazy("Prices"), "money"))
ADMINS = (
    ("people-list", gettext_lazy("People"), "people"),
    ("key-list", pgettext_lazy("of gateways", "Keys"), "key"),
    ("budget-list", gettext_lazy("Budgets"), "money"),
    ("audit-list", gettext_lazy("Audit"), "list"),
)
ROOMS = (
    ("project-detail", gettext_lazy("Studio"), "takes"),
    ("project-review", gettext_lazy("Review"), "check"),
    ("collection-list", gettext_lazy("Collections"), "gallery"),
    ("asset-list", gettext_lazy("References"), "references"),
    ("prompt-list", gettext_lazy("Prompts"), "prompt"),
    ("export-list", gettext_lazy("Exports"), "download"),
    ("project-members", gettext_lazy("Members"), "people"),
)
SPENDERS_ROOMS = (("deleted-takes", gettext_lazy("Deleted takes"), "trash"),)
MANAGED_ROOMS = (
    ("guest-links", gettext_lazy("Guests"), "link"),
    ("project-settings", gettext_lazy("Settings"), "settings"),
)


def groups(*, user: User, words: str, here: str) -> list[tuple[str, list[Goal]]]:
    """The lines that answer `words` under their headings, without empty ones; `here` is the slug of the project that is
    open, or nothing. `user` is one of a request, with `manages`."""
    asked = words.casefold().split()
    project = Project.objects.visible_to(user).filter(slug=here).first() if here else None
    found = [
        (_("Takes"), _takes(user, words)),
        (project.name if project else "", [goal for goal in _rooms(user, project) if goal.answers(asked)]),
        (_("Projects"), _projects(user, asked)),
        (_("Pages"), [goal for goal in _pages(user) if goal.answers(asked)]),
        *(_rooms_of_newest(user, asked) if asked and project is None else ()),
        (_("Acts"), [goal for goal in _acts(user, project) if goal.answers(asked)]),
    ]
    return [(title, goals) for title, goals in found if goals]


def _takes(user: User, words: str) -> list[Goal]:
    number = words.strip().removeprefix("#")
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST_NUMBER:
        return []
    takes = Render.objects.present().visible_to(user).filter(pk=int(number)).select_related("project")
    return [
        Goal(_("Take %(number)s") % {"number": take.pk}, reverse("render-detail", args=[take.pk]), "play", note=note)
        for take in takes
        for note in [f"{take.project.name} · {take.spec.get('prompt', '')[:80]}"]
    ]


def _projects(user: User, words: list[str]) -> list[Goal]:
    found = Project.objects.visible_to(user).active().order_by("-id")
    for word in words:
        found = found.filter(name__icontains=word)
    rows = found.values_list("slug", "name")[:MOST_PROJECTS]
    return [Goal(name, reverse("project-detail", args=[slug]), "folder") for slug, name in rows]


def _pages(user: User) -> Iterator[Goal]:
    manages = user.is_admin or getattr(user, "manages", False)
    for name, label, icon in (*EVERYBODYS, *(PAYERS if manages else ()), *(ADMINS if user.is_admin else ())):
        yield Goal(str(label), reverse(name), icon, name)


def _rooms(user: User, project: Project | None) -> Iterator[Goal]:
    if project is not None:
        role = project.role_of(user)
        manages = role == Role.MANAGER
        spends = role in (Role.ARTIST, Role.MANAGER)
        for name, label, icon in (*ROOMS, *(SPENDERS_ROOMS if spends else ()), *(MANAGED_ROOMS if manages else ())):
            yield Goal(str(label), reverse(name, args=[project.slug]), icon, name)


def _rooms_of_newest(user: User, words: list[str]) -> Iterator[tuple[str, list[Goal]]]:
    """By what a room is called, and not by its address, which has the word "project" in it."""
    rooms = [room for room in ROOMS if Goal(str(room[1]), "", room[2]).answers(words)]
    if not rooms:
        return
    newest = Project.objects.visible_to(user).active().order_by("-id").values_list("slug", "name")
    for slug, project_name in newest[:MOST_WITH_ROOMS]:
        yield (
            project_name,
            [Goal(str(label), reverse(name, args=[slug]), icon, name) for name, label, icon in rooms],
        )


def _acts(user: User, project: Project | None) -> Iterable[Goal]:
    role = project.role_of(user) if project else None
    if project and role in (Role.ARTIST, Role.MANAGER) and not project.archived_at:
        yield Goal(_("New prompt"), reverse("prompt-create", args=[project.slug]), "plus", "prompt-create")
    if project:
        yield Goal(_("New export"), reverse("export-create", args=[project.slug]), "plus", "export-create")
    if projects.may_create(user):
        yield Goal(_("New project"), reverse("project-create"), "plus", "project-create")
    if user.is_admin:
        yield Goal(_("Add a key"), reverse("key-create"), "plus", "key-create")
