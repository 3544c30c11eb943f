"""The nouns of the studio, one file each."""

from __future__ import annotations

from studio.models.assets import Asset
from studio.models.attempts import Attempt
from studio.models.audit import AuditEntry
from studio.models.budgets import Budget
from studio.models.bulk import BulkWork
from studio.models.collections import Collection, CollectionTake, Favourite, SavedView
from studio.models.comments import Comment
from studio.models.drafts import ComposerDraft
from studio.models.events import RenderEvent
from studio.models.exports import Export
from studio.models.guests import Guest, GuestLink, GuestTake, GuestVisit
from studio.models.keys import ProviderKey, RetiredSecret
from studio.models.leases import Lease
from studio.models.ledger import LedgerEntry
from studio.models.matrices import Matrix, MatrixCell
from studio.models.notifications import Dispatch, Notification, ProjectHook
from studio.models.outputs import Output
from studio.models.prices import PriceRow, PriceStop
from studio.models.projects import Membership, Project
from studio.models.prompts import Prompt, PromptVersion
from studio.models.references import ReferenceCopy
from studio.models.renders import Render, RenderInput
from studio.models.reviews import Review
from studio.models.search import SearchWork
from studio.models.tags import AssetTag, PromptTag, Tag, TakeTag
from studio.models.users import Invitation, User

__all__ = [
    "Asset",
    "AssetTag",
    "Attempt",
    "AuditEntry",
    "Budget",
    "BulkWork",
    "Collection",
    "CollectionTake",
    "Comment",
    "ComposerDraft",
    "Dispatch",
    "Export",
    "Favourite",
    "Guest",
    "GuestLink",
    "GuestTake",
    "GuestVisit",
    "Invitation",
    "Lease",
    "LedgerEntry",
    "Matrix",
    "MatrixCell",
    "Membership",
    "Notification",
    "Output",
    "PriceRow",
    "PriceStop",
    "Project",
    "ProjectHook",
    "Prompt",
    "PromptTag",
    "PromptVersion",
    "ProviderKey",
    "ReferenceCopy",
    "Render",
    "RenderEvent",
    "RenderInput",
    "RetiredSecret",
    "Review",
    "SavedView",
    "SearchWork",
    "Tag",
    "TakeTag",
    "User",
]
