"""How alike two names are that different hands spelled: Olga Stefanishina and Olha Stefanishyna."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from articles.tagging.folding import fold_keyword

LONGEST = 40  # letters of a skeleton that are kept
ALIKE = 0.6  # of two first names whose last names have the same skeleton: Olga and Olha, not John and Jane
SAME = 0.86  # of two whole names

# Letters that transliterations choose between, the longer ones first.
_ROUNDS = (
    (re.compile(r"(?:tsch|tch|ch|cz|sch|sh|sz|zh|ts|tz)"), "s"),
    (re.compile(r"(?:kh|gh|ck|[gkqx])"), "k"),
    (re.compile(r"(?:ph|ff)"), "f"),
    (re.compile(r"th|dh"), "t"),
    (re.compile(r"[vw]|ou(?=[aeiou])"), "v"),
    (re.compile(r"[cz]"), "s"),
    (re.compile(r"[hj]"), ""),
    (re.compile(r"[aeiouy'’`ʼ-]"), ""),
)
SHORTEST = 2  # letters of a skeleton that tell last names apart: Li, Lee and Ali have one
_DOUBLED = re.compile(r"(.)\1+")
REMEMBERED = 2**15  # pairs of first names: a few hundred make up most of an archive's


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as it is held against others: folded, its first and last word, the last one's consonants."""

    folded: str
    first: str
    last: str
    bones: str


class Against:
    """One folded name that others are held against; what is known of it alone is worked out once."""

    def __init__(self, folded: str) -> None:
        self._matcher = SequenceMatcher(None, "", folded, autojunk=False)

    def likeness(self, folded: str, *, least: float = 0.0) -> float:
        """Return how alike a name is, from 0 to 1; 0 if that is below ``least``.

        Lengths and letters alone tell most names apart; only of the others the order is looked at.
        """
        matcher = self._matcher
        matcher.set_seq1(folded)
        if least and (matcher.real_quick_ratio() < least or matcher.quick_ratio() < least):
            return 0.0
        share = matcher.ratio()
        return share if share >= least else 0.0


def spelling_of(name: str) -> Spelling:
    """Return a name as it is compared; empty words for a name without letters."""
    folded = fold_keyword(name)
    words = folded.split(" ")
    return Spelling(folded, words[0].rstrip("."), words[-1], bones_of(words[-1]))


def skeleton(name: str) -> str:
    """Return the consonants of a last name, without what transliterations differ in.

    A word of vowels alone, or of another script, stands for itself.
    """
    return bones_of(last_name(name))


def bones_of(word: str) -> str:
    """Return the consonants of a folded word as `skeleton` does."""
    bare = word
    for pattern, letter in _ROUNDS:
        bare = pattern.sub(letter, bare)
    return _DOUBLED.sub(r"\1", bare)[:LONGEST] or word[:LONGEST]


def last_name(name: str) -> str:
    """Return the last word of a name, accents, case and what a hyphen ties to it (al-, el-) aside."""
    return fold_keyword(name).rpartition(" ")[2]


def have_same_last_name(name: str, other: str) -> bool:
    """Return whether two names end alike but for the transliteration."""
    return _end_alike(spelling_of(name), spelling_of(other))


def likeness(name: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1 (the same, accents and case aside)."""
    return Against(fold_keyword(other)).likeness(fold_keyword(name))


def may_be_same(name: str, other: str) -> bool:
    """Return whether two names may be spellings of one person's.

    Either the whole is nearly the same, or the last names are but for the transliteration, and the first
    ones alike or an initial.
    """
    one, two = spelling_of(name), spelling_of(other)
    return persons_likeness(one, two, Against(two.folded)) > 0


def persons_likeness(one: Spelling, other: Spelling, against: Against) -> float:
    """Return how alike two names of persons are, 0 unless they `may_be_same`; ``against`` is of the other."""
    is_likely = _end_alike(one, other) and _begin_alike(one.first, other.first)
    return against.likeness(one.folded, least=0.0 if is_likely else SAME)


def _end_alike(one: Spelling, other: Spelling) -> bool:
    if one.bones != other.bones:
        return False
    return len(one.bones) >= SHORTEST or one.last == other.last


@lru_cache(REMEMBERED)
def _begin_alike(first: str, second: str) -> bool:
    if not first or not second:
        return False
    if min(len(first), len(second)) == 1:
        return first[0] == second[0]
    return Against(second).likeness(first, least=ALIKE) > 0
