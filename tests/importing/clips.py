"""Reads clippings from texts, without files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from articles.importing.clipping import Clipping, ClippingError, read_clipping
from articles.importing.sources import SourceFile

HANG_S = 20.0  # of processor time; the slowest file takes about one second


def make_source(content: str | bytes, name: str = "clipping.md") -> SourceFile:
    content = content.encode() if isinstance(content, str) else content
    return SourceFile(Path("/clippings") / name, name, name, content, hashlib.sha256(content).hexdigest())


def read(content: str | bytes, name: str = "clipping.md", *, day_first: bool | None = None) -> Clipping:
    return read_clipping(make_source(content, name), day_first=day_first)


def problem_with(content: str | bytes, name: str = "clipping.md") -> tuple[int | None, str]:
    """Return the line and message of the error that reading raises; fail if it raises none."""
    try:
        clipping = read(content, name)
    except ClippingError as error:
        return error.line, error.message
    raise AssertionError(f"it was read as {clipping}")
