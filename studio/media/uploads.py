"""Uploads go straight to disk, hashed on the way; memory does not grow with their size.

Set as the only FILE_UPLOAD_HANDLERS entry. A file over the limit ends the reading of the form: `request.FILES` then
holds only the files before it, fields after it are missing, and `too_large(request)` has the sentence for the user.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from studio.lib.english import english
from studio.media.errors import Rejected

DEFAULT_LIMIT = 210 * 1024 * 1024
_FLAG = "_upload_too_large"


class HashedUpload(UploadedFile):
    """An uploaded file in the temporary folder; deleted on close unless it was moved away before."""

    def __init__(self, file: IO[bytes], name: str | None, content_type: str | None, size: int, sha256: str) -> None:
        super().__init__(file, name, content_type, size)
        self.sha256 = sha256

    def temporary_file_path(self) -> str:
        """Where the bytes are, for `storage.adopt`."""
        assert self.file is not None
        return str(self.file.name)

    def close(self) -> None:
        """Closes the file and deletes it where it still is."""
        assert self.file is not None
        # Moved into the store already: then there is nothing left to delete.
        with suppress(FileNotFoundError):
            self.file.close()


class HashingUploadHandler(FileUploadHandler):
    """Writes one file of a form after the other to the temporary folder."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.limit = int(getattr(settings, "STUDIO_MAX_UPLOAD_BYTES", DEFAULT_LIMIT))
        self.too_large = False
        self.written = 0
        self.announced = 0
        self.is_unfinished = False

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Notes how much the browser means to send."""
        self.announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Starts the next file of the form."""
        super().new_file(*args, **kwargs)
        folder = getattr(settings, "FILE_UPLOAD_TEMP_DIR", None)
        # Deletes itself when dropped, so that a browser that goes away leaves nothing behind.
        self.file = tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", suffix=".part")  # noqa: SIM115
        self.is_unfinished = True
        self.digest = hashlib.sha256()
        self.written = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Writes the next bytes, or stops at the limit."""
        self.written += len(raw_data)
        if self.written > self.limit:
            self._refuse()
        self.file.write(raw_data)
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> HashedUpload:
        """Hands the finished file over."""
        self.file.flush()
        self.file.seek(0)
        upload = HashedUpload(self.file, self.file_name, self.content_type, file_size, self.digest.hexdigest())
        self.is_unfinished = False
        return upload

    def upload_interrupted(self) -> None:
        """The browser went away in the middle of a file."""
        self._clear_unfinished()

    def _refuse(self) -> None:
        self.too_large = True
        if self.request is not None:
            setattr(self.request, _FLAG, too_large_error(self.limit))
        self._clear_unfinished()
        # A form somewhat too large is read to its end so that the browser shows our answer; far more is cut off.
        raise StopUpload(connection_reset=self.announced > 2 * self.limit)

    def _clear_unfinished(self) -> None:
        if self.is_unfinished:
            self.file.close()
            self.is_unfinished = False


def too_large(request: HttpRequest) -> Rejected | None:
    """Why this request's upload was stopped, once its form was read; None if it was not."""
    found: Rejected | None = getattr(request, _FLAG, None)
    return found


def too_large_error(limit: int) -> Rejected:
    """The reason with the limit in it."""
    return Rejected(
        "too_large", english("This file is too large; at most %(limit)s MB can be sent.", limit=limit // (1024 * 1024))
    )
