"""Joins the lines of hard-wrapped paragraphs; leaves verse, addresses and speakers' lines as they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise

HARD_BREAKS = ("  ", "\\")  # at the end of a line of Markdown
HARD_BREAK = "  \n"
# A line that begins something of its own: a list's item, a quote, a table's row, a speaker.
# Matches `- Trade`, `Q: Will they meet?`, `MR. PRICE: Good morning.`; not `Q4 growth`, nor `Note: all`.
OWN_LINE = re.compile(
    r"[ \t]*(?:[-*+•‣>|–—][ \t]|\d{1,3}[.)][ \t]|(?:Q|A|[A-Z][A-Z .'’-]{1,40}(?:\([A-Z ]*\))?):[ \t])"
)
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
WORD = re.compile(r"[^\W\d_]+")
FIRST_LETTER = re.compile(r"[\"'“‘(\[*_]*([^\W_])")

SLACK = 0.85  # in proportional fonts a full line may have this share of its neighbours' characters
VERSE_WIDTH = 60  # characters; lines of prose are longer, or begin in lower case as often as not
PAIR_WIDTH = 45  # two lines tell less than three


def unwrap(paragraph: str, words: Collection[str] = ()) -> str:
    """Return the paragraph with its lines joined where a line's width alone had broken them.

    Breaks that the writer meant become Markdown's hard breaks (two spaces).  ``words`` are the words of the
    whole text: ``inter-`` and ``national`` become one word only if ``international`` stands there too.
    """
    lines = paragraph.split("\n")
    if len(lines) == 1:
        return paragraph.strip()
    parts = [[lines[0]]]
    for before, line in pairwise(lines):
        if before.endswith(HARD_BREAKS) or (not line[:1].islower() and OWN_LINE.match(line)):
            parts.append([line])
        else:
            parts[-1].append(line)
    return HARD_BREAK.join(
        _joined([line.strip().removesuffix("\\") for line in part], words) for part in parts
    )


def _joined(lines: list[str], words: Collection[str]) -> str:
    if len(lines) > 1 and not _is_wrapped(lines):
        return HARD_BREAK.join(lines)
    text = " ".join(lines)
    if "- " not in text and all(line[:1].isascii() for line in lines):
        return text  # as `_joint` would have it: most paragraphs
    pieces = [lines[0]]
    for after in lines[1:]:
        joint = _joint(pieces[-1], after, words)
        if joint == "-":
            pieces[-1], joint = pieces[-1][:-1], ""
        pieces += joint, after
    return "".join(pieces)


def is_hard_wrapped(paragraphs: Iterable[str]) -> bool:
    """Return whether a text's longer paragraphs are broken into lines."""
    long = [text for text in paragraphs if len(text) > 100]
    return bool(long) and 2 * sum("\n" in text for text in long) >= len(long)


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether the lines were broken because they were full."""
    width = max(map(len, lines))
    limit = SLACK * width
    are_so = [len(line) + 1 + len(after.split(" ", 1)[0]) > limit for line, after in pairwise(lines)]
    full = are_so.count(True)
    are_full = full >= 0.7 * (len(lines) - 1)
    if (are_full and width >= VERSE_WIDTH) or _are_sentences(lines):
        return True
    if _is_verse(lines, width):
        return False
    return are_full or all(after[:1].islower() for after in lines[1:])


def _is_verse(lines: list[str], width: int) -> bool:
    if width >= (PAIR_WIDTH if len(lines) == 2 else VERSE_WIDTH):
        return False
    letters = [match[1] for line in lines if (match := FIRST_LETTER.match(line))]
    has_case = any(letter.isupper() or letter.islower() for letter in letters)
    return has_case and not any(letter.islower() for letter in letters)


def _are_sentences(lines: list[str]) -> bool:
    """Return whether each line is a sentence: a way to write prose, not verse."""
    return max(map(len, lines)) >= PAIR_WIDTH and all(SENTENCE_END.search(line) for line in lines)


def _joint(before: str, after: str, words: Collection[str]) -> str:
    """Return what goes between two lines; a hyphen means that the one at the end of the first is to go."""
    if before.endswith("-") and before[-2:-1].isalpha() and after[:1].isalpha():
        head, tail = WORD.findall(before)[-1], WORD.match(after)
        is_one_word = tail is not None and after[0].islower() and (head + tail[0]).lower() in words
        return "-" if is_one_word else ""
    return " " if after[:1].isascii() or not (_is_cjk(before[-1:]) and _is_cjk(after[:1])) else ""


def _is_cjk(character: str) -> bool:
    """Return whether the character belongs to a script without spaces: Chinese and Japanese, not Korean."""
    return (
        "\u2e80" <= character < "\ua4d0"
        or "\uf900" <= character < "\ufaff"
        or "\uff00" <= character < "\uffef"
    )
