"""Text as the matcher sees it: no accents, no punctuation, every character in its place."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Stands for a character that leaves no trace: soft hyphen, zero-width space, a combining mark on its own.
DROPPED = "\x01"
# Letters that Unicode does not decompose, but that other spellings of the same name write plainly.
PLAIN = dict(zip("øØłŁđĐıßæÆœŒðÐþÞəƏħĦŧŦʿʾʻʼˈʹ", "oOlLdDisaAoOdDtTeEhHtT      ", strict=True))

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_GAP = re.compile(r"\s\s+")  # "White  House", "one\n\ntwo"; not "White House"
_UNEVEN_BREAK = re.compile(r"\n(?: |(?<= \n))")  # a fourth of the time that two searches for a pair take
_NOT_LINE_BREAK = re.compile(r"[^\n]")
# Replaced first: most English texts are then ASCII, which is searched and translated ten times as fast.
_COMMON_SIGNS = "’‘”“–—…\u00a0"
_PLAIN_SIGN = "'"  # folds as those do, and is no white space that would look like an uneven gap


class _Table(dict[int, str]):
    """Code point -> one folded character, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded_character(chr(code))
        return folded


def _folded_character(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    base = unicodedata.normalize("NFKD", character)[0]
    if base.isalnum():
        return base
    if unicodedata.category(base) in {"Mn", "Mc", "Me", "Cf"}:
        return DROPPED
    return " "


_TABLE = _Table({code: chr(code) if chr(code).isalnum() else " " for code in range(128)})
_TABLE[ord(DROPPED)] = DROPPED
# "OPEC+" is not OPEC.
_TABLE[ord("+")] = "+"
# For texts in ASCII, which as bytes are translated twice as fast.
_ASCII_TABLE = "".join([_TABLE[code] for code in range(128)]).encode().ljust(256)


class Folded(NamedTuple):
    """Folded text between two spaces; ``origin(i)`` says which character of the original is at ``i``.

    ``is_straight`` unless characters were dropped; then a place is as far from its origin as ``shifts`` says
    of the last cut before it.
    """

    text: str
    is_straight: bool = True
    cuts: Sequence[int] = ()  # places in the folded text before which characters are gone
    ends: Sequence[int] = ()  # places in the original where the text goes on
    shifts: Sequence[int] = ()  # what is to be added between two cuts

    def origin(self, position: int) -> int:
        """Return the place in the original text of a place in the folded one."""
        if self.is_straight:
            return position - 1
        return position + self.shifts[bisect_right(self.cuts, position)]

    def straightened[T](self, spans: Iterable[tuple[T, int, int, str]]) -> list[tuple[T, int, int, str]]:
        """Return what stands at [start, end), with the places that it had if nothing were dropped."""
        cuts, shifts = self.cuts, self.shifts
        return [
            (
                what,
                start + shifts[bisect_right(cuts, start)] + 1,
                end + shifts[bisect_right(cuts, end - 1)] + 1,
                rule,
            )
            for what, start, end, rule in spans
        ]

    def place(self, origin: int) -> int:
        """Return the place in the folded text of a character of the original, or of the next one kept."""
        if self.is_straight:
            return origin + 1
        passed = bisect_right(self.ends, origin)
        place = origin - self.shifts[passed]
        return min(place, self.cuts[passed]) if passed < len(self.cuts) else place


def fold(text: str) -> Folded:
    """Return the text with letters bare of accents and everything but letters and digits as one space.

    Case is kept.  A comma or full stop with its space makes two spaces, so that no name reaches across them;
    a hyphen, an apostrophe or a line break makes one.  Takes time linear in the text.
    """
    plain = text if text.isascii() else _plain(text)
    folded = _translated(plain)
    if _has_uneven_gap(plain):
        folded = _without_uneven_gaps(text, folded)
    if DROPPED not in folded:
        return Folded(f" {folded} ")
    cuts: list[int] = []
    ends: list[int] = []
    shifts = [-1]
    pieces = folded.split(DROPPED)
    kept = 0  # characters
    for dropped_count, piece in enumerate(pieces[:-1], start=1):
        kept += len(piece)
        if piece or not cuts:
            cuts.append(kept + 1)
            ends.append(kept + dropped_count)
            shifts.append(dropped_count - 1)
        else:  # the run goes on
            ends[-1] += 1
            shifts[-1] += 1
    return Folded(f" {''.join(pieces)} ", False, cuts, ends, shifts)


def _plain(text: str) -> str:
    """Return the text in ASCII as far as it can be; of the same length, and white space is still that."""
    for sign in _COMMON_SIGNS:
        text = text.replace(sign, _PLAIN_SIGN)
    return text if text.isascii() else _NOT_ASCII.sub(_fold_match, text)


def _translated(text: str) -> str:
    return text.encode().translate(_ASCII_TABLE).decode() if text.isascii() else text.translate(_TABLE)


def _has_uneven_gap(text: str) -> bool:
    """Return whether there may be a gap of several signs of white space."""
    if "  " in text or "\t" in text or "\r" in text:
        return True
    return _UNEVEN_BREAK.search(text) is not None


def _without_uneven_gaps(text: str, plain: str) -> str:
    """Return the folded text with DROPPED for white space beyond what each gap keeps."""
    parts: list[str] = []
    begin = 0
    for match in _GAP.finditer(text):
        gap = match[0]
        if gap == "\n\n":  # as most
            continue
        start, end = match.span()
        if "\n" in gap:
            parts += plain[begin:start], _evened(gap)
            begin = end
        else:
            parts += plain[begin:start], DROPPED * (end - start - 1)
            begin = end - 1
    return "".join(parts) + plain[begin:]


def _evened(gap: str) -> str:
    r"""Return a gap with line breaks, folded: they alone are kept, and the last blank of an indent.

    "White \n House" is one gap; "one\n\ntwo" and "one\n   two" are two paragraphs.
    """
    lines, _, indent = gap.rpartition("\n")
    breaks = _NOT_LINE_BREAK.sub(DROPPED, lines).replace("\n", " ")
    kept = " " if len(indent) > 1 else ""
    return f"{breaks} {DROPPED * (len(indent) - len(kept))}{kept}"


def fold_character(character: str) -> str:
    """Return what stands for a character in folded text: one other, a blank, or nothing."""
    return _TABLE[ord(character)].replace(DROPPED, "")


def fold_keyword(name: str) -> str:
    """Return a name by which spellings that differ in accents and case alone are one."""
    return fold_name(name).casefold()


def fold_name(name: str) -> str:
    """Return a name as it stands in folded text, without spaces around it."""
    if name.isascii() and name.isalnum():
        return name
    if name.isascii() and name.isprintable() and "  " not in name:
        return name.translate(_TABLE).strip()
    return fold(name).text.strip()


def _fold_match(match: re.Match[str]) -> str:
    folded = _TABLE[ord(match[0])]
    return _PLAIN_SIGN if folded == " " else folded
