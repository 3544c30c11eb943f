"""The addresses of those who look after the studio: people, keys, money, notifications, health."""

from __future__ import annotations

from django.urls import URLPattern, path

from studio.views import (
    audit,
    budgets,
    health,
    hooks,
    invitations,
    key_acts,
    keys,
    notifications,
    people,
    prices,
    project_hooks,
    spend,
)

PEOPLE = [
    path("people/", people.people_list, name="people-list"),
    path("people/invite/", people.people_invite, name="people-invite"),
    path("people/<int:pk>/<slug:change>/", people.person_change, name="person-change"),
    path("invitations/<int:pk>/revoke/", invitations.invitation_revoke, name="invitation-revoke"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
]

KEYS = [
    path("keys/", keys.key_list, name="key-list"),
    path("keys/new/", keys.key_create, name="key-create"),
    path("keys/<int:pk>/", keys.key_detail, name="key-detail"),
    path("keys/<int:pk>/rename/", key_acts.key_rename, name="key-rename"),
    path("keys/<int:pk>/limits/", key_acts.key_limits, name="key-limits"),
    path("keys/<int:pk>/rotate/", key_acts.key_rotate, name="key-rotate"),
    path("keys/<int:pk>/pause/", key_acts.key_pause, name="key-pause"),
    path("keys/<int:pk>/resume/", key_acts.key_resume, name="key-resume"),
    path("keys/<int:pk>/delete/", key_acts.key_delete, name="key-delete"),
    path("keys/<int:pk>/check/", key_acts.key_check, name="key-check"),
    path("keys/<int:pk>/check/result/", keys.key_check_result, name="key-check-result"),
    path("audit/", audit.audit_list, name="audit-list"),
]

SPEND = [
    path("spend/", spend.report, name="spend"),
    path("spend/takes/", spend.takes, name="spend-takes"),
    path("spend/export.csv", spend.export, name="spend-export"),
]

PRICES = [
    path("spend/prices/", prices.listing, name="price-list"),
    path("spend/prices/stops/<int:pk>/lift/", prices.lift, name="price-lift"),
]

BUDGETS = [
    path("spend/budgets/", budgets.budget_list, name="budget-list"),
    path("spend/budgets/<int:pk>/", budgets.budget_change, name="budget-change"),
    path("spend/budgets/<int:pk>/remove/", budgets.budget_remove, name="budget-remove"),
    path("projects/<slug:slug>/budgets/", budgets.project_budget_add, name="project-budget-add"),
]

NOTIFICATIONS = [
    path("notifications/", notifications.notification_list, name="notification-list"),
    path("notifications/read/", notifications.notification_read, name="notification-read"),
    path("notifications/settings/", notifications.notification_settings, name="notification-settings"),
    path("notifications/<int:pk>/open/", notifications.notification_open, name="notification-open"),
    path("projects/<slug:slug>/notifications/", project_hooks.project_hook, name="project-hook"),
    path("projects/<slug:slug>/notifications/rotate/", project_hooks.hook_rotate, name="hook-rotate"),
    path("projects/<slug:slug>/notifications/test/", project_hooks.hook_test, name="hook-test"),
    path("projects/<slug:slug>/notifications/<int:pk>/again/", project_hooks.dispatch_again, name="dispatch-again"),
]

HEALTH = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

HOOKS = [path("hooks/<str:token>/", hooks.wake, name="hook-wake")]

urlpatterns: list[URLPattern] = [
    *PEOPLE,
    *KEYS,
    *SPEND,
    *PRICES,
    *BUDGETS,
    *NOTIFICATIONS,
    *HEALTH,
    *HOOKS,
]
