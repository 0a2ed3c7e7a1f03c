"""Attachments on their way up and down: in pieces, and held to their SHA-256 at both ends."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .bids.v1 import Attachment, AttachmentHeader, DownloadAttachmentResponse, UploadAttachmentRequest

PIECE_BYTES = 256 * 1024


class DigestMismatch(Exception):
    """What was downloaded is not the attachment that the bid names. Nothing of it was kept."""


def header(path: Path, media_type: str | None, request_id: str, bid_id: str, etag: str) -> AttachmentHeader:
    """What the file at `path` is. Raises `ValueError` if its name does not tell its type and none is given."""
    media_type = media_type or mimetypes.guess_type(path.name)[0]
    if media_type is None:
        raise ValueError(f"{path.name}: the name does not tell the type; give media_type")
    digest, size_bytes = hashlib.sha256(), 0
    for piece in pieces(path):
        digest.update(piece)
        size_bytes += len(piece)
    return AttachmentHeader(
        request_id=request_id,
        bid_id=bid_id,
        etag=etag,
        file_name=path.name,
        media_type=media_type,
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
    )


def parts(declared: AttachmentHeader, path: Path) -> Iterator[UploadAttachmentRequest]:
    """The stream of an upload. A file that changes meanwhile is refused by the platform, for it is not as declared."""
    yield UploadAttachmentRequest(header=declared)
    for piece in pieces(path):
        yield UploadAttachmentRequest(data=piece)


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def keep(responses: Iterable[DownloadAttachmentResponse], wanted: Attachment, path: Path) -> None:
    """Writes a download to `path`, once all of it is there and is what was wanted. Raises `DigestMismatch`."""
    digest = hashlib.sha256()
    # Beside its final place, for a file cannot be renamed from one disk to another.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with open(descriptor, "wb") as file:
            for response in responses:
                digest.update(response.data)
                file.write(response.data)
        if digest.hexdigest() != wanted.sha256:
            raise DigestMismatch(f"{wanted.id} has the SHA-256 {digest.hexdigest()} instead of {wanted.sha256}")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
