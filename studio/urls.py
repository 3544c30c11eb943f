"""Every address of the studio, by noun. A name is `noun-verb`; the path says what a person would expect to find."""

from __future__ import annotations

from django.urls import URLPattern, path

from studio.views import (
    accounts,
    answers,
    assets,
    audit,
    budgets,
    comment_acts,
    compare,
    composer,
    confirming,
    demo,
    exports,
    guest_acts,
    guest_files,
    guest_links,
    guests,
    health,
    hooks,
    invitations,
    key_acts,
    keys,
    members,
    notifications,
    outputs,
    people,
    prices,
    project_hooks,
    projects,
    prompts,
    renders,
    review_queue,
    review_room,
    reviews,
    shots,
    spend,
    studio_page,
    take_bin,
    takes,
    talk,
    unconfirmed,
)

ACCOUNTS = [
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("password/", accounts.password_change, name="password-change"),
    path("demo/<slug:role>/", demo.demo_enter, name="demo-enter"),
]

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

PROJECTS = [
    path("", projects.home, name="home"),
    path("projects/new/", projects.project_create, name="project-create"),
    path("projects/<slug:slug>/", studio_page.detail, name="project-detail"),
    path("projects/<slug:slug>/composer/", composer.composer, name="composer"),
    path("projects/<slug:slug>/takes/", takes.project_page, name="project-takes"),
    path("projects/<slug:slug>/settings/", projects.project_settings, name="project-settings"),
    path("projects/<slug:slug>/archive/", projects.project_archive, name="project-archive"),
    path("projects/<slug:slug>/unarchive/", projects.project_unarchive, name="project-unarchive"),
    path("projects/<slug:slug>/members/", members.project_members, name="project-members"),
    path("projects/<slug:slug>/members/<int:pk>/role/", members.member_role, name="member-role"),
    path("projects/<slug:slug>/members/<int:pk>/remove/", members.member_remove, name="member-remove"),
    path("projects/<slug:slug>/invitations/", members.invitation_create, name="invitation-create"),
]

PROMPTS = [
    path("projects/<slug:slug>/prompts/", prompts.prompt_list, name="prompt-list"),
    path("projects/<slug:slug>/prompts/new/", prompts.prompt_create, name="prompt-create"),
    path("projects/<slug:slug>/prompts/<int:pk>/", prompts.prompt_detail, name="prompt-detail"),
    path("projects/<slug:slug>/prompts/<int:pk>/versions/", prompts.prompt_save, name="prompt-save"),
    path("projects/<slug:slug>/prompts/<int:pk>/compare/", prompts.prompt_compare, name="prompt-compare"),
    path("projects/<slug:slug>/prompts/<int:pk>/rename/", prompts.prompt_rename, name="prompt-rename"),
    path("projects/<slug:slug>/prompts/<int:pk>/archive/", prompts.prompt_archive, name="prompt-archive"),
    path("projects/<slug:slug>/prompts/<int:pk>/unarchive/", prompts.prompt_unarchive, name="prompt-unarchive"),
]

ASSETS = [
    path("projects/<slug:slug>/references/", assets.library, name="asset-list"),
    path("projects/<slug:slug>/references/upload/", assets.upload, name="asset-upload"),
    path("references/<int:pk>/file/", assets.file, name="asset-file"),
    path("references/<int:pk>/preview/", assets.preview, name="asset-preview"),
    path("references/<int:pk>/thumbnail/", assets.thumbnail, name="asset-thumbnail"),
    path("references/<int:pk>/delete/", assets.remove, name="asset-delete"),
    path("r/<str:token>/<str:name>", assets.for_gateway, name="reference-file"),
]

TAKES = [
    path("gallery/", takes.gallery, name="gallery"),
    path("gallery/takes/", takes.gallery_page, name="gallery-takes"),
    path("changes/", takes.changes, name="changes"),
    path("compare/", compare.page, name="compare"),
    path("takes/<int:pk>/", renders.detail, name="render-detail"),
    path("takes/<int:pk>/card/", renders.card, name="render-card"),
    path("takes/<int:pk>/tree/", shots.tree, name="render-tree"),
    path("takes/<int:pk>/cancel/", renders.cancel, name="render-cancel"),
    path("takes/<int:pk>/retry/", renders.retry, name="render-retry"),
    path("takes/<int:pk>/look-again/", renders.look_again, name="render-look-again"),
    path("takes/<int:pk>/resolve/", unconfirmed.resolve, name="render-resolve"),
    path("takes/<int:pk>/send-again/", unconfirmed.send_again, name="render-send-again"),
    path("takes/<int:pk>/charged/", confirming.say, name="render-charged"),
    path("takes/<int:pk>/vary/", renders.vary, name="render-vary"),
    path("takes/<int:pk>/extend/", renders.extend, name="render-extend"),
    path("takes/<int:pk>/reuse/", renders.reuse, name="render-reuse"),
    path("takes/<int:pk>/use-last-frame/", renders.use_last_frame, name="render-use-last-frame"),
    path("takes/<int:pk>/video/", outputs.video, name="output-video"),
    path("takes/<int:pk>/download/", outputs.download, name="output-download"),
    path("takes/<int:pk>/poster/", outputs.poster, name="output-poster"),
    path("takes/<int:pk>/filmstrip/", outputs.filmstrip, name="output-filmstrip"),
    path("takes/<int:pk>/last-frame/", outputs.last_frame, name="output-last-frame"),
]

