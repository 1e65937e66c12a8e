"""Text as the matcher sees it: no accents, no punctuation, every character in its place."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

# Stands for a character that leaves no trace: soft hyphen, zero-width space, a combining mark on its own.
DROPPED = "\x01"
# Letters that Unicode does not decompose, but that other spellings of the same name write plainly.
PLAIN = dict(zip("øØłŁđĐıßæÆœŒðÐþÞəƏħĦŧŦʿʾʻʼˈʹ", "oOlLdDisaAoOdDtTeEhHtT      ", strict=True))

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_DROPPED_RUN = re.compile(f"{DROPPED}+")
# "White \n House", "White  House": the run is one gap.  Not "one\n\ntwo", which are two paragraphs.
_UNEVEN_GAP = re.compile(r"[^\S\n]+(?=\s)|(?<=\n)[^\S\n]+")
_GAPS = re.compile(r"\s[^\S\n]+|[^\S\n]\s+")  # where a closer look is worth it: two signs of white space
_UNEVEN_HINTS = ("  ", " \n", "\n ", "\r", "\t")
# Replaced first: most English texts are then ASCII, which `translate` takes ten times as fast as other text.
_COMMON_SIGNS = "’‘”“–—…\u00a0"


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


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text between two spaces; ``origin(i)`` says which character of the original is at ``i``."""

    text: str
    kept: Sequence[int] | None  # positions in the original of what was kept; None: nothing was dropped

    def origin(self, position: int) -> int:
        """Return the place in the original text of a place in the folded one."""
        return position - 1 if self.kept is None else self.kept[position - 1]

    def place(self, origin: int) -> int:
        """Return the place in the folded text of a character of the original, or of the next one kept."""
        return origin + 1 if self.kept is None else bisect_left(self.kept, origin) + 1


def fold(text: str) -> Folded:
    """Return the text with letters bare of accents and everything but letters and digits as one space.

    Case is kept.  A comma or full stop with its space makes two spaces, so that no name reaches across them;
    a hyphen, an apostrophe or a line break makes one.  Takes time linear in the text.
    """
    plain = _plain(text).translate(_TABLE)
    if any(hint in text for hint in _UNEVEN_HINTS):
        plain = _without_uneven_gaps(text, plain)
    if DROPPED not in plain:
        return Folded(f" {plain} ", None)
    kept: list[int] = []
    begin = 0
    for run in _DROPPED_RUN.finditer(plain):
        kept.extend(range(begin, run.start()))
        begin = run.end()
    kept.extend(range(begin, len(text) + 1))
    return Folded(f" {plain.replace(DROPPED, '')} ", kept)


def _plain(text: str) -> str:
    """Return the text in ASCII as far as it can be; of the same length."""
    if text.isascii():
        return text
    for sign in _COMMON_SIGNS:
        text = text.replace(sign, " ")
    return text if text.isascii() else _NOT_ASCII.sub(_fold_match, text)


def _without_uneven_gaps(text: str, plain: str) -> str:
    """Return the folded text with DROPPED for white space beyond the one sign that a gap keeps."""
    parts: list[str] = []
    begin = 0
    for gaps in _GAPS.finditer(text):
        for gap in _UNEVEN_GAP.finditer(text, gaps.start(), gaps.end() + 1):
            parts += plain[begin : gap.start()], DROPPED * (gap.end() - gap.start())
            begin = gap.end()
    return "".join(parts) + plain[begin:]


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
    return _TABLE[ord(match[0])]
