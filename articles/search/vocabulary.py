"""The facets whose values are fixed: what each value says about an article, and how it is called.

Unlike tags, outlets and authors these are no rows of the database.  Languages are half of each: any code may
occur, and what it means is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from articles.phrases import marked

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
        "actor": Wording(marked("an actor"), marked("an actor tag")),
        "country": Wording(marked("a country"), marked("a country tag")),
        "organisation": Wording(marked("an organisation"), marked("an organisation tag")),
        "topic": Wording(marked("a topic"), marked("a topic tag")),
        "outlet": Wording(marked("an outlet"), marked("an outlet")),
        "author": Wording(marked("an author"), marked("an author")),
        "date": Wording(marked("a publication date"), marked("a publication date")),
        "language": Wording(marked("a stated language"), marked("a stated language")),
    },
    "origin": {
        "automatic": Wording(marked("automatic tagging"), marked("an automatic tag")),
        "frontmatter": Wording(marked("front matter"), marked("a tag from front matter")),
        "editor": Wording(marked("an editor"), marked("a tag by an editor")),
    },
    "status": {
        "suggested": Wording(marked("suggested"), marked("a suggested tag")),
        "confirmed": Wording(marked("confirmed"), marked("a confirmed tag")),
    },
    "dated": {
        "day": Wording(marked("known to the day"), marked("dated to the day")),
        "month": Wording(marked("known to the month"), marked("dated to the month")),
        "year": Wording(marked("known to the year"), marked("dated to the year")),
        UNDATED: Wording(marked("not known"), marked("without a date")),
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
