"""The cast that most tests share, and the few settings that differ in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation

from studio.choices import Role
from studio.models import Project, User
from tests.factories import make_project, make_user
from tests.storage_server import Storage, storage_on_loopback


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database-only` leaves out what no other database could change."""
    parser.addoption("--database-only", action="store_true", help="run only the tests that use the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that use no database, when asked to."""
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})


@pytest.fixture(scope="session", autouse=True)
def _plain_static_names() -> Iterator[None]:
    """Unit tests need no collected files; the browser tests run on the hashed ones."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def _one_language() -> Iterator[None]:
    """A page that a test asks for in another language leaves it switched on, as the next request would say its own."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def _storage() -> Iterator[Storage]:
    with storage_on_loopback() as storage:
        yield storage


@pytest.fixture
def storage(_storage: Storage) -> Iterator[Storage]:
    """S3-compatible storage on a real socket, which the studio's settings name; its bucket is empty."""
    _storage.empty()
    with override_settings(**_storage.settings):
        yield _storage


@pytest.fixture
def artist(db: None) -> User:
    """Writes and renders in `project`."""
    return make_user("artist", display_name="Ada Artist")


@pytest.fixture
def reviewer(db: None) -> User:
    """Looks and judges in `project`."""
    return make_user("reviewer", display_name="Rey Reviewer")


@pytest.fixture
def manager(db: None) -> User:
    """Runs `project`."""
    return make_user("manager", display_name="Mia Manager")


@pytest.fixture
def outsider(db: None) -> User:
    """Signed in, but in no project."""
    return make_user("outsider", display_name="Otto Outsider")


@pytest.fixture
def admin(db: None) -> User:
    """A studio admin, a member of nothing."""
    return make_user("admin", display_name="Alma Admin", is_studio_admin=True)


@pytest.fixture
def project(artist: User, reviewer: User, manager: User) -> Project:
    """The project in which the cast works."""
    members = {Role.ARTIST: artist, Role.REVIEWER: reviewer, Role.MANAGER: manager}
    return make_project(members, name="Tea commercial", slug="tea")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser signed in as the given person."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="studio.views.backends.PersonBackend")
        return client

    return sign_in
