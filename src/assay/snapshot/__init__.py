"""What was worked out before, kept in ``.assay/`` by content: delete it and nothing is lost."""

from assay.snapshot.documents import DocumentStore
from assay.snapshot.folder import FolderStore, content_digest

__all__ = ["DocumentStore", "FolderStore", "content_digest"]
