"""What a reader is typing at the end of a search box: the part that a suggestion would replace."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MAX_WORDS = 4  # of one name: "Ministry of Foreign Affairs"

# One part of a search: zel, -zel, country:uk, country:, -country:"united st, "peace talks".
_PART = re.compile(
    r'(?P<minus>-?)(?:(?P<operator>[a-z][a-z-]*):)?(?:"(?P<quoted>[^"]*)(?P<closed>"?)|(?P<word>[^\s"]*))',
    re.IGNORECASE,
)
_OR = "OR"


@dataclass(frozen=True, slots=True)
class Typed:
    """The beginning of a name, from the character ``start`` to the end of what was typed.

    ``operator`` is the one before it, as typed, or empty; ``kinds`` are what may be meant.
    """

    start: int
    is_excluded: bool
    operator: str
    kinds: Collection[str]
    name: str


def read_typed(text: str, operators: Mapping[str, Collection[str]], kinds: Collection[str]) -> list[Typed]:
    """Return what the end of a text may be the beginning of, the longest reading first.

    ``operators`` says which kinds each one takes; a name without one may be of any of ``kinds``.
    ``oil volodymyr zel`` may mean all of it, ``volodymyr zel`` or ``zel``.  What ends in a space, in a phrase
    or behind an operator that takes no names is the beginning of none.
    """
    parts = [part for part in _PART.finditer(text) if part[0]]
    if not parts or parts[-1].end() != len(text):
        return []
    readings: list[Typed] = []
    names: list[str] = []
    for part in reversed(parts[-MAX_WORDS:]):
        operator, is_quoted = (part["operator"] or "").lower(), part["quoted"] is not None
        if part["closed"] or part["word"] == _OR or (is_quoted and (names or not operator)):
            break
        names.insert(0, part["quoted"] if is_quoted else part["word"])
        if taken := operators.get(operator, ()) if operator else kinds:
            readings.insert(0, Typed(part.start(), bool(part["minus"]), operator, taken, " ".join(names)))
        if operator or part["minus"]:
            break
    return readings
