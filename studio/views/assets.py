"""References: uploading, the library, previews, and the signed addresses for gateways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from studio import access
from studio.choices import AssetKind
from studio.forms.library import asked_of, before_of
from studio.media import storage
from studio.media.check_picture import CHECK_PICTURE
from studio.media.errors import Rejected
from studio.media.ranges import ranged_response
from studio.media.uploads import HashedUpload, too_large
from studio.models import Asset, Project
from studio.providers.wording import limits_sentence
from studio.services import assets, drafts, links
from studio.services.assets import widest_limits
from studio.services.enumerations import enumerated
from studio.services.library import ASSET_ORDERS, frames_of, page_of, references, tags_on, uses_of_references
from studio.services.said import said
from studio.views.asset_page import filter_context
from studio.views.limits import upload_limits

PAGE = 60
# In one form; the page's script sends one file at a time.
FILES_AT_ONCE = 20


@dataclass(frozen=True)
class Row:
    """A reference as the library shows it: in how many takes it is, its tags, and whose last frame it is."""

    asset: Asset
    uses: int
    tags: list[str]
    frame_of: int | None


@login_required
@require_GET
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's references, as the address narrows and orders them; newest first where it says nothing."""
    project = access.project(request, slug)
    asked = asked_of(request.GET, orders=ASSET_ORDERS, kinds=AssetKind.values)
    found = references(project=project, asked=asked)
    page, next_before = page_of(found, order=ASSET_ORDERS[asked.sort], before=before_of(request.GET), size=PAGE)
    kinds = widest_limits()
    context = {
        "section": "projects",
        "tab": "references",
        "project": project,
        "assets": page,
        "rows": _rows(page),
        "next_before": next_before,
        "is_later_page": "before" in request.GET,
        "orders": ASSET_ORDERS,
        "kinds": AssetKind.choices,
        **filter_context(project, asked, "asset"),
        "may_change": access.may(request, project, access.WHO_SPENDS),
        "can_manage": access.may(request, project, access.WHO_MANAGES),
        "unprepared": any(asset.prepared_at is None and not asset.preparation_error for asset in page),
        "limits": list(dict.fromkeys(limits_sentence(each) for each in kinds.values())),
        "upload_limits": upload_limits(kinds),
    }
    return render(request, "assets/list.html", context)


def _rows(page: list[Asset]) -> list[Row]:
    ids = [asset.pk for asset in page]
    uses, named, frames = uses_of_references(ids), tags_on("asset", ids), frames_of(page)
    return [Row(each, uses.get(each.pk, 0), named.get(each.pk, []), frames.get(each.pk)) for each in page]


@login_required
@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take in files; the page's script sends one at a time and reads JSON, a plain form may send many."""
    project = access.project(request, slug, access.WHO_SPENDS)
    files = cast(list[HashedUpload], request.FILES.getlist("file"))
    stopped = too_large(request)
    added, errors = [], [said(stopped.message)] if stopped else []
    if len(files) > FILES_AT_ONCE:
        left = ", ".join(file.name or "" for file in files[FILES_AT_ONCE:])
        errors.append(
            _("A form takes %(most)d files at once. Send the others again: %(names)s.")
            % {"most": FILES_AT_ONCE, "names": left}
        )
    for file in files[:FILES_AT_ONCE]:
        try:
            added.append(_take_in(request, project, file))
        except Rejected as error:
            # The page's script sends one file and shows its name already; a plain form may have sent many.
            errors.append(said(error.message) if wants_json(request) else f"{file.name}: {said(error.message)}")
    if added and request.POST.get("tray"):
        draft = drafts.draft_of(project=project, user=access.person(request))
        drafts.add_to_tray(draft=draft, assets=added)
    if not added and not errors:
        errors.append(_("No file arrived. Choose one and send it again."))
    return _said(request, project, added, errors)


def _take_in(request: HttpRequest, project: Project, file: HashedUpload) -> Asset:
    asset, _ = assets.add_asset(
        project=project,
        created_by=access.person(request),
        path=Path(file.temporary_file_path()),
        sha256=file.sha256,
        name=file.name or "",
    )
    return asset


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's own script asks."""
    return "application/json" in request.headers.get("Accept", "")


def _said(request: HttpRequest, project: Project, added: list[Asset], errors: list[str]) -> HttpResponse:
    if wants_json(request):
        if errors:
            return JsonResponse({"error": " ".join(errors)}, status=422)
        return JsonResponse({"id": added[0].pk, "name": added[0].name}, status=201)
    for error in errors:
        messages.error(request, error)
    if added:
        messages.success(request, _("Added %(names)s.") % {"names": enumerated(asset.name for asset in added)})
    where = "project-detail" if request.POST.get("tray") else "asset-list"
    return redirect(where, slug=project.slug)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reference out of the library; takes made with it keep it."""
    asset = access.asset(request, pk, access.WHO_SPENDS)
    assets.remove_asset(asset=asset)
    messages.success(request, _("%(name)s was taken out. Takes made with it keep it.") % {"name": asset.name})
    return redirect("asset-list", slug=asset.project.slug)


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    asset = access.asset(request, pk)
    return _stored(request, asset.file, asset.mime, asset.sha256, asset.name if "download" in request.GET else None)


@login_required
@require_safe
def thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The small picture of it; 404 until the job has made it."""
    asset = access.asset(request, pk)
    return _stored(request, asset.thumbnail, "image/webp", f"{asset.sha256}-preview")


@login_required
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The place of its small picture, which asks again until the job has made one."""
    return render(request, "assets/_preview.html", {"asset": access.asset(request, pk)})


@require_safe
def for_gateway(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One reference for the gateway that works on it: no session, but a signature that ends with the render."""
    if links.is_check(token=token):
        return HttpResponse(CHECK_PICTURE, content_type="image/png", headers={"Cache-Control": "no-store"})
    asset = links.referenced_asset(token=token)
    if asset is None:
        raise Http404
    return _stored(request, asset.outgoing, asset.mime, f"{asset.sha256}-outgoing")


def _stored(
    request: HttpRequest, name: str, content_type: str, etag: str, download_name: str | None = None
) -> HttpResponseBase:
    if not name or not storage.absolute(name).is_file():
        raise Http404
    return ranged_response(
        request, storage.absolute(name), content_type=content_type, etag=etag, download_name=download_name
    )
