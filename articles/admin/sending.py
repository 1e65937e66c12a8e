"""Takes files of a form off the wire: texts into memory up to their limit, zips into a temporary file.

Django's own handlers keep one open file for each that is sent, and write all of each to the disk, whatever
its size and kind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile as FormFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from articles.importing.sources import FEED_SUFFIXES, MAX_BYTES, SUFFIXES, ZIP_SUFFIX, suffix_of
from articles.uploads.receiving import MAX_ZIPS, Sent


class SentFile(FormFile):  # type: ignore[type-arg]  # takes none when the code runs
    """One file of the form; a zip's temporary file goes when the request ends."""

    def __init__(self, sent: Sent, spool: IO[bytes] | None, content_type: str) -> None:
        super().__init__(spool or ContentFile(b""), sent.name, content_type, sent.size)
        self.sent = sent


class ClippingHandler(FileUploadHandler):
    """Keeps of each file what may be an article, and counts the rest."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.zip_count = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.content = bytearray()
        self.spool: IO[bytes] | None = None
        suffix = suffix_of(str(self.file_name))
        self.is_text = suffix in SUFFIXES | FEED_SUFFIXES
        if suffix == ZIP_SUFFIX:
            self.zip_count += 1
            if self.zip_count <= MAX_ZIPS:
                self.spool = tempfile.NamedTemporaryFile(suffix=ZIP_SUFFIX)  # noqa: SIM115 - ends with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece of the file; what is beyond the limit of an article is only counted."""
        if self.spool:
            self.spool.write(raw_data)
        elif self.is_text and len(self.content) <= MAX_BYTES:
            self.content += raw_data

    def file_complete(self, file_size: int) -> SentFile:
        """Return the file as sent."""
        content = bytes(self.content) if self.is_text and file_size <= MAX_BYTES else None
        archive = None
        if self.spool:
            self.spool.flush()
            archive = Path(self.spool.name)
        sent = Sent(str(self.file_name), file_size, content, archive)
        return SentFile(sent, self.spool, self.content_type or "")

    def upload_interrupted(self) -> None:
        """Let go of a file that broke off."""
        if self.spool:
            self.spool.close()
