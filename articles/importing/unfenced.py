"""Finds metadata at the head of a text without fences, as site generators and clipping tools write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from frontmatter.default_handlers import BaseHandler

from articles.importing.handlers import (
    BULLETS,
    DOTTED,
    FIELDS,
    HEADER,
    MAX_BLOCK,
    NOTES,
    BulletHandler,
    DottedHandler,
    FieldHandler,
    HeaderHandler,
    NoteHandler,
)
from articles.importing.keys import KEYS, KNOWN, PLACES, is_mail_head, same_key

# `# Talks`, or `Talks` with a line of `=` below it.
HEADING = re.compile(r"(?:#{1,2}[ \t].*|(?=[^\W_]).{1,200}\n={3,}[ \t]*)\n\s*")
RULE = re.compile(r"-{3,}[ \t]*")
MARKER = re.compile(r"Markdown Content:[ \t]*", re.IGNORECASE)  # Jina Reader's, between header and text
MAX_LONE = 2_100  # characters of a header line that stands alone: an address has no more
LONE = frozenset(KEYS) - {"title", "summary", "keywords", "section", "status"}
# A title and a cover, then the heading of a list: how Readwise exports an article.
NOTES_HEAD = re.compile(
    r"(?P<above>\s*(?:#{1,2}[ \t].*\n\s*)?(?:!\[[^\]\n]*\]\([^)\n]*\)[ \t]*\n\s*)*)"
    r"#{1,3}[ \t]+Metadata[ \t]*\n\s*",
    re.IGNORECASE,
)
MAX_NOTES = 5_000  # characters within which that list begins
DOTTED_HEAD = re.compile(r"(?:<!--[ \t]*\n)?(?=[ \t]*\.\.[ \t])")
COMMENT_END = re.compile(r"\s*-->[ \t]*\n?")


# Matches `URL: https://...`, `Date: 3 May 2024`; must not match a verse, `From: the sea`.
SURE = re.compile(r"https?://|\b\d{4}\b")


@dataclass(frozen=True, slots=True)
class Block:
    """Front matter as found: its text and first line (from 1), and the body with its first line.

    ``above`` is the part of the body that stands above the block: the heading over a list.
    """

    handler: BaseHandler
    text: str
    line: int
    body: str
    body_line: int
    above: str = ""

    def file_line(self, line: int | None) -> int | None:
        """Return the line of the file that a line of the block, from 0, stands on."""
        return None if line is None else self.line + line


def unfenced_block(text: str, start: int) -> Block | None:
    """Return the metadata that a text has from ``start`` on, None if it has none."""
    return _header(text, start) or _bullets(text, start) or _dotted(text, start) or notes_block(text, start)


def notes_block(text: str, start: int = 0) -> Block | None:
    """Return the ``- Key: value`` lines below a heading ``Metadata``; at least two with known keys."""
    match = NOTES_HEAD.match(text, start) if "etadata" in text[start : start + MAX_NOTES] else None
    end = _end_of_list(text, match.end(), NoteHandler.LINE) if match else 0
    return _block(NOTES, text, match["above"], match.end(), end) if match and end else None


def _header(text: str, start: int) -> Block | None:
    """Return ``Title: ...`` lines at the top or below a heading, if all fit and enough keys are known."""
    heading = HEADING.match(text, start)
    begin = heading.end() if heading else start
    if not HeaderHandler.LINE.match(text, begin):
        return None
    lines = text[begin : begin + MAX_BLOCK].split("\n")
    count, passed = _counts(lines)
    header = lines[:count]
    if not all(HeaderHandler.LINE.fullmatch(line) or line[:1] in {" ", "\t", ""} for line in header):
        return None
    keys = list(_keys(header))
    known = sum(key in KNOWN for key in keys)
    if known < 2 and (heading or keys[0] != "title"):
        return None
    if heading and (sum(map(_may_stand_alone, keys)) < 2 or not any(map(SURE.search, header))):
        return None
    if keys[0] not in KNOWN and not is_mail_head(keys) and not RULE.fullmatch(lines[passed - 1]):
        return None
    end = begin + sum(len(line) + 1 for line in header)
    rest = begin + sum(len(line) + 1 for line in lines[:passed])
    return _block(HEADER, text, text[start:begin], begin, end - 1, min(rest, len(text)))


def _counts(lines: list[str]) -> tuple[int, int]:
    """Return how many lines are header, and how many are no text: one more if a rule or a marker ends it.

    Single lines with known keys between empty ones go on with the header, as Jina Reader writes it.
    """
    end = next((n for n, line in enumerate(lines) if not line.strip() or RULE.fullmatch(line)), len(lines))
    seen = set(_keys(lines[:end]))
    while end < len(lines):
        number = next((n for n in range(end, len(lines)) if lines[n].strip()), end)
        if (number == end and RULE.fullmatch(lines[end])) or MARKER.fullmatch(lines[number]):
            return end, number + 1
        is_alone = lines[number + 1 : number + 2] in ([], [""])
        key = "".join(_keys([lines[number]])) if is_alone and len(lines[number]) <= MAX_LONE else ""
        if key in seen or not _may_stand_alone(key):
            break
        seen.add(key)
        end = number + 1
    return end, end


def _may_stand_alone(key: str) -> bool:
    """Return whether a key says where an article is from; `Name` and `People` head many other lists."""
    return any(name in LONE for name, _ in PLACES.get(key, ()))


def _keys(lines: list[str]) -> Iterator[str]:
    return (same_key(found["key"]) for found in map(HeaderHandler.LINE.fullmatch, lines) if found)


def _bullets(text: str, start: int) -> Block | None:
    """Return ``- **Key**: value`` or ``:key: value`` lines at the head or below its heading.

    At least two of them have known keys.
    """
    heading = HEADING.match(text, start)
    begin = heading.end() if heading else start
    for handler, line in ((BULLETS, BulletHandler.LINE), (FIELDS, FieldHandler.LINE)):
        if end := _end_of_list(text, begin, line):
            return _block(handler, text, text[start:begin], begin, end)
    return None


def _dotted(text: str, start: int) -> Block | None:
    """Return ``.. title: ...`` lines, as Nikola writes them, in a comment or without one."""
    opening = DOTTED_HEAD.match(text, start)
    end = _end_of_list(text, opening.end(), DottedHandler.LINE) if opening else 0
    if not opening or not end:
        return None
    closing = COMMENT_END.match(text, end) if opening[0] else None
    if opening[0] and not closing:
        return None
    return _block(DOTTED, text, "", opening.end(), end, closing.end() if closing else end)


def _end_of_list(text: str, begin: int, line: re.Pattern[str]) -> int:
    """Return where a list of lines with two known keys or more ends; 0 if there is none."""
    pattern = re.compile(line.pattern + r"[ \t]*(?:\n|$)")
    end, known = begin, 0
    while end < len(text) and (found := pattern.match(text, end)):
        known += same_key(found["key"]) in KNOWN
        end = found.end()
    return end if known > 1 else 0


def _block(
    handler: BaseHandler, text: str, above: str, begin: int, end: int, rest: int | None = None
) -> Block:
    """Return the block from ``begin`` to ``end``; the body is what is above it and what follows ``rest``."""
    rest = end if rest is None else rest
    is_cut_off = rest == len(text) and not text.endswith("\n")
    body_line = text.count("\n", 0, rest) + 1 + is_cut_off - above.count("\n")
    line = text.count("\n", 0, begin) + 1
    return Block(handler, text[begin:end], line, above + text[rest:], body_line, above)
