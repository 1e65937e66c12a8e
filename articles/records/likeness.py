"""How alike two names are that different hands spelled: Olga Stefanishina and Olha Stefanishyna."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

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


def skeleton(name: str) -> str:
    """Return the consonants of a last name, without what transliterations differ in.

    A word of vowels alone, or of another script, stands for itself.
    """
    bare = last = last_name(name)
    for pattern, letter in _ROUNDS:
        bare = pattern.sub(letter, bare)
    return _DOUBLED.sub(r"\1", bare)[:LONGEST] or last[:LONGEST]


def last_name(name: str) -> str:
    """Return the last word of a name, accents, case and what a hyphen ties to it (al-, el-) aside."""
    return fold_keyword(name).rpartition(" ")[2]


def have_same_last_name(name: str, other: str) -> bool:
    """Return whether two names end alike but for the transliteration."""
    bones = skeleton(name)
    if bones != skeleton(other):
        return False
    return len(bones) >= SHORTEST or last_name(name) == last_name(other)


def likeness(name: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1 (the same, accents and case aside)."""
    return SequenceMatcher(None, fold_keyword(name), fold_keyword(other), autojunk=False).ratio()


def may_be_same(name: str, other: str) -> bool:
    """Return whether two names may be spellings of one person's.

    Either the whole is nearly the same, or the last names are but for the transliteration, and the first
    ones alike or an initial.
    """
    if likeness(name, other) >= SAME:
        return True
    if not have_same_last_name(name, other):
        return False
    first, second = (fold_keyword(one).split(" ")[0].rstrip(".") for one in (name, other))
    if not first or not second:
        return False
    if min(len(first), len(second)) == 1:
        return first[0] == second[0]
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE
