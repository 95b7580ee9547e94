"""Files by content: a file's address is its SHA-256, its name is only metadata."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from app.foundation.errors import NotFoundError


class Storage(Protocol):
    """Where files are kept."""

    def put(self, content: bytes) -> str: ...

    def get(self, sha256: str) -> bytes: ...

    def delete(self, sha256: str) -> None: ...


class FolderStorage:
    """Files in a folder, two levels deep by the first characters of their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its SHA-256; storing it twice changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{sha256}.{os.getpid()}.part")
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; raises NotFoundError when they are not here."""
        path = self._path(sha256)
        if not path.exists():
            raise NotFoundError(f"stored file {sha256} is missing")
        return path.read_bytes()

    def delete(self, sha256: str) -> None:
        """Remove a file for ever; one that is not here is no trouble."""
        path = self._path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _sync_folder(path.parent)

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(character in "0123456789abcdef" for character in sha256):
            raise NotFoundError("not an address of a stored file")
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_storage(url: str) -> Storage:
    """The storage of a setting such as file:///var/lib/passerelle/files."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError("PASSERELLE_STORAGE_URL starts with file://")
    return FolderStorage(Path(parts.path))
