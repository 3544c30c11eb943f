"""Every address of the studio, by noun. A name is `noun-verb`; the path says what a person would expect to find."""

from __future__ import annotations

from django.urls import URLPattern, path

from studio import office_urls
from studio.views import (
    accounts,
    answers,
    asset_page,
    assets,
    bulk,
    collections,
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
    guide,
    language,
    looks,
    matrices,
    matrices_context,
    members,
    outputs,
    palette,
    projects,
    prompts,
    ratings,
    renders,
    review_queue,
    review_room,
    reviews,
    saved_views,
    shots,
    studio_page,
    styleguide,
    tags,
    take_bin,
    takes,
    talk,
    unconfirmed,
    words,
)

ACCOUNTS = [
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("password/", accounts.password_change, name="password-change"),
    path("language/", language.language_set, name="language-set"),
    path("words/<slug:code>/", words.catalog, name="words"),
    path("palette/", palette.find, name="palette"),
    path("guide/sandbox/", guide.sandbox, name="guide-sandbox"),
    path("guide/hide/", guide.hide, name="guide-hide"),
    path("styleguide/", styleguide.page, name="styleguide"),
    path("demo/<slug:role>/", demo.demo_enter, name="demo-enter"),
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
    path("projects/<slug:slug>/prompts/<int:pk>/tags/", prompts.prompt_tags, name="prompt-tags"),
    path("projects/<slug:slug>/prompts/<int:pk>/archive/", prompts.prompt_archive, name="prompt-archive"),
    path("projects/<slug:slug>/prompts/<int:pk>/unarchive/", prompts.prompt_unarchive, name="prompt-unarchive"),
]

MATRICES = [
    path("projects/<slug:slug>/matrices/", matrices.matrix_list, name="matrix-list"),
    path("projects/<slug:slug>/matrices/new/", matrices.matrix_create, name="matrix-create"),
    path("matrices/<int:pk>/", matrices.matrix_detail, name="matrix-detail"),
    path("matrices/<int:pk>/save/", matrices.matrix_save, name="matrix-save"),
    path("matrices/<int:pk>/again/", matrices.matrix_again, name="matrix-again"),
    path("matrices/<int:pk>/changes/", matrices_context.matrix_changes, name="matrix-changes"),
]

ASSETS = [
    path("projects/<slug:slug>/references/", assets.library, name="asset-list"),
    path("projects/<slug:slug>/references/upload/", assets.upload, name="asset-upload"),
    path("references/<int:pk>/", asset_page.detail, name="asset-detail"),
    path("references/<int:pk>/tags/", asset_page.retag, name="asset-tags"),
    path("references/<int:pk>/file/", assets.file, name="asset-file"),
    path("references/<int:pk>/preview/", assets.preview, name="asset-preview"),
    path("references/<int:pk>/thumbnail/", assets.thumbnail, name="asset-thumbnail"),
    path("references/<int:pk>/delete/", assets.remove, name="asset-delete"),
    path("r/<str:token>/<str:name>", assets.for_gateway, name="reference-file"),
]

COLLECTIONS = [
    path("projects/<slug:slug>/collections/", collections.collection_list, name="collection-list"),
    path("projects/<slug:slug>/collections/new/", collections.collection_create, name="collection-create"),
    path("collections/<int:pk>/", collections.collection_detail, name="collection-detail"),
    path("collections/<int:pk>/arrange/", collections.collection_arrange, name="collection-arrange"),
    path("collections/<int:pk>/remove/", collections.collection_remove, name="collection-remove"),
    path("collections/<int:pk>/rename/", collections.collection_rename, name="collection-rename"),
    path("collections/<int:pk>/delete/", collections.collection_delete, name="collection-delete"),
]

TAKES = [
    path("gallery/", takes.gallery, name="gallery"),
    path("gallery/takes/", takes.gallery_page, name="gallery-takes"),
    path("gallery/deleted/", take_bin.deleted_everywhere, name="deleted-everywhere"),
    path("gallery/views/", saved_views.listing, name="saved-view-list"),
    path("gallery/views/new/", saved_views.create, name="saved-view-create"),
    path("gallery/views/<int:pk>/rename/", saved_views.rename, name="saved-view-rename"),
    path("gallery/views/<int:pk>/delete/", saved_views.delete, name="saved-view-delete"),
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
    path("takes/<int:pk>/poster/<int:width>/", outputs.card_poster, name="output-card-poster"),
    path("takes/<int:pk>/filmstrip/", outputs.filmstrip, name="output-filmstrip"),
    path("takes/<int:pk>/last-frame/", outputs.last_frame, name="output-last-frame"),
]

BULK = [
    path("bulk/", bulk.ask, name="bulk-ask"),
    path("bulk/now/", bulk.now, name="bulk-now"),
    path("bulk/count/", bulk.count, name="bulk-count"),
    path("bulk/offers/", bulk.offers, name="bulk-offers"),
    path("bulk/download/", bulk.download, name="bulk-download"),
    path("bulk/<int:pk>/", bulk.progress, name="bulk-progress"),
    path("bulk/<int:pk>/stop/", bulk.stop, name="bulk-stop"),
    path("bulk/<int:pk>/close/", bulk.close, name="bulk-close"),
    path("takes/<int:pk>/look/", looks.look, name="take-look"),
    path("takes/<int:pk>/rate/", ratings.rate, name="take-rate"),
    path("takes/<int:pk>/favourite/", ratings.favourite, name="take-favourite"),
    path("takes/<int:pk>/tags/", tags.put, name="take-tag"),
    path("takes/<int:pk>/tags/remove/", tags.take_off, name="take-untag"),
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

handler500 = "studio.views.errors.server_error"

urlpatterns: list[URLPattern] = [
    # Looked through in this order for every request: first what a page asks for dozens of times.
    *TAKES,
    *office_urls.urlpatterns,
    *ACCOUNTS,
    *PROJECTS,
    *PROMPTS,
    *MATRICES,
    *ASSETS,
    *COLLECTIONS,
    *BULK,
    *REVIEW,
    *COMMENTS,
    *EXPORTS,
    *GUESTS,
]
