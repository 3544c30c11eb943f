"""What studio admins do to a key, and the notice of a key that a gateway refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import AuditEntry, Project, ProviderKey, User
from studio.providers import registry
from studio.services import keys
from tests.factories import make_key, make_project, make_render

SECRET = "sk-marked-0123456789abcdef9f2c"
ClientOf = Callable[[User], Client]


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key(label="Spring", base_url="https://api.tokenlab.sh")


def to(act: str, key: ProviderKey) -> str:
    return reverse(f"key-{act}", args=[key.pk])


def fresh(key: ProviderKey) -> ProviderKey:
    return ProviderKey.objects.get(pk=key.pk)


def any_route() -> str:
    return next((route.value for route in registry.get("tokenlab").routes), "")


def acts() -> list[str]:
    return list(AuditEntry.objects.values_list("act", flat=True))


def test_rename(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(to("rename", key), {"label": "Summer"})

    assert response["Location"] == to("detail", key)
    assert fresh(key).label == "Summer"
    assert acts() == ["key-rename"]


def test_act_from_behind_a_proxy_is_noted_with_the_address_that_the_proxy_saw(
    client_of: ClientOf, admin: User, key: ProviderKey, settings: Settings
) -> None:
    settings.AXES_IPWARE_PROXY_ORDER = "right-most"
    settings.AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]

    client_of(admin).post(to("rename", key), {"label": "Summer"}, HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7")

    assert AuditEntry.objects.get().address == "203.0.113.7"


def test_rename_refuses_a_label_that_is_taken(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    make_key(label="Summer")

    response = client_of(admin).post(to("rename", key), {"label": "Summer"})

    assert response.status_code == 422
    assert response.context["name_form"].errors == {
        "label": ["There already is a key for TokenLab with the label “Summer”."]
    }
    assert fresh(key).label == "Spring"


def test_limits(client_of: ClientOf, admin: User, key: ProviderKey, project: Project) -> None:
    chosen = {"projects": [project.pk], "monthly_cap": "80", "max_running": "3", "per_minute": ""}

    response = client_of(admin).post(to("limits", key), chosen)

    now_set = fresh(key)
    assert response["Location"] == to("detail", key)
    assert (now_set.monthly_cap, now_set.max_running, now_set.per_minute) == (Decimal(80), 3, None)
    assert list(now_set.projects.all()) == [project]
    assert acts() == ["key-limits"]


def test_limits_keep_an_archived_project(client_of: ClientOf, admin: User, key: ProviderKey, project: Project) -> None:
    archived, other = make_project(archived_at=now()), make_project(archived_at=now())
    key.projects.add(archived)

    form = client_of(admin).get(to("detail", key)).context["limits_form"]

    assert set(form.fields["projects"].queryset) == {project, archived}
    assert other not in form.fields["projects"].queryset
    assert form["projects"].value() == [archived.pk]


def test_limits_refuse_what_is_no_number(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(to("limits", key), {"monthly_cap": "much"})

    assert response.status_code == 422
    assert response.context["limits_form"].errors == {
        "monthly_cap": ["The cap is a sum such as 20 or 12.50. Leave it empty for no cap."]
    }


def test_rotate(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    typed = {"secret": SECRET, "base_url": "https://api.tokenlab.sh/", "route": any_route()}

    response = client_of(admin).post(to("rotate", key), typed)

    rotated = fresh(key)
    assert response["Location"] == f"{to('detail', key)}#key-title"
    assert (rotated.secret, rotated.hint, rotated.version) == (SECRET, "sk-…9f2c", 2)
    assert acts() == ["key-rotate"]


def test_rotate_says_when_the_secret_looks_like_anothers(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    typed = {"secret": "th-0123456789", "base_url": "https://api.tokenlab.sh", "route": any_route()}

    response = client_of(admin).post(to("rotate", key), typed, follow=True)

    assert [str(message) for message in response.context["messages"]][1:] == [
        "This does not look like a TokenLab key (sk-…). Use Check key to be sure."
    ]
    assert fresh(key).secret == "th-0123456789"


def test_rotate_wants_the_secret_with_a_new_address(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(
        to("rotate", key), {"base_url": "https://elsewhere.example.com", "route": any_route()}
    )

    assert response.status_code == 422
    assert response.context["secret_form"].errors == {"secret": ["Paste the key here."]}
    assert fresh(key).base_url == "https://api.tokenlab.sh"


def test_rotate_never_shows_the_secret_after_an_error(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(to("rotate", key), {"secret": SECRET, "base_url": "ftp://api.tokenlab.sh"})

    form = response.context["secret_form"]
    assert response.status_code == 422
    assert form.errors["secret"] == ["Type it again: what was typed is never sent back to a page."]
    assert form["base_url"].value() == "ftp://api.tokenlab.sh"
    assert SECRET not in response.content.decode()


def test_pause_and_resume(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    client = client_of(admin)

    client.post(to("pause", key), {"reason": "Until the bill is in."})
    paused = fresh(key)
    client.post(to("resume", key))

    assert (bool(paused.paused_at), paused.pause_reason) == (True, "Until the bill is in.")
    assert fresh(key).paused_at is None
    assert acts() == ["key-resume", "key-pause"]


def test_delete_asks_first(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    client = client_of(admin)

    asked = client.get(to("delete", key))
    there_still = fresh(key).deleted_at
    done = client.post(to("delete", key))

    assert (asked.status_code, there_still) == (200, None)
    assert done["Location"] == reverse("key-list")
    assert (fresh(key).secret, bool(fresh(key).deleted_at)) == ("", True)
    assert acts() == ["key-delete"]


@pytest.mark.parametrize("is_paused", [False, True])
def test_delete_says_beforehand_that_there_is_work(
    client_of: ClientOf, admin: User, key: ProviderKey, project: Project, is_paused: bool
) -> None:
    waiting, _, unconfirmed = (make_render(project, key, state=state) for state in ("queued", "running", "unconfirmed"))
    ProviderKey.objects.filter(pk=key.pk).update(paused_at=now() if is_paused else None)

    html = client_of(admin).get(to("delete", key)).content.decode()

    assert "There is work with this key: 1 waiting, 1 at the gateway, 1 unconfirmed." in html
    assert [f'action="{to("pause", key)}"' in html, "Delete the key" in html] == [not is_paused, False]
    takes = [reverse("render-detail", args=[take.pk]) for take in (unconfirmed, waiting)]
    assert [f'href="{path}"' in html for path in (*takes, reverse("project-detail", args=[project.slug]))] == [True] * 3


def test_delete_is_refused_while_work_is_under_way(
    client_of: ClientOf, admin: User, key: ProviderKey, project: Project
) -> None:
    make_render(project, key, state=RenderState.RUNNING)

    response = client_of(admin).post(to("delete", key))

    assert response.status_code == 422
    assert response.context["problem"] == (
        "There is work with this key: 1 take still under way. "
        "Pause it instead, and delete it when that has ended and is settled."
    )
    assert fresh(key).deleted_at is None


def test_check_is_left_to_a_worker(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(to("check", key))

    assert response["Location"] == f"{to('detail', key)}#key-check"
    assert [hint.task["func"] for hint in OrmQ.objects.all()] == ["studio.jobs.verify_key.verify_key"]
    assert acts() == ["key-check"]


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (0, "TokenLab refused the key “Spring”. It is paused."),
        (1, "TokenLab refused the key “Spring”. It is paused and 1 take waits."),
        (3, "TokenLab refused the key “Spring”. It is paused and 3 takes wait."),
    ],
)
def test_notice_tells_admins_of_a_refused_key(
    client_of: ClientOf, admin: User, key: ProviderKey, project: Project, waiting: int, words: str
) -> None:
    for _ in range(waiting):
        make_render(project, key)
    keys.pause_refused(key=key, said="", meaning="The gateway does not accept the key.")

    html = client_of(admin).get(reverse("home")).content.decode()

    assert f"<p>{words}</p>" in html
    assert f'href="{to("detail", key)}"' in html


def test_notice_goes_when_an_admin_has_seen_to_it(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    keys.pause_refused(key=key, said="", meaning="The gateway does not accept the key.")
    client = client_of(admin)

    client.post(to("pause", key), {"reason": "We know."})

    assert f"key-notice-{key.pk}" not in client.get(reverse("home")).content.decode()
    assert fresh(key).pause_reason == "We know."


def test_notice_is_for_admins_only_and_costs_others_nothing(
    client_of: ClientOf, artist: User, key: ProviderKey, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keys.pause_refused(key=key, said="", meaning="The gateway does not accept the key.")
    client = client_of(artist)

    # As without any key: the session, the person, the projects, and who may start one.
    with django_assert_num_queries(4):
        html = client.get(reverse("home")).content.decode()

    assert f"key-notice-{key.pk}" not in html


def test_rename_never_shows_a_key_that_was_typed_as_a_name(client_of: ClientOf, admin: User, key: ProviderKey) -> None:
    response = client_of(admin).post(to("rename", key), {"label": SECRET})

    assert (response.status_code, SECRET in response.content.decode()) == (422, False)
    assert fresh(key).label == "Spring"


def test_rotate_never_shows_a_key_that_was_typed_into_the_address(
    client_of: ClientOf, admin: User, key: ProviderKey
) -> None:
    typed = {"secret": SECRET, "route": any_route(), "base_url": f"https://proxy.example.com/{SECRET}"}

    response = client_of(admin).post(to("rotate", key), typed)

    assert (response.status_code, SECRET in response.content.decode()) == (422, False)
    assert fresh(key).base_url == "https://api.tokenlab.sh"
