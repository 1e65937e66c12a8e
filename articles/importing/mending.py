"""The part of a file that is mended at the desk: its front matter where it has one, else its whole text.

What is not shown is not touched: the rest of the file keeps its bytes, line ends and all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.importing.decoding import BYTE_ORDER_MARKS, decode
from articles.importing.frontmatter import find_block
from articles.importing.handlers import MAX_BLOCK
from articles.importing.problems import ClippingError

MAX_WHOLE = 200_000  # characters of a text in a form; longer ones are mended in an editor
SEARCHED = MAX_BLOCK + 1_000  # characters in which the end of the front matter is looked for
LINES = re.compile("[^\r\n\x0b\x0c\x85\u2028\u2029]*(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029]|$)")


class MendingError(ValueError):
    """A file that cannot be mended in a form, and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown in the form: the first ``line_count`` lines of the file, or all of it."""

    text: str
    line_count: int
    is_whole: bool


def part_of(content: bytes) -> Part:
    """Return the part of a file to mend; raise MendingError if a form is not the place for it."""
    text = _text_of(content)
    try:
        block = find_block(text[:SEARCHED])
    except ClippingError:
        block = None
    # The front matter of a list may stand below the title, which belongs to the text.
    if block is not None and not block.above:
        lines = text.split("\n")[: block.body_line - 1]
        return Part("\n".join(lines), len(lines), is_whole=False)
    if len(text) > MAX_WHOLE:
        raise MendingError(f"it has {len(text):,} characters, more than a form holds; mend it in an editor")
    return Part(text, text.count("\n") + 1, is_whole=True)


def mended(content: bytes, part: Part, text: str) -> bytes:
    """Return the file with the part replaced, as UTF-8; the other lines keep their bytes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    mark, lines = _lines_of(content)
    is_windows = bool(lines) and lines[0].endswith("\r\n")
    rest = [] if part.is_whole else lines[part.line_count :]
    if rest and not text.endswith("\n"):
        text += "\n"
    return mark + ((text.replace("\n", "\r\n") if is_windows else text) + "".join(rest)).encode()


def _text_of(content: bytes) -> str:
    if not content.strip():
        return ""
    try:
        return decode(content)[0]
    except ClippingError as error:
        raise MendingError(error.message) from error


def _lines_of(content: bytes) -> tuple[bytes, list[str]]:
    """Return the byte order mark of a file in UTF-8, and its lines with their ends.

    Of a file in another encoding, and of one whose lines are counted otherwise once it is clean, the lines of
    the clean text: those it is shown with.
    """
    clean = _text_of(content)
    mark = BYTE_ORDER_MARKS[0][0]
    has_mark = content.startswith(mark)
    try:
        raw = content.removeprefix(mark).decode()
    except UnicodeDecodeError:
        return b"", clean.splitlines(keepends=True)
    lines = [line for line in LINES.findall(raw) if line]
    if len(lines) != len([line for line in LINES.findall(clean) if line]):
        return b"", clean.splitlines(keepends=True)
    return (mark if has_mark else b""), lines
