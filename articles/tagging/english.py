"""Which texts the tagger does not read: it knows names as English writes them, and English words."""

from __future__ import annotations

import re
from enum import StrEnum

SAMPLE = 3_000  # characters of a text that are looked at
ENGLISH = frozenset({"en", "eng"})
NO_LANGUAGE = frozenset({"", "mis", "mul", "und", "zxx"})  # codes that name none
PLAIN_SHARE = 0.9  # of a text in ASCII; one with less may be in another script, or in French
LAST_LATIN = "\u024f"  # beyond it a letter is of another script
# Matches the address of `[talks](https://example.org/talks)` and a bare one: Latin in a text of any script.
ADDRESS = re.compile(r"\]\([^()\s]*\)|https?://\S+")


class Foreign(StrEnum):
    """Why the tagger does not read a text, as far as that can be told."""

    LANGUAGE = "language"
    SCRIPT = "script"


def foreign(language: str, *texts: str) -> Foreign | None:
    """Return why a text is not one that the tagger reads; None if it is, or nothing says otherwise.

    ``language`` is the code that the text states, as in ``pt-BR``; what it states is believed, unless most of
    its letters are not Latin.
    """
    code = language.partition("-")[0].lower()
    if code not in ENGLISH and code not in NO_LANGUAGE:
        return Foreign.LANGUAGE
    return Foreign.SCRIPT if _is_in_another_script(" ".join(text[:SAMPLE] for text in texts)) else None


def _is_in_another_script(text: str) -> bool:
    if text.isascii():
        return False
    text = ADDRESS.sub(" ", text)
    if len(text.encode("ascii", "ignore")) >= PLAIN_SHARE * len(text):
        return False
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(letter > LAST_LATIN for letter in letters) > len(letters)
