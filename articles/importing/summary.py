"""The words of a Markdown text, for lists: what a reader would read aloud, without its marks."""

from __future__ import annotations

import html
import re

SUMMARY_LENGTH = 300  # characters: three lines at 1440 px
SUMMARY_VERSION = "1"  # raise it when the same text gets another summary, and READER_VERSION with it

# Characters looked at: marks and addresses take part of them.  The whole of a book is never needed.
_PIECES = (4 * SUMMARY_LENGTH, 40 * SUMMARY_LENGTH)

# Stand in for characters that a backslash keeps from being marks; no text uses this plane.
_KEPT = 0x10F000
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = re.compile("[\U0010f021-\U0010f07e]")
# &amp; and &#8217;; not "AT&T;-like" or "&notit", which browsers would take for a sign.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

# What is taken away, in this order; each pattern reads the text once.
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE | re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"[ \t]+", " "),  # first, for the patterns below are slow on long gaps
        (r"<!--[\s\S]*?(?:-->|\Z)", ""),
        (r"<(script|style|template)\b[\s\S]*?(?:</\1>|\Z)", " "),
        (r"^ *(?:```|~~~).*$", ""),  # the fences of code, not the code
        (r"^ {0,3}\[[^\]\n]+\]: *\S.*$", ""),  # [1]: https://example.org "where a link leads"
        # ![a port](port.jpg), ![a port][1]
        (r"!\[[^\]]*\](?:\((?:[^()\n]|\([^()\n]*\))*(?:\)|\Z)|\[[^\]\n]*\])", ""),
        (r"\[\^[^\]\n]+\]", ""),  # a footnote's number
        # [the treaty](https://example.org/a_(b) "title"), [the treaty][1]; an address may be cut off
        (r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()\n]|\([^()\n]*\))*(?:\)|\Z)|\[[^\]\n]*\])", r"\1"),
        (r"<((?:https?|mailto):[^<>\s]+)>", r"\1"),
        # Marks inside of words leave no gap: <b>U</b>nited.
        (r"</?(?:a|abbr|b|cite|code|em|i|mark|q|s|small|span|strong|sub|sup|u)\b[^<>]*>", ""),
        (r"</?[a-z][^<>]*>", " "),
        (r"^ {0,3}(?:=+|-+)[ \t]*$", ""),  # the line under a heading
        (r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", ""),  # a rule across the page
        (r"^[|:\- \t]*--[|:\- \t]*$", ""),  # the line under the head of a table
        (r"^[ \t]*(?:>[ \t]?)+", ""),
        (r"^[ \t]*#{1,6}[ \t]+|[ \t]+#+[ \t]*$", ""),
        (r"^[ \t]*[-*+][ \t]+(?:\[[ x]\][ \t]+)?", ""),  # "1." stays: it may be the 1. of May
        (r"`+", ""),
        (r"\*\*+|~~+", ""),
        (r"(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)", ""),  # *so*; not 3 * 4
        (r"(?<!\w)_+(?=\w)|(?<=[\w.,;:!?])_+(?!\w)", ""),  # _so_; not snake_case
    )
)
# What any of the patterns begins with, or has in it; most sentences have nothing of it and are plain already.
_MARKED = re.compile("[\\\\<`~\\[*_#|>&\U0010f021-\U0010f07e]|^[ \t]*[-=+:]", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|.*$|^.*\|.*\|.*$", re.MULTILINE)  # of a table; not "Reuters | World"


def summarise(text: str) -> str:
    """Return the beginning of a Markdown text as one plain line of at most 300 characters."""
    plain = ""
    for length in _PIECES:
        plain = words_of(text[:length])
        if len(plain) > SUMMARY_LENGTH or len(text) <= length:
            break
    if len(plain) <= SUMMARY_LENGTH:
        return plain
    return plain[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def words_of(text: str) -> str:
    """Return a Markdown text as one line of words: links keep their text, images leave nothing.

    Entities are decoded once: ``&amp;lt;`` becomes ``&lt;``, which the text shows.
    """
    if not _MARKED.search(text):
        return " ".join(text.split())
    text = _ESCAPED.sub(lambda match: chr(_KEPT + ord(match[1])), text)
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    text = _ROW.sub(lambda match: match[0].replace("|", " "), text)
    text = _HIDDEN.sub(lambda match: chr(ord(match[0]) - _KEPT), text)
    return " ".join(_ENTITY.sub(lambda match: html.unescape(match[0]), text).split())
