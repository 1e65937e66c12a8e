"""The facets whose values are fixed: what each value says about an article, and how it is called.

Unlike tags, outlets and authors these are no rows of the database.  Languages are half of each: any code may
occur, and what it means is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

NO_LANGUAGE = "und"  # BCP 47: undetermined
UNDATED = "none"

# Regular expressions that Python and both databases read alike, hence no flags and no special groups.
_REST = r"([-_][A-Za-z0-9]{1,8})*\Z"
# Matches `en`, `pt-BR` and `zh_Hans_CN`; not `English` or `e`.
LANGUAGE_CODE = rf"\A[A-Za-z]{{2,3}}{_REST}"


class Wording(NamedTuple):
    """How a value is called: among the others of its facet, and in a sentence after with or without."""

    name: str
    phrase: str


# facet -> key -> wording, in the order to show them in
VOCABULARIES: Mapping[str, Mapping[str, Wording]] = {
    "has": {
        "actor": Wording("an actor", "an actor tag"),
        "country": Wording("a country", "a country tag"),
        "organisation": Wording("an organisation", "an organisation tag"),
        "topic": Wording("a topic", "a topic tag"),
        "outlet": Wording("an outlet", "an outlet"),
        "author": Wording("an author", "an author"),
        "date": Wording("a publication date", "a publication date"),
        "language": Wording("a stated language", "a stated language"),
    },
    "origin": {
        "automatic": Wording("automatic tagging", "an automatic tag"),
        "frontmatter": Wording("front matter", "a tag from front matter"),
        "editor": Wording("an editor", "a tag by an editor"),
    },
    "status": {
        "suggested": Wording("suggested", "a suggested tag"),
        "confirmed": Wording("confirmed", "a confirmed tag"),
    },
    "dated": {
        "day": Wording("known to the day", "dated to the day"),
        "month": Wording("known to the month", "dated to the month"),
        "year": Wording("known to the year", "dated to the year"),
        UNDATED: Wording("not known", "without a date"),
    },
}
# Other spellings that are understood.
SPELLINGS = {("origin", "front-matter"): "frontmatter", ("dated", "undated"): UNDATED}


def language_keys(stored: str) -> tuple[str, ...]:
    """Return the keys of an article's language: ``pt-BR`` is Portuguese and Brazilian Portuguese.

    What is empty or no code of a language has the key of none.
    """
    if not re.match(LANGUAGE_CODE, stored):
        return (NO_LANGUAGE,)
    parts = stored.lower().replace("_", "-").split("-")
    return tuple("-".join(parts[:length]) for length in range(1, len(parts) + 1))


def language_pattern(key: str) -> str:
    """Return the regular expression of the codes that have this key: ``pt-BR`` has ``pt`` and ``pt-br``."""
    letters = (f"[{c}{c.upper()}]" if c.isalpha() else "[-_]" if c == "-" else c for c in key)
    return rf"\A{''.join(letters)}{_REST}"
