"""Short digests that stand for content: equal content, equal digest, on any machine."""

from __future__ import annotations

import hashlib
import json

from assay.model.rulebook import Rulebook


def digest(value: object) -> str:
    """Twelve hexadecimal digits of a BLAKE2b digest of ``value``, which is plain JSON data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()


def rulebook_digest(rulebook: Rulebook) -> str:
    """The digest of what a rulebook says, however it is laid out."""
    return digest(rulebook.model_dump(mode="json", by_alias=True))
