"""Names found by what a reader types of them: without case and accents, from the start of a word."""

from __future__ import annotations

from functools import lru_cache

from articles.tagging.folding import fold

WHOLE_UP_TO = 2  # letters; so short a word is an acronym or a particle: UN is no beginning of United

# Twice the names of the gazetteer: a look-up instead of 2 microseconds a name.
_CACHED = 32_768


@lru_cache(_CACHED)
def folded(text: str) -> str:
    """Return a name for comparison, its words between spaces: ``" viktor orban "`` for Viktor Orbán."""
    return f" {spelled(text)} "


def spelled(text: str) -> str:
    """Return a name for comparison, without spaces around it: ``"viktor orban"``; kept nowhere."""
    return " ".join(fold(text).text.casefold().split())


def is_called(name: str, typed: str) -> bool:
    """Return whether every word that was typed begins a word of the name, in any order.

    A word of one or two letters must be a whole word of it.  Punctuation alone finds nothing.
    """
    words = folded(typed).split()
    place = folded(name)
    return bool(words) and all(
        f" {word} " in place if len(word) <= WHOLE_UP_TO else f" {word}" in place for word in words
    )


def is_exactly(name: str, typed: str) -> bool:
    """Return whether the name is what was typed, case and accents aside."""
    return folded(name) == folded(typed)
