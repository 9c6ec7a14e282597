"""Tables between their upload and the moment when somebody says what the columns mean: files of this machine."""

import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from halong.core.errors import NotFound, TooLarge
from halong.home import private

LARGEST = 50_000_000  # bytes of all files of one upload
KEPT_S = 3600


def keep(source_id: int, files: Iterable[UploadedFile]) -> str:
    """Write files down for an hour; returns the name of the upload. Raises TooLarge."""
    _tidy()
    chosen = list(files)
    if sum(file.size or 0 for file in chosen) > LARGEST:
        raise TooLarge(f"{LARGEST} B")
    token = secrets.token_urlsafe(12)
    folder = private(f"{source_id}-{token}", private("uploads"))
    for number, file in enumerate(chosen):
        with (folder / f"{number:03d}-{Path(file.name or '').name[-150:]}").open("wb") as out:
            for part in file.chunks():
                out.write(part)
    return token


def kept(source_id: int, token: str) -> list[tuple[str, Path]]:
    """The files of an upload, by their names. Raises NotFound when it is gone."""
    if not token.replace("-", "").replace("_", "").isalnum():
        raise NotFound
    folder = private("uploads") / f"{source_id}-{token}"
    files = [(path.name[4:], path) for path in sorted(folder.iterdir())] if folder.is_dir() else []
    if not files:
        raise NotFound
    return files


def forget(source_id: int, token: str) -> None:
    """Remove an upload."""
    shutil.rmtree(private("uploads") / f"{source_id}-{token}", ignore_errors=True)


def _tidy() -> None:
    for folder in private("uploads").iterdir():
        if time.time() - folder.stat().st_mtime > KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)
