"""Cleans titles: entities, markup, line breaks, and the outlet's name at the end."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from articles.importing.decoding import clean
from articles.importing.outlets import outlet_named

MAX_TITLE = (
    500  # characters, what the database holds; the longest of 63,941 surveyed titles that were none had more
)
# Formatting only: a title may well be about `<script>`.
TAGS = re.compile(
    r"</?(?:a|b|i|u|p|em|strong|span|font|small|sub|sup|cite|q|br|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE
)
MARKS = re.compile(r"(?P<mark>\*\*\*|\*\*|__|\*|_)(?=\S)(?P<text>.+)(?<=\S)(?P=mark)")
# Matches the ` | BBC News` of `Talks in Budapest | BBC News`, the ` - Reuters` of `Talks - Reuters`.
LAST_PART = re.compile(r"(?P<title>.*\S)\s*(?P<mark>(?<=\s)[–—-](?=\s)|\|)\s*(?P<part>[^|]*?\S)", re.DOTALL)
MARKS_OF_DIRECTION = str.maketrans("", "", "\u200e\u200f\u061c")


def clean_title(printed: str) -> str:
    """Return a title as one line of plain text."""
    text = clean(TAGS.sub("", html.unescape(printed))).translate(MARKS_OF_DIRECTION)
    text = " ".join(text.split())
    while match := MARKS.fullmatch(text):
        if match["mark"] in match["text"]:
            break
        text = match["text"]
    return text


def split_outlet(title: str, names: Collection[str], sections: Collection[str] = ()) -> tuple[str, str]:
    """Return the title without the outlet at its end, and that outlet's name; empty if none stands there.

    ``names`` are what the outlet is called elsewhere in the file: its name, its host.  A part of the title is
    cut only if it is one of them, or names a known outlet while the file names no other.  Before it goes what
    stands between bars and is one of the ``sections``, what the file says its section and topics are.
    """
    compared = {_compared(name) for name in names if name}
    topics = {_compared(name) for name in sections if name}
    found = ""
    if len(title) > MAX_TITLE:
        return title, found
    while match := LAST_PART.fullmatch(title):
        part = match["part"]
        known = outlet_named(part)
        is_outlet = _compared(part) in compared or (known and (not compared or _compared(known) in compared))
        # `Talks fail | Explainer News | Al Jazeera`: what stands before the outlet is its desk.
        is_section = match["mark"] == "|" and _compared(part) in topics
        is_desk = bool(found) and (part.lower().endswith(" news") or is_section)
        if not (is_outlet or is_desk):
            break
        found = found or known or part
        title = match["title"]
    return title, found


def shorten(text: str, limit: int) -> str:
    """Return the text with at most ``limit`` characters, cut between two words."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def _compared(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold().removeprefix("www.")).removeprefix("the")