COMMENTS = [
    path("takes/<int:pk>/comments/", comment_acts.add, name="comment-add"),
    path("takes/<int:pk>/talk/", talk.render_talk, name="render-talk"),
    path("comments/<int:pk>/edit/", comment_acts.edit, name="comment-edit"),
    path("comments/<int:pk>/remove/", comment_acts.remove, name="comment-remove"),
    path("comments/<int:pk>/resolve/", comment_acts.resolve, name="comment-resolve"),
    path("comments/<int:pk>/reopen/", comment_acts.reopen, name="comment-reopen"),
    path("comments/<int:pk>/answer/", answers.comment_answer, name="comment-answer"),
    path("reviews/<int:pk>/answer/", answers.review_answer, name="review-answer"),
]

REVIEW = [
    path("review/", review_queue.everywhere, name="review"),
    path("review/send/", reviews.send, name="review-send"),
    path("projects/<slug:slug>/review/", review_queue.of_project, name="project-review"),
    path("takes/<int:pk>/review/", review_room.room, name="render-review"),
    path("takes/<int:pk>/decide/", reviews.decide, name="review-decide"),
    path("takes/<int:pk>/withdraw/", reviews.withdraw, name="review-withdraw"),
    path("takes/<int:pk>/take-back/", reviews.take_back, name="review-take-back"),
    path("takes/delete/", take_bin.delete, name="take-delete"),
    path("takes/<int:pk>/bring-back/", take_bin.bring_back, name="take-bring-back"),
    path("projects/<slug:slug>/deleted/", take_bin.deleted_takes, name="deleted-takes"),
]

EXPORTS = [
    path("projects/<slug:slug>/exports/", exports.export_list, name="export-list"),
    path("projects/<slug:slug>/exports/new/", exports.export_create, name="export-create"),
    path("exports/<int:pk>/file/", exports.export_file, name="export-file"),
]

GUESTS = [
    path("projects/<slug:slug>/guests/", guest_links.listing, name="guest-links"),
    path("projects/<slug:slug>/guests/new/", guest_links.create, name="guest-link-create"),
    path("guests/<int:pk>/", guest_links.detail, name="guest-link-detail"),
    path("guests/<int:pk>/change/", guest_links.change, name="guest-link-change"),
    path("guests/<int:pk>/revoke/", guest_links.revoke, name="guest-link-revoke"),
    path("guests/<int:pk>/remake/", guest_links.remake, name="guest-link-remake"),
    path("g/<str:token>/", guests.home, name="guest-home"),
    path("g/<str:token>/enter/", guests.enter, name="guest-enter"),
    path("g/<str:token>/takes/<int:number>/", guests.take, name="guest-take"),
    path("g/<str:token>/takes/<int:number>/video/", guest_files.video, name="guest-video"),
    path("g/<str:token>/takes/<int:number>/poster/", guest_files.poster, name="guest-poster"),
    path("g/<str:token>/takes/<int:number>/filmstrip/", guest_files.filmstrip, name="guest-filmstrip"),
    path("g/<str:token>/takes/<int:number>/download/", guest_files.download, name="guest-download"),
    path("g/<str:token>/takes/<int:number>/comments/", guest_acts.comment, name="guest-comment"),
    path("g/<str:token>/takes/<int:number>/talk/", guest_acts.talk, name="guest-talk"),
    path("g/<str:token>/takes/<int:number>/decide/", guest_acts.decide, name="guest-decide"),
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
    *ACCOUNTS,
    *PEOPLE,
    *KEYS,
    *PROJECTS,
    *PROMPTS,
    *ASSETS,
    *TAKES,
    *REVIEW,
    *COMMENTS,
    *EXPORTS,
    *GUESTS,
    *SPEND,
    *PRICES,
    *BUDGETS,
    *NOTIFICATIONS,
    *HOOKS,
    *HEALTH,
]
