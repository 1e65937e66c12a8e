"""Makes a clipping fit the columns of either database, so that both store the same or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from articles.importing.clipping import Clipping, Cut
from articles.importing.problems import Notice
from articles.importing.troubles import Trouble

# PostgreSQL takes neither NUL nor half a surrogate pair, SQLite only the first: both go.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 20  # levels of nested front matter; below that a value is kept as its text

# Lengths of the columns, in characters: what is longer is cut.
LENGTHS = {
    "title": 500,
    "byline": 500,
    "section": 200,
    "language": 20,
    "address": 2_000,
    "outlet": 200,
    "author": 200,
}


def fit(clipping: Clipping) -> Clipping:
    """Return the clipping with every value storable, and a notice for each that had to be shortened."""
    notices: list[Notice] = []
    authors = (_fit_text("author", name, notices) for name in clipping.authors)
    extra = _plain(clipping.extra, DEEPEST)
    return replace(
        clipping,
        title=_fit_text("title", clipping.title, notices),
        standfirst=_clean(clipping.standfirst),
        body=_clean(clipping.body),
        byline=_fit_text("byline", clipping.byline, notices),
        authors=tuple(dict.fromkeys(name for name in authors if name)),
        outlet=_fit_text("outlet", clipping.outlet, notices),
        url=_fit_url(clipping.url, notices),
        canonical_url=_clean(clipping.canonical_url),
        language=_fit_text("language", clipping.language, notices),
        section=_fit_text("section", clipping.section, notices),
        keywords=tuple(_clean(word) for word in clipping.keywords),
        cuts=tuple(Cut(cut.step, _clean(cut.text)) for cut in clipping.cuts),
        extra=extra if isinstance(extra, dict) else {},
        # Last, when the values above have had their say.
        notices=(*clipping.notices, *notices),
    )


def _fit_url(url: str, notices: list[Notice]) -> str:
    if len(url) <= LENGTHS["address"]:
        return _clean(url)
    # Half an address leads nowhere.  What identifies the article is canonical_url, which stays.
    message = f"its address is longer than {LENGTHS['address']} characters and was left out"
    notices.append(Notice(message, kind=Trouble.BAD_ADDRESS))
    return ""


def _fit_text(name: str, text: str, notices: list[Notice]) -> str:
    text = _clean(text)
    if len(text) <= LENGTHS[name]:
        return text
    message = f"its {name} is longer than {LENGTHS[name]} characters and was cut there"
    notices.append(Notice(message, kind=Trouble.SHORTENED))
    return text[: LENGTHS[name] - 1].rstrip() + "…"


def _clean(text: str) -> str:
    return text if text.isascii() and "\x00" not in text else UNSTORABLE.sub("", text)


def _plain(value: object, depth: int) -> object:
    """Return a value as JSON that both databases take: no NUL, no NaN, no key but a text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping) and depth:
        return {_clean(str(name)): _plain(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple) and depth:
        return [_plain(inner, depth - 1) for inner in value]
    return _clean(str(value))
