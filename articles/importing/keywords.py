"""Keywords: the tags of front matter, one by one, out of the forms in which programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from articles.importing.bylines import MAX_NAME, WIKILINK
from articles.importing.handlers import Value
from articles.importing.keys import texts
from articles.importing.titles import clean_title, shorten

# Commas and semicolons of Latin, Chinese and Arabic; bars, but for that of `[[people/ann|Ann]]`.
BETWEEN_KEYWORDS = re.compile(r"[,;，；、،؛]|\|(?![^\[\]]{0,200}\]\])|(?<=\]\])\s+(?=#?\[\[)")
BETWEEN_HASHTAGS = re.compile(rf"{BETWEEN_KEYWORDS.pattern}|\s+(?=#)")  # of Readwise: `#gaza #[[black sea]]`


def keywords_in(values: Iterable[Value], *, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the keywords of several values in order, each once whatever its case, but for those ``without``.

    One text is a list with commas; an entry of a list is one keyword, whatever it holds.
    """
    keywords: dict[str, str] = {}
    for value in values:
        for text in _words_of(value):
            parts = _listed(text) if isinstance(value, str) else [text]
            for keyword in (clean_title(part.strip(" #[]")) for part in parts):
                keywords.setdefault(keyword.casefold(), shorten(keyword, MAX_NAME))
    for name in ("", *without):
        keywords.pop(name.casefold(), None)
    return tuple(keywords.values())


def _words_of(keywords: Value) -> list[str]:
    """Return the keywords of a value; of a mapping without a name what its keys lead to."""
    if isinstance(keywords, dict) and not {"name", "title", "display_name"} & keywords.keys():
        return [word for child in keywords.values() for word in _words_of(child)]
    if isinstance(keywords, list):
        return [word for child in keywords for word in _words_of(child)]
    return texts(keywords)


def _listed(keywords: str) -> list[str]:
    """Return the keywords of one text: `a, b; c`, `[[a]] [[b]]` or `#a #b`."""
    between = BETWEEN_HASHTAGS if keywords.lstrip().startswith("#") else BETWEEN_KEYWORDS
    return [WIKILINK.sub(r"\1", part) for part in between.split(keywords)]
