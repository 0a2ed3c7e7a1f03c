"""Files of bids and reports on their way up and down: in pieces, and held to their SHA-256 at both ends."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .bids.v1 import Attachment
from .reporting.v1 import Evidence

PIECE_BYTES = 256 * 1024


class DigestMismatch(Exception):
    """What was downloaded is not the file that the bid or report names. Nothing of it was kept."""


def declared(path: Path, media_type: str | None) -> dict[str, Any]:
    """What a header says of the file at `path`, under a request id of its own.

    Raises `ValueError` if its name does not tell its type and none is given.
    """
    media_type = media_type or mimetypes.guess_type(path.name)[0]
    if media_type is None:
        raise ValueError(f"{path.name}: the name does not tell the type; give media_type")
    digest, size_bytes = hashlib.sha256(), 0
    for piece in pieces(path):
        digest.update(piece)
        size_bytes += len(piece)
    return {
        "request_id": str(uuid.uuid4()),
        "file_name": path.name,
        "media_type": media_type,
        "size_bytes": size_bytes,
        "sha256": digest.hexdigest(),
    }


def parts(part: Callable[..., Any], header: Any, path: Path) -> Iterator[Any]:
    """The stream of an upload. A file that changes meanwhile is refused by the platform, for it is not as declared."""
    yield part(header=header)
    for piece in pieces(path):
        yield part(data=piece)


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def keep(responses: Iterable[Any], wanted: Attachment | Evidence, path: Path) -> None:
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
